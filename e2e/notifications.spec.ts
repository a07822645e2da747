/** The desktop's notifications, really clicked, while no tab of the phone can be seen. */

import { expect, test } from '@playwright/test';
import type { Switchboard } from '../server/switchboard.ts';
import type { CallRecord } from '../shared/calls/record.ts';
import { HUNG_TONE, MAI_TONE, testOnDesktop } from './support/desktopStage.ts';
import type { HiddenUser } from './support/hiddenUser.ts';
import type { Desktop, DesktopNotification } from './support/notificationDesktop.ts';
import { openPhone, type Person } from './support/person.ts';
import { visibilityOf } from './support/phoneTab.ts';
import { historyIn, storesIn } from './support/stores.ts';
import { expectSilence, expectTone } from './support/tones.ts';
import { waitUntil } from './support/waiting.ts';

const PATIENCE = 10_000;

let switchboard: Switchboard;
let desktop: Desktop;
let mai: Person;
let hung: HiddenUser;

testOnDesktop((stage) => {
  ({ switchboard, desktop, mai, hung } = stage);
});

const visibility = () => visibilityOf(hung.page);

/** A call that comes while the tab is hidden, as its notification. */
async function ring(): Promise<DesktopNotification> {
  await hung.hide();
  expect(await visibility()).toBe('hidden');
  await mai.dial('102');
  const shown = await desktop.waitFor(({ summary }) => summary === 'Incoming audio call', PATIENCE);
  expect(shown.body).toContain('Nguyễn Thị Mai');
  expect(await visibility()).toBe('hidden');
  return shown;
}

/** The finished calls of the one who was called. */
const finished = (count: number): Promise<CallRecord[]> =>
  waitUntil(`${count} finished calls`, PATIENCE, async () => {
    const calls = await historyIn(hung.page);
    return calls.length === count && calls;
  });

const isOnScreen = ({ id }: DesktopNotification) => !desktop.closed.some((one) => one.id === id);

test('answer: the call is up, both hear each other, and the tab is brought to the front', async () => {
  const shown = await ring();
  desktop.click(shown, 'Answer');
  await mai.sees('active');
  await expectTone(mai.page, HUNG_TONE);
  await expectTone(hung.page, MAI_TONE);
  await expect.poll(visibility).toBe('visible');
});

test('decline: the caller is told at once, the tab stays where it is', async () => {
  const shown = await ring();
  desktop.click(shown, 'Decline');
  const call = await mai.lastCall();
  expect(call.disconnect).toMatchObject({ response: 'rejected', endCode: 486 });
  const [declined] = await finished(1);
  expect(declined?.disconnect?.response).toBe('declined');
  expect(declined?.timeline.find(({ what }) => what === 'action')).toMatchObject({
    detail: 'decline',
    source: 'notification',
  });
  expect(await visibility()).toBe('hidden');
});

test('a second click does nothing twice', async () => {
  const shown = await ring();
  desktop.click(shown, 'Decline', 'Decline', 'Answer');
  const [declined] = await finished(1);
  expect(declined?.disconnect?.response).toBe('declined');
  expect(declined?.timeline.filter(({ what }) => what === 'action').map(({ detail }) => detail)).toEqual(['decline']);
  // The later clicks did arrive: they stand in the timeline, refused.
  await expect
    .poll(async () =>
      (await finished(1))[0]?.timeline.filter(({ what }) => what === 'refused').map(({ source }) => source),
    )
    .toEqual(['notification', 'notification']);
  expect((await mai.lastCall()).disconnect?.response).toBe('rejected');
});

test('dismiss is not decline: it rings on, unseen, and can be answered in the page', async () => {
  const shown = await ring();
  desktop.dismiss(shown);
  const dismissed = async () =>
    (await storesIn(hung.page, 'live')).live.map(({ state, dismissed }) => ({ state, dismissed }));
  await expect.poll(dismissed).toEqual([{ state: 'ringing', dismissed: true }]);
  expect(desktop.notifications.filter(({ summary }) => summary === 'Incoming audio call')).toHaveLength(1);
  await hung.show();
  await hung.page.locator('>>> [data-action="answer"]').click();
  await mai.sees('active');
});

test('the body of a ring shows the call and does not answer it', async () => {
  const shown = await ring();
  desktop.click(shown, 'body');
  await expect.poll(visibility).toBe('visible');
  await hung.page.waitForSelector('>>> switchhook-incoming[data-state="ringing"]');
  await mai.sees('dialing');
});

test('in a call: hang up and mute from the notification', async () => {
  await mai.dial('102');
  await hung.page.locator('>>> [data-action="answer"]').click();
  await mai.sees('active');
  await hung.hide();
  expect(await visibility()).toBe('hidden');
  const live = await desktop.waitFor(({ summary }) => summary === 'In call with Nguyễn Thị Mai', PATIENCE);
  // The worker has shown the next one by then, which takes it some 40 ms.
  desktop.clickSlowly(live, 'Mute', 200);
  const muted = await desktop.waitFor(({ actions }) => actions.some(({ label }) => label === 'Unmute'), PATIENCE);
  desktop.click(muted, 'Hang up');
  expect((await mai.lastCall()).disconnect).toMatchObject({ response: 'remote', endCode: 200 });
  await waitUntil('the notification to go', PATIENCE, () => !isOnScreen(muted));
});

test('missed: counted per caller, and called back', async () => {
  await ring();
  await mai.press('hangUp');
  const once = await desktop.waitFor(({ summary }) => summary === 'Missed call', PATIENCE);
  expect(once.body).toContain('Nguyễn Thị Mai');
  await mai.lastCall(1);
  await mai.dial('102');
  await desktop.waitFor(({ summary, id }) => summary === 'Incoming audio call' && id !== once.id, PATIENCE);
  await mai.press('hangUp');
  const twice = await desktop.waitFor(({ summary }) => summary === '2 missed calls', PATIENCE);
  desktop.click(twice, 'Call back');
  await mai.sees('ringing');
  await mai.press('answer');
  await mai.sees('active');
  await expectTone(mai.page, HUNG_TONE);
});

test('a second call: hold and answer from its notification', async () => {
  const alice = await openPhone(switchboard.url, '103', { tone: 700 });
  try {
    await mai.dial('102');
    await hung.page.locator('>>> [data-action="answer"]').click();
    await mai.sees('active');
    await hung.hide();
    expect(await visibility()).toBe('hidden');
    await alice.dial('102');
    const shown = await desktop.waitFor(
      ({ actions }) => actions.some(({ label }) => label === 'Hold and answer'),
      PATIENCE,
    );
    expect(shown.body).toContain('Nguyễn Thị Mai'); // whom one talks to already
    desktop.click(shown, 'Hold and answer');
    await alice.sees('active');
    await expectTone(alice.page, HUNG_TONE);
    await expectSilence(mai.page);
  } finally {
    await alice.close();
  }
});
