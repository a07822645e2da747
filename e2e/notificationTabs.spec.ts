/** Notifications and many tabs: a click finds a tab that is alive, or opens one. */

import { expect, test } from '@playwright/test';
import type { Page } from 'puppeteer-core';
import type { Switchboard } from '../server/switchboard.ts';
import { HUNG_TONE, MAI_TONE, testOnDesktop } from './support/desktopStage.ts';
import type { HiddenUser } from './support/hiddenUser.ts';
import type { Desktop, DesktopNotification } from './support/notificationDesktop.ts';
import type { Person } from './support/person.ts';
import { freeze, openedTab, openPhoneTab, visibilityOf } from './support/phoneTab.ts';
import { expectTone } from './support/tones.ts';

const PATIENCE = 15_000;

let switchboard: Switchboard;
let desktop: Desktop;
let mai: Person;
let hung: HiddenUser;

testOnDesktop((stage) => {
  ({ switchboard, desktop, mai, hung } = stage);
});

/** A call that comes while all of these tabs are hidden, as its notification. */
async function ring(...tabs: Page[]): Promise<DesktopNotification> {
  await hung.hide();
  for (const tab of tabs) expect(await visibilityOf(tab)).toBe('hidden');
  await mai.dial('102');
  return desktop.waitFor(({ summary }) => summary === 'Incoming audio call', PATIENCE);
}

test('the last tab is closed while it rings: Answer opens a window that registers and connects by itself', async () => {
  const shown = await ring(hung.page);
  await hung.page.close();
  desktop.click(shown, 'Answer');
  const opened = await openedTab(hung, switchboard.url);
  await mai.sees('active');
  await expectTone(mai.page, HUNG_TONE);
  await expectTone(opened, MAI_TONE); // sound without a click in this window: the microphone is captured first
});

test('the last tab is closed while it rings: Decline opens nothing and stops the ring here', async () => {
  const shown = await ring(hung.page);
  await hung.page.close();
  const before = (await hung.browser.pages()).length;
  desktop.click(shown, 'Decline');
  await expect.poll(() => desktop.closed.some(({ id }) => id === shown.id)).toBe(true);
  expect((await hung.browser.pages()).length).toBe(before);
});

test('the tab that should come up is frozen: the next one does', async () => {
  const second = await openPhoneTab(hung, switchboard.url);
  const shown = await ring(hung.page, second);
  await freeze(hung.page);
  desktop.click(shown, 'body');
  await expect.poll(() => visibilityOf(second), { timeout: PATIENCE }).toBe('visible');
  await second.waitForSelector('>>> switchhook-incoming[data-state="ringing"]');
});

test('the host is frozen while it rings: another tab takes over, and the call is answered there', async () => {
  const second = await openPhoneTab(hung, switchboard.url);
  const shown = await ring(hung.page, second);
  await freeze(hung.page);
  desktop.click(shown, 'Answer');
  await second.waitForSelector('[data-role="host"]', { timeout: PATIENCE });
  await mai.sees('active');
  await expectTone(mai.page, HUNG_TONE);
  await expectTone(second, MAI_TONE);
});

test('the host hangs: another tab deposes it, and the call is answered there', async () => {
  const second = await openPhoneTab(hung, switchboard.url);
  const shown = await ring(hung.page, second);
  const hanging = hung.page.evaluate(() => {
    for (;;); // an endless loop somewhere: the lock is held, and nothing is done any more
  });
  hanging.catch(() => undefined); // until the browser is closed
  desktop.click(shown, 'Answer');
  await second.waitForSelector('[data-role="host"]', { timeout: PATIENCE });
  await mai.sees('active');
  await expectTone(mai.page, HUNG_TONE);
  await expectTone(second, MAI_TONE);
});
