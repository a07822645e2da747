/**
 * The app is closed and its worker stopped; somebody calls. Genuine subscription, encryption and delivery, through a stand-in
 * for the browser's push service; the notification is really clicked; no autoplay right is given.
 */

import { expect, test } from '@playwright/test';
import { attachHiddenWorkers, type HiddenUser } from './support/hiddenUser.ts';
import { openedTab } from './support/phoneTab.ts';
import { MAI_TONE, PATIENCE, type PushStage, startPushStage } from './support/push/stage.ts';
import { busMissing } from './support/sessionBus.ts';
import { expectTone } from './support/tones.ts';

const HUNG_TONE = 1000;

// Without a session bus there is no desktop to click on: named as skipped, and with CI=true `npm test` fails for it.
test.skip(busMissing() !== null, busMissing() ?? '');

let stage: PushStage;
let hung: HiddenUser;

test.beforeEach(async () => {
  stage = await startPushStage({ ringSeconds: 20 });
  hung = await stage.sleeper('102', { tone: HUNG_TONE, desktop: stage.desktop });
});

test.afterEach(() => stage?.close());

/** Nguyễn Thị Mai calls. */
async function ring() {
  const shown = await stage.ring();
  expect(shown.body).toContain('Nguyễn Thị Mai');
  return shown;
}

test('answer: a window is opened, registers and connects by itself, with sound both ways', async () => {
  await stage.asleep(hung);
  const shown = await ring();
  stage.desktop.click(shown, 'Answer');
  const opened = await openedTab(hung, stage.switchboard.url);
  await stage.mai.sees('active');
  await expectTone(stage.mai.page, HUNG_TONE);
  await expectTone(opened, MAI_TONE);
});

test('the caller hears it ring when the device rings, not before', async () => {
  await stage.asleep(hung);
  stage.service.disconnect();
  await stage.mai.dial('102');
  await stage.mai.sees('dialing');
  await expect.poll(() => stage.service.received.length).toBeGreaterThan(0);
  await expect(stage.mai.page.locator('switchhook-call')).not.toContainText(/ringing/i);
  stage.service.reconnect();
  await stage.appears('Incoming audio call');
  await expect(stage.mai.page.locator('switchhook-call')).toContainText(/ringing/i, { timeout: PATIENCE });
});

test('decline: the caller sees it, and no window is opened', async () => {
  await stage.asleep(hung);
  const shown = await ring();
  const before = (await hung.browser.pages()).length;
  stage.desktop.click(shown, 'Decline');
  expect((await stage.mai.lastCall()).disconnect).toMatchObject({ response: 'rejected', endCode: 486 });
  expect((await hung.browser.pages()).length).toBe(before);
  await expect.poll(() => stage.desktop.closed.some(({ id }) => id === shown.id)).toBe(true);
});

test('the caller gives up: the ring gives way to a missed call', async () => {
  await stage.asleep(hung);
  await ring();
  await stage.mai.press('hangUp');
  const missed = await stage.appears('Missed call');
  expect(missed.body).toContain('Nguyễn Thị Mai');
});

test('nobody answers: the caller is told, and a missed call is left', async () => {
  await stage.asleep(hung);
  await ring();
  await stage.desktop.waitFor(({ summary }) => summary === 'Missed call', 30_000);
  expect((await stage.mai.lastCall()).disconnect).toMatchObject({ response: 'remote' });
});

test('what the push carries: urgent, short-lived, one topic per call', async () => {
  await stage.asleep(hung);
  await ring();
  const [post] = stage.service.received;
  expect(post).toMatchObject({ status: 201, urgency: 'high' });
  expect(Number(post?.headers.ttl)).toBeLessThanOrEqual(20);
  expect(String(post?.headers.topic)).toMatch(/^[\w-]{32}$/u);
});

test('a push that carries nothing: the worker asks who calls', async () => {
  await stage.asleep(hung);
  stage.service.disconnect(); // the push with the payload stays away
  await stage.mai.dial('102');
  await expect.poll(() => stage.service.received.length).toBeGreaterThan(0);
  const workers = await attachHiddenWorkers(hung);
  await workers.push(stage.switchboard.url, '');
  const shown = await stage.appears('Incoming audio call');
  expect(shown.body).toContain('Nguyễn Thị Mai');
  stage.service.reconnect();
});
