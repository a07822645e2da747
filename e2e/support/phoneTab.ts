/** The phone in a tab that Puppeteer drives: one that can really be hidden, frozen, closed. */

import type { Page } from 'puppeteer-core';
import type { HiddenUser } from './hiddenUser.ts';
import { waitUntil } from './waiting.ts';

const PATIENCE = 15_000;

/** Their voice is a steady tone, which the clean-up of voices would take for noise. */
async function prepare(page: Page): Promise<void> {
  await page.evaluateOnNewDocument(() => {
    localStorage.setItem(
      'switchhook.preferences',
      JSON.stringify({ ringVolume: 0.2, voiceProcessing: false, dtmf: 'rtp' }),
    );
  });
}

/** Logs in by a click, which also lets the page make sound. */
export async function logIn({ page }: HiddenUser, url: string, number: string): Promise<void> {
  await prepare(page);
  await page.goto(url);
  await page.locator(`>>> [data-demo="${number}"]`).click();
  await page.waitForSelector('[data-registration="registered"]');
}

/** One more tab of a person who is logged in. */
export async function openPhoneTab({ browser }: HiddenUser, url: string): Promise<Page> {
  const page = await browser.newPage();
  await prepare(page);
  await page.goto(url);
  await page.waitForSelector('[data-role]');
  await page.locator('>>> [data-tab="keypad"]').click();
  return page;
}

export const visibilityOf = (page: Page): Promise<DocumentVisibilityState> =>
  page.evaluate(() => document.visibilityState);

/** Stops everything in the page, as browsers do with tabs that are long out of sight. */
export async function freeze(page: Page): Promise<void> {
  const cdp = await page.createCDPSession();
  await cdp.send('Page.setWebLifecycleState', { state: 'frozen' });
}

/** The window that a click on a notification has opened. */
export function openedTab({ browser }: HiddenUser, url: string): Promise<Page> {
  return waitUntil('a window of the phone', PATIENCE, async () =>
    (await browser.pages()).find((page) => page.url().startsWith(url)),
  );
}
