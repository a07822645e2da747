/** The real app for everybody: every screen under axe, a whole call by keyboard, and what is said when something is denied. */

import { expect, type Page, test } from '@playwright/test';
import type { Switchboard } from '../server/switchboard.ts';
import { openPhone, type Person } from './support/person.ts';
import { complaintsOf, expectNoViolations, LOOKS, tabTo } from './support/screens.ts';
import { historyIn, storesIn } from './support/stores.ts';
import { startTestSwitchboard } from './support/switchboard.ts';
import { launchUser, type UserBrowser } from './support/userBrowser.ts';

let switchboard: Switchboard;
/** Whom the tested one talks to; the same for all tests. */
let hung: Person;
/** The tested one: a fresh browser for each test. */
let user: UserBrowser;
let page: Page;
let complaints: string[];

test.beforeAll(async () => {
  switchboard = await startTestSwitchboard();
  hung = await openPhone(switchboard.url, '102', { tone: 1000 });
});

test.afterAll(async () => {
  await hung?.close();
  await switchboard?.close();
});

test.afterEach(async () => {
  await user?.close();
  await expect(hung.page.locator('switchhook-call, switchhook-incoming')).toHaveCount(0);
});

async function open(permissions?: Parameters<typeof launchUser>[0]['permissions']): Promise<void> {
  user = await launchUser({ tone: 440, ...(permissions ? { permissions } : {}) });
  ({ page } = user);
  complaints = complaintsOf(page);
  await page.goto(switchboard.url);
}

async function logIn(): Promise<void> {
  await page.locator('[data-demo="101"]').click();
  await registered();
}

const registered = () => expect(page.locator('[data-registration="registered"]')).toBeAttached();
const tab = (name: string) => page.locator(`[data-tab="${name}"]`).click();
const notice = (id: string) => page.locator(`[data-notice="${id}"]`);

for (const language of ['en', 'vi'] as const) {
  // The words differ in length, the colours do not: the second language is looked at once small and once dark.
  const looks =
    language === 'en' ? LOOKS : LOOKS.filter(({ colorScheme, width }) => (colorScheme === 'dark') === width > 400);
  test(`every screen is without violations (${language})`, async () => {
    test.setTimeout(180_000);
    const look = (screen: string) => expectNoViolations(page, screen, looks);
    await open();
    await expect(page.locator('[data-demo]').first()).toBeVisible();
    if (language === 'vi') await page.locator('[data-language="vi"]').click();
    await expect(page.locator(`switchhook-phone[lang="${language}"]`)).toBeVisible();
    await look('log-in');
    await logIn();
    await look('keypad');
    await tab('contacts');
    await expect(page.locator('[data-number="102"]')).toBeVisible();
    await look('contacts');
    await tab('settings');
    await look('settings');
    await page.locator('[data-action="health"]').click();
    await expect(page.locator('[data-screen="health"]')).toBeVisible();
    await look('will it ring');
    await page.locator('[data-action="leave"]').click();

    await tab('recents');
    await look('recents, empty');
    await hung.dial('101');
    await expect(page.locator('switchhook-incoming[data-state="ringing"]')).toBeVisible();
    await look('incoming');
    await hung.press('hangUp');
    await expect(page.locator('switchhook-recents .missed')).toBeVisible();
    await look('recents with a missed call, and why it ended');

    await hung.dial('101');
    await page.locator('[data-action="answer"]').click();
    await expect(page.locator('switchhook-call[data-state="active"]')).toBeVisible();
    await page.locator('[data-action="mute"]').click();
    await expect(page.locator('[data-action="unmute"]')).toBeVisible();
    await look('in call, muted');
    await page.locator('switchhook-call [data-action="dtmf"]').click();
    await look('in call, keypad');
    await page.keyboard.press('Escape');
    await page.locator('[data-action="transfer"]').click();
    await expect(page.locator('dialog [data-number]').first()).toBeVisible();
    await look('transfer, whom to');
    await page.locator('input[name="target"]').fill('nobody');
    await look('transfer, nobody found');
    await page.keyboard.press('Escape');
    await page.locator('[data-action="hangUp"]').click();
    await expect(page.locator('switchhook-call')).toHaveCount(0);

    await page.reload();
    await registered();
    await expect(notice('sound')).toBeVisible();
    await look('banner');
    expect(complaints).toEqual([]);
  });
}

