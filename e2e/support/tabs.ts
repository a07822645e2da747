/** Several tabs of one person, and what each of them is doing. */

import { expect, type Page } from '@playwright/test';
import { isRegistered, type Person } from './person.ts';

/** Puts a meter on everything that the page plays through Web Audio: the ring and the tones. Before the page is loaded. */
export async function meterSound(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const connect = AudioNode.prototype.connect;
    const meters: AnalyserNode[] = [];
    AudioNode.prototype.connect = function (this: AudioNode, ...args: unknown[]) {
      if (args[0] instanceof AudioDestinationNode) {
        const meter = new AnalyserNode(this.context, { fftSize: 32_768 }); // 0.7 s: longer than the pauses inside a ring
        meters.push(meter);
        Reflect.apply(connect, this, [meter]);
      }
      return Reflect.apply(connect, this, args);
    } as typeof connect;
    Object.assign(window, {
      soundLevel: () => {
        const levels = meters.map((meter) => {
          const samples = new Float32Array(meter.fftSize);
          meter.getFloatTimeDomainData(samples);
          return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
        });
        return Math.max(0, ...levels);
      },
    });
  });
}

declare global {
  interface Window {
    soundLevel(): number;
  }
}

/** Louder than this is a ring: it plays at some 0.1 at the volume of the tests, silence is exactly 0. */
const AUDIBLE = 0.001;

export const isRinging = async (page: Page): Promise<boolean> =>
  (await page.evaluate(() => window.soundLevel())) > AUDIBLE;

/** Another tab of the same person, clicked once, so that the browser lets it make sound. */
export async function openTab(person: Person, url: string, { click = true } = {}): Promise<Page> {
  const page = await person.browser.context.newPage();
  await meterSound(page);
  await page.goto(url);
  await page.locator('switchhook-phone:is([data-role="host"], [data-role="guest"])').waitFor();
  await page.locator('[data-tab="keypad"]').waitFor();
  if (click) await page.locator('[data-tab="keypad"]').click();
  return page;
}

export const hosts = (page: Page): Promise<boolean> =>
  page.locator('switchhook-phone').evaluate((phone: HTMLElement) => phone.dataset.role === 'host');

/** The one tab of these that hosts; waits for it, and for its line to be up. */
export async function hostOf(tabs: readonly Page[]): Promise<Page> {
  let host: Page | undefined;
  await expect
    .poll(
      async () => {
        const hosting = [];
        for (const tab of tabs.filter((one) => !one.isClosed())) if (await hosts(tab)) hosting.push(tab);
        host = hosting[0];
        return hosting.length;
      },
      { message: 'exactly one host', intervals: [100] },
    )
    .toBe(1);
  if (!host) throw new Error('no host');
  await isRegistered(host);
  return host;
}

/** How many of these tabs ring now; waits until it is `count`, and returns them. */
export async function ringing(tabs: readonly Page[], count: number, timeout = 5_000): Promise<Page[]> {
  let found: Page[] = [];
  const look = async () => {
    found = [];
    for (const tab of tabs.filter((one) => !one.isClosed())) if (await isRinging(tab)) found.push(tab);
    return found.length;
  };
  await expect.poll(look, { message: 'tabs that ring', timeout, intervals: [50] }).toBe(count);
  return found;
}
