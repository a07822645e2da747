/** A call survives its page: what was set in it stays; crashes, closed and hung tabs, two at once. Reloads: resumeServers.spec.ts. */

import { expect, type Page, test } from '@playwright/test';
import type { Switchboard } from '../server/switchboard.ts';
import { RECOVERY_BUDGET } from '../shared/calls/recovery.ts';
import { ANA, BEN, type Conversation, testInConversation } from './support/conversation.ts';
import { openMicrophones, watchMicrophone } from './support/media.ts';
import type { Person } from './support/person.ts';
import { historyIn } from './support/stores.ts';
import { startTestSwitchboard } from './support/switchboard.ts';
import { hostOf, openTab } from './support/tabs.ts';
import { expectSilence, expectTone } from './support/tones.ts';

let switchboard: Switchboard;
let talk: Conversation<Switchboard>;
let ana: Person;
let ben: Person;

testInConversation(
  () => startTestSwitchboard(),
  (begun) => {
    talk = begun;
    ({ server: switchboard, ana, ben } = talk);
  },
);

test('muted and held as before: by either side, over a reload of either', async () => {
  test.setTimeout(120_000);
  await ana.press('mute');
  await expectSilence(ben.page);
  for (const { page } of [ana, ben]) {
    await page.reload();
    await Promise.all([ana.sees('active'), expectTone(ana.page, BEN)]);
    await expectSilence(ben.page);
  }
  await ana.press('unmute');
  await talk.bothHear();
  await ben.press('hold');
  await Promise.all([expectSilence(ana.page), expectSilence(ben.page)]);
  for (const { page } of [ana, ben]) {
    await page.reload();
    await Promise.all([ana.sees('active'), ben.sees('active')]);
    await Promise.all([expectSilence(ana.page), expectSilence(ben.page)]);
  }
  await ben.press('unhold');
  await talk.bothHear();
});

test('the host tab crashes: another tab takes the call up, and the one that is opened instead', async () => {
  test.setTimeout(120_000);
  const second = await openTab(ana, switchboard.url);
  await crash(ana.page);
  await Promise.all([expectTone(second, BEN), expectTone(ben.page, ANA)]);
  await crash(second);
  const third = await openTab(ana, switchboard.url);
  await Promise.all([expectTone(third, BEN), expectTone(ben.page, ANA)]);
  expect(switchboard.stats.sockets).toBe(2);
});

/** A page that crashes does not answer. */
async function crash(page: Page): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  cdp.send('Page.crash').catch(() => undefined);
  await crashed;
  await page.close();
}

test('the last tab is closed: both wait, and the one that is opened again has the call', async () => {
  await ana.browser.context.newPage(); // or the browser would go with its last page
  await ana.page.close();
  await ben.sees('reconnecting');
  const again = await openTab(ana, switchboard.url);
  await Promise.all([expectTone(again, BEN), expectTone(ben.page, ANA)]);
  await ben.press('hangUp');
  await expect(again.locator('switchhook-call')).toHaveCount(0);
});

test('the last tab is closed for good: an honest end, and nothing to take up afterwards', async () => {
  test.setTimeout(180_000);
  await ana.browser.context.newPage();
  await ana.page.close();
  await ben.sees('reconnecting');
  await expect(ben.page.locator('switchhook-call')).toHaveCount(0, { timeout: RECOVERY_BUDGET + 15_000 });
  expect((await ben.lastCall()).disconnect?.response).toBe('error');
  const again = await openTab(ana, switchboard.url);
  await expect
    .poll(async () => (await historyIn(again)).map(({ disconnect }) => disconnect?.response))
    .toEqual(['error']);
});

test('a host that hangs is deposed, and says nothing any more when it wakes', async () => {
  const second = await openTab(ana, switchboard.url);
  const hung = ana.page.evaluate(() => {
    const end = performance.now() + 8_000;
    while (performance.now() < end);
  });
  await second.locator('[data-action="mute"]:visible').first().click();
  await expect(second.locator('switchhook-phone')).toHaveAttribute('data-role', 'host');
  await Promise.all([expectTone(second, BEN), expectSilence(ben.page)]);
  await hung;
  await expect(ana.page.locator('switchhook-phone')).toHaveAttribute('data-role', 'guest');
  await expectSilence(ana.page);
  await second.locator('[data-action="unmute"]:visible').first().click();
  await Promise.all([expectTone(second, BEN), expectTone(ben.page, ANA)]);
  await expect.poll(() => switchboard.stats.sockets).toBe(2);
});