test('a whole call by keyboard alone', async () => {
  await open();
  await tabTo(page, '[name="username"]');
  await page.keyboard.type('101');
  await tabTo(page, '[name="password"]');
  await page.keyboard.type('demo-101');
  await page.keyboard.press('Enter');
  await registered();
  await tabTo(page, '[name="number"]');
  await page.keyboard.type('102');
  await page.keyboard.press('Enter');

  const ringing = hung.page.locator('switchhook-incoming[data-state="ringing"]');
  await expect(ringing).toBeVisible();
  // Just after it has appeared a key does not answer: pressed until one does. The focus has come to the button by itself.
  const answered = page.locator('switchhook-call[data-state="active"]');
  await expect
    .poll(async () => {
      if (await ringing.isVisible()) await hung.page.keyboard.press('Enter');
      return answered.isVisible();
    })
    .toBe(true);

  await tabTo(page, '[data-action="mute"]');
  await page.keyboard.press('Space');
  await expect(page.locator('[data-action="unmute"]')).toBeFocused();
  await tabTo(page, '[data-action="hangUp"]');
  await page.keyboard.press('Enter');
  // What was missed before this browser was opened is there as well.
  const dialled = async () => (await historyIn(page)).filter(({ direction }) => direction === 'outgoing');
  await expect.poll(async () => (await dialled()).map(({ disconnect }) => disconnect?.response)).toEqual(['local']);
  const [call] = await dialled();
  expect(call).toMatchObject({ attributes: { muted: true }, disconnect: { endCode: 200 } });
  expect(complaints).toEqual([]);
});

test.describe('without a microphone', () => {
  test.beforeEach(async () => {
    await open(['notifications', 'background-sync']);
    await logIn();
  });

  test('dialling says so, plainly', async () => {
    await page.locator('input[name="number"]').fill('102');
    await page.keyboard.press('Enter');
    await expect.poll(() => endOfLast(page)).toBe('error');
    await expect(notice('microphone')).toContainText('The microphone is blocked. Allow it in the site settings');
    await expect(notice('microphone').locator('[data-action="enable-microphone"]')).toBeVisible();
    await expectNoViolations(page, 'microphone denied');
    expect(complaints).toEqual([]);
  });

  test('a call that cannot be answered rings on, and can be declined', async () => {
    await hung.dial('101');
    const incoming = page.locator('switchhook-incoming[data-state="ringing"]');
    const answer = incoming.locator('[data-action="answer"]');
    await answer.click();
    await expect
      .poll(() => intents(page), { message: 'the answer has failed' })
      .toEqual([{ action: 'answer', code: 'microphoneDenied' }]);
    await expect(notice('microphone')).toContainText('The microphone is blocked');
    await expect(answer).toBeEnabled();
    await expect(incoming).toBeVisible();
    await hung.sees('dialing');
    await incoming.locator('[data-action="decline"]').click();
    await expect.poll(() => endOfLast(page)).toBe('declined');
    expect(complaints).toEqual([]);
  });
});

const endOfLast = async (page: Page) => (await historyIn(page))[0]?.disconnect?.response;

/** What became of what was asked of the live call, as the worker has stored it. */
const intents = async (page: Page) => {
  const [call] = (await storesIn(page, 'live')).live;
  return call?.intents.map(({ action, outcome }) => ({
    action,
    code: outcome?.result === 'failed' ? outcome.code : null,
  }));
};

test('sound that is blocked is said, and gone after a click', async () => {
  await open();
  await logIn();
  await expect(notice('sound')).toHaveCount(0);
  await page.reload();
  await registered();
  await expect(notice('sound')).toContainText('Your browser blocks sound until you click');
  await tab('contacts');
  await expect(notice('sound')).toHaveCount(0);
  expect(complaints).toEqual([]);
});
