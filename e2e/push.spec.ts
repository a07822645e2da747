/**
 * The app is closed and its worker stopped; somebody calls. Genuine subscription, encryption and delivery, through a stand-in
 * for the browser's push service; the notification is really clicked; no autoplay right is given.
 */

import { expect, test } from '@playwright/test';
import type { Switchboard } from '../server/switchboard.ts';
import { type HiddenUser, launchHiddenUser } from './support/hiddenUser.ts';
import { type Desktop, type DesktopNotification, startDesktop } from './support/notificationDesktop.ts';
import { openPhone, type Person } from './support/person.ts';
import { logIn, openedTab } from './support/phoneTab.ts';
import { type ChromiumPush, startChromiumPush } from './support/push/chromium.ts';
import { agentFor } from './support/push/service.ts';
import { busMissing } from './support/sessionBus.ts';
import { startTestSwitchboard } from './support/switchboard.ts';
import { expectTone } from './support/tones.ts';

const MAI_TONE = 440;
const HUNG_TONE = 1000;
const PATIENCE = 20_000;

// Without a session bus there is no desktop to click on: named as skipped, and with CI=true `npm test` fails for it.
test.skip(busMissing() !== null, busMissing() ?? '');

let service: ChromiumPush;
let switchboard: Switchboard;
let desktop: Desktop;
let mai: Person;
let hung: HiddenUser;

test.beforeEach(async () => {
  service = await startChromiumPush();
  switchboard = await startTestSwitchboard({
    ringSeconds: 20,
    push: { agent: agentFor(service), hosts: [...service.hosts] },
  });
  desktop = await startDesktop();
  [mai, hung] = await Promise.all([
    openPhone(switchboard.url, '101', { tone: MAI_TONE }),
    launchHiddenUser(switchboard.url, { tone: HUNG_TONE, desktop, args: service.args }),
  ]);
  await logIn(hung, switchboard.url, '102');
  await hung.page.waitForSelector('[data-push="ready"]', { timeout: PATIENCE });
});

test.afterEach(async () => {
  await Promise.all([mai?.close(), hung?.close()]);
  await Promise.all([desktop?.stop(), switchboard?.close(), service?.stop()]);
});

/** Closes every tab of the phone and stops its worker. */
async function closeApp(): Promise<void> {
  const keeper = await hung.browser.newPage(); // the browser lives on
  const cdp = await keeper.createCDPSession();
  await cdp.send('ServiceWorker.enable');
  await hung.page.close();
  await expect.poll(() => switchboard.stats.sockets, { message: 'only the caller is connected' }).toBe(1);
  await cdp.send('ServiceWorker.stopAllWorkers');
}

async function ring(): Promise<DesktopNotification> {
  await mai.dial('102');
  const shown = await desktop.waitFor(({ summary }) => summary === 'Incoming audio call', PATIENCE);
  expect(shown.body).toContain('Nguyễn Thị Mai');
  return shown;
}

test('answer: a window is opened, registers and connects by itself, with sound both ways', async () => {
  await closeApp();
  const shown = await ring();
  desktop.click(shown, 'Answer');
  const opened = await openedTab(hung, switchboard.url);
  await mai.sees('active');
  await expectTone(mai.page, HUNG_TONE);
  await expectTone(opened, MAI_TONE);
});

test('the caller hears it ring when the device rings, not before', async () => {
  await closeApp();
  service.disconnect();
  await mai.dial('102');
  await mai.sees('dialing');
  await expect.poll(() => service.received.length).toBeGreaterThan(0);
  await expect(mai.page.locator('switchhook-call')).not.toContainText(/ringing/i);
  service.reconnect();
  await desktop.waitFor(({ summary }) => summary === 'Incoming audio call', PATIENCE);
  await expect(mai.page.locator('switchhook-call')).toContainText(/ringing/i, { timeout: PATIENCE });
});

test('decline: the caller sees it, and no window is opened', async () => {
  await closeApp();
  const shown = await ring();
  const before = (await hung.browser.pages()).length;
  desktop.click(shown, 'Decline');
  expect((await mai.lastCall()).disconnect).toMatchObject({ response: 'rejected', endCode: 486 });
  expect((await hung.browser.pages()).length).toBe(before);
  await expect.poll(() => desktop.closed.some(({ id }) => id === shown.id)).toBe(true);
});

test('the caller gives up: the ring gives way to a missed call', async () => {
  await closeApp();
  await ring();
  await mai.press('hangUp');
  const missed = await desktop.waitFor(({ summary }) => summary === 'Missed call', PATIENCE);
  expect(missed.body).toContain('Nguyễn Thị Mai');
});

test('nobody answers: the caller is told, and a missed call is left', async () => {
  await closeApp();
  await ring();
  await desktop.waitFor(({ summary }) => summary === 'Missed call', 30_000);
  expect((await mai.lastCall()).disconnect).toMatchObject({ response: 'remote' });
});

test('what the push carries: urgent, short-lived, one topic per call', async () => {
  await closeApp();
  await ring();
  const [post] = service.received;
  expect(post).toMatchObject({ status: 201, urgency: 'high' });
  expect(Number(post?.headers.ttl)).toBeLessThanOrEqual(20);
  expect(String(post?.headers.topic)).toMatch(/^[\w-]{32}$/u);
});

test('a push that carries nothing: the worker asks who calls', async () => {
  const device = await hung.page.evaluate(() => localStorage.getItem('switchhook.device'));
  expect(device).not.toBeNull();
  await closeApp();
  service.disconnect(); // the push with the payload stays away
  await mai.dial('102');
  await expect.poll(() => service.received.length).toBeGreaterThan(0);
  const keeper = await hung.browser.newPage();
  const cdp = await keeper.createCDPSession();
  const registration = new Promise<string>((resolve) => {
    cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const ours = registrations.find(({ scopeURL }) => scopeURL.startsWith(switchboard.url));
      if (ours) resolve(ours.registrationId);
    });
  });
  await cdp.send('ServiceWorker.enable');
  const empty = { origin: switchboard.url, registrationId: await registration, data: '' };
  await cdp.send('ServiceWorker.deliverPushMessage', empty);
  const shown = await desktop.waitFor(({ summary }) => summary === 'Incoming audio call', PATIENCE);
  expect(shown.body).toContain('Nguyễn Thị Mai');
  service.reconnect();
});