test('a page that is loaded again before its line is up has not lost the call', async () => {
  let refused = 0;
  await ana.page.route('**/api/sip-credentials', (route) => {
    refused += 1;
    return route.abort('internetdisconnected');
  });
  await ana.page.reload();
  await ana.sees('reconnecting');
  await expect.poll(() => refused, { message: 'credentials asked for in vain' }).toBeGreaterThan(1);
  await ana.page.unroute('**/api/sip-credentials');
  await ana.page.reload();
  await talk.bothHear();
});

/** Ana's page is back with her microphone, and Ben's is not. */
async function waitForFarSide(): Promise<void> {
  await watchMicrophone(ana.page);
  await ben.close();
  await ana.page.reload();
  await ana.sees('reconnecting');
  await expect.poll(() => openMicrophones(ana.page), { message: 'open microphones' }).toBe(1);
}

const microphoneIsReleased = () =>
  expect.poll(() => openMicrophones(ana.page), { message: 'open microphones' }).toBe(0);

test('the microphone is let go of by a tab that waits for the far side, once another tab has taken the call', async () => {
  await waitForFarSide();
  const second = await openTab(ana, switchboard.url);
  await second.locator('[data-action="take-here"]:visible').click();
  expect(await hostOf([ana.page, second])).toBe(second);
  await microphoneIsReleased();
});

test('the microphone is let go of when the call is hung up while it still waits for the far side', async () => {
  await waitForFarSide();
  await ana.press('hangUp');
  await microphoneIsReleased();
});

test('two tabs that are restored at once: one of them has the call', async () => {
  const second = await openTab(ana, switchboard.url);
  await Promise.all([ana.page.reload(), second.reload()]);
  const host = await hostOf([ana.page, second]);
  await Promise.all([expectTone(host, BEN), expectTone(ben.page, ANA)]);
  await expectSilence(host === second ? ana.page : second);
  expect(switchboard.stats.sockets).toBe(2);
  await ben.press('hangUp');
  await ben.lastCall();
});

/** Takes the microphone away from a page, and loads it again. */
async function reloadDeaf({ browser: { context }, page }: Person): Promise<void> {
  await context.clearPermissions();
  await context.grantPermissions(['notifications']); // and nothing else: what is not named is refused
  await page.reload();
}

for (const [who, deaf, other] of [
  ['the caller', () => ana, () => ben],
  ['the called one', () => ben, () => ana],
] as const) {
  test(`the page of ${who} is back without its microphone: the far side is told at once, the person why`, async () => {
    await reloadDeaf(deaf());
    // Long before the time is over that the far side gives a call without sound.
    expect((await other().lastCall()).disconnect).toMatchObject({ response: 'remote', endCode: 200 });
    expect(await deaf().lastCall()).toMatchObject({ endedFrom: 'reconnecting', disconnect: { response: 'error' } });
    const { page } = deaf();
    await expect(page.locator('switchhook-ended')).toContainText('The call failed');
    await expect(page.locator('[data-notice="microphone"]')).toContainText('The microphone is blocked.');
    await expect(page.locator('[data-notice="problem"]')).toHaveCount(0); // said once
    await expect(other().page.locator('switchhook-call')).toHaveCount(0);
  });
}

test('the far side has hung up meanwhile: the person is told that the call could not be taken up', async () => {
  await ana.browser.context.newPage(); // or the browser would go with its last page
  await ana.page.close();
  await ben.press('hangUp');
  await ben.lastCall();
  const again = await openTab(ana, switchboard.url);
  await expect(again.locator('[data-notice="problem"]')).toContainText('The call could not be taken up again.');
  await expect(again.locator('switchhook-call')).toHaveCount(0);
});
