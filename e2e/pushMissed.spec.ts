/** Calls that came while everything was off, push included: told at the next start, once, as they came. */

import { expect, test } from '@playwright/test';
import type { Page } from 'puppeteer-core';
import { launchHiddenUser } from './support/hiddenUser.ts';
import { logIn } from './support/phoneTab.ts';
import { PATIENCE, type PushStage, startPushStage } from './support/push/stage.ts';
import { busMissing } from './support/sessionBus.ts';
import { historyIn, storesIn } from './support/stores.ts';

// Without a session bus there is no desktop to click on: named as skipped, and with CI=true `npm test` fails for it.
test.skip(busMissing() !== null, busMissing() ?? '');

let stage: PushStage;

test.beforeEach(async () => {
  stage = await startPushStage({ ringSeconds: 30 });
});

test.afterEach(() => stage?.close());

/** Mai calls, waits until the switchboard has pushed, and gives up. @returns when it began and ended, by the clock of all here */
async function callInVain(number: number): Promise<{ from: number; to: number }> {
  const from = Date.now();
  const before = stage.service.received.length;
  await stage.mai.dial('102');
  await expect.poll(() => stage.service.received.length, { timeout: PATIENCE }).toBeGreaterThan(before);
  await stage.mai.press('hangUp');
  await stage.mai.lastCall(number);
  return { from, to: Date.now() };
}

const caughtUp = async (page: Page) => (await storesIn(page, 'meta')).meta[0]?.settings.caughtUp?.until ?? 0;

test('each at its own time, counted per caller, shown once; and called back', async () => {
  const { desktop, mai, service, switchboard } = stage;
  const hung = await stage.sleeper('102', { tone: 1000, desktop });
  expect(await historyIn(hung.page), 'a device without a history').toEqual([]);
  await expect.poll(() => caughtUp(hung.page)).toBeGreaterThan(0);
  await stage.asleep(hung);
  service.disconnect();
  const times = [await callInVain(1), await callInVain(2)];

  const page = await hung.browser.newPage();
  const openedAt = Date.now();
  await page.goto(switchboard.url);
  await expect.poll(async () => (await historyIn(page)).length, { timeout: PATIENCE }).toBe(2);
  const calls = (await historyIn(page)).sort((one, other) => one.createdAt - other.createdAt);
  for (const [index, call] of calls.entries()) {
    const { from = 0, to = 0 } = times[index] ?? {};
    expect(call).toMatchObject({ peer: { handle: '101', displayName: 'Nguyễn Thị Mai' }, unseen: true });
    expect(call.createdAt).toBeGreaterThanOrEqual(from);
    expect(call.endedAt).toBeGreaterThanOrEqual(call.createdAt);
    expect(call.endedAt).toBeLessThanOrEqual(Math.min(to, openedAt));
  }
  const missed = await stage.appears('2 missed calls');
  expect(missed.body).toContain('Nguyễn Thị Mai');

  // At the next start they are known.
  const before = await caughtUp(page);
  await page.reload();
  await expect.poll(() => caughtUp(page), { timeout: PATIENCE }).toBeGreaterThan(before);
  expect(await historyIn(page)).toHaveLength(2);
  expect(desktop.notifications.filter(({ summary }) => summary === '2 missed calls')).toHaveLength(1);

  desktop.click(missed, 'Call back');
  await mai.sees('ringing');
  await mai.press('answer');
  await mai.sees('active');
});

test('before anybody logged in on the device: those of the last day', async () => {
  await stage.mai.dial('102');
  await stage.mai.lastCall(); // nobody could be rung
  const hung = await launchHiddenUser(stage.switchboard.url, { tone: 1000, desktop: stage.desktop });
  try {
    await logIn(hung, stage.switchboard.url, '102');
    await stage.appears('Missed call');
    expect(await historyIn(hung.page)).toMatchObject([{ peer: { handle: '101' }, disconnect: { response: 'missed' } }]);
  } finally {
    await hung.close();
  }
});
