/** `call_setup`: from the click on "call" to sound on both sides, against two bare connections in one page. */

import type { Page } from '@playwright/test';
import { launchUser } from '../e2e/support/userBrowser.ts';
import { type Figure, figure } from './figures.ts';
import { median } from './statistics.ts';

const CALLS = 12;

/** The phone without its screens, logged in unless another tab of this browser is. */
export async function openHarnessPhone(page: Page, url: string, number: string): Promise<Page> {
  await page.addInitScript(() => {
    localStorage.setItem('switchhook.preferences', JSON.stringify({ ringVolume: 0, voiceProcessing: false }));
  });
  await page.goto(`${url}/e2e/harness/index.html`);
  await page.waitForFunction(() => window.harness !== undefined);
  await page.evaluate(async (me) => {
    window.phone = new window.harness.AppPhone();
    await window.phone.start();
    if (!window.phone.state.session) await window.phone.logIn(me, `demo-${me}`);
  }, number);
  return page;
}

export async function callFigures(url: string): Promise<Figure[]> {
  const [caller, callee] = await Promise.all([440, 1000].map((tone) => launchUser({ tone, autoplay: true })));
  if (!caller || !callee) throw new Error('no browsers');
  try {
    await Promise.all([openHarnessPhone(caller.page, url, '101'), openHarnessPhone(callee.page, url, '102')]);
    for (const { page } of [caller, callee]) {
      await page.waitForFunction(() => window.phone.state.registration === 'registered');
    }
    await callee.page.evaluate(() => window.harness.benches.answerOnReceipt(window.phone));
    const ours: number[] = [];
    const bare: number[] = [];
    for (let call = 0; call < CALLS; call += 1) {
      // In turns, so that whatever else the machine does falls on both.
      bare.push(await caller.page.evaluate(() => window.harness.benches.bareCallSetup()));
      ours.push(await oneCall(caller.page, callee.page));
    }
    return [figure('call_setup', median(ours), 'ms', 2, median(bare))];
  } finally {
    await Promise.all([caller.close(), callee.close()]);
  }
}

async function oneCall(caller: Page, callee: Page): Promise<number> {
  const heardThere = callee.evaluate(() => window.harness.benches.callHeard());
  const here = await caller.evaluate(async () => {
    const heard = window.harness.benches.callHeard();
    const clicked = performance.timeOrigin + performance.now();
    await window.phone.dial('102');
    return { clicked, heard: await heard };
  });
  const there = await heardThere;
  await caller.evaluate(() => window.harness.benches.hangUp(window.phone));
  await callee.waitForFunction(() => window.phone.state.calls.length === 0);
  return Math.max(here.heard, there) - here.clicked;
}
