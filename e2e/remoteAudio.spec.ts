/** The far side's sound in a page that nobody has clicked in: browsers block it, and the page offers to let it be heard. */

import { expect, test } from '@playwright/test';
import type { Switchboard } from '../server/switchboard.ts';
import { startTestSwitchboard } from './support/switchboard.ts';
import { launchUser, type UserBrowser } from './support/userBrowser.ts';

let switchboard: Switchboard;
let user: UserBrowser;

test.beforeEach(async () => {
  switchboard = await startTestSwitchboard();
  user = await launchUser({ tone: 440 });
});

test.afterEach(async () => {
  await user?.close();
  await switchboard?.close();
});

test('sound that is blocked is told of, and heard after a click', async () => {
  const { page } = user;
  await page.goto(`${switchboard.url}/e2e/harness/index.html`);
  await page.waitForFunction(() => window.harness !== undefined);
  await page.evaluate(() => {
    const told = { blocked: 0 };
    const audio = new window.harness.RemoteAudio(() => {
      told.blocked += 1;
    });
    audio.set('call', new AudioContext().createMediaStreamDestination().stream);
    document.addEventListener('click', () => audio.resume());
    Object.assign(window, { told });
  });
  const told = () => page.evaluate(() => (window as unknown as { told: { blocked: number } }).told.blocked);
  const plays = () => page.locator('[data-call-audio="call"]').evaluate((audio: HTMLAudioElement) => !audio.paused);
  await expect.poll(told).toBe(1);
  expect(await plays()).toBe(false);
  await page.mouse.click(5, 5);
  await expect.poll(plays).toBe(true);
  expect(await told()).toBe(1);
});
