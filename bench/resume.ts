/**
 * `resume_gap`: how long the far side hears nothing while the page of a call is reloaded, against the same silence of two bare
 * connections of which one is closed and made again in a page that stays: what a browser needs without any page to load, any
 * registry, and any SIP.
 */

import type { Page } from '@playwright/test';
import { launchUser } from '../e2e/support/userBrowser.ts';
import { openHarnessPhone } from './calls.ts';
import { type Figure, figure } from './figures.ts';
import { median } from './statistics.ts';

const RELOADS = 10;
/** ms. The aim for one machine, where no network is between the two. */
const AIM = 300;

export async function resumeFigures(url: string): Promise<Figure[]> {
  const [mover, stayer] = await Promise.all([440, 1000].map((tone) => launchUser({ tone, autoplay: true })));
  if (!mover || !stayer) throw new Error('no browsers');
  try {
    await Promise.all([openHarnessPhone(mover.page, url, '101'), openHarnessPhone(stayer.page, url, '102')]);
    await stayer.page.evaluate(() => window.harness.benches.answerOnReceipt(window.phone));
    await mover.page.waitForFunction(() => window.phone.state.registration === 'registered');
    // From now on the phone begins by itself with its page, as the app does.
    await mover.page.addInitScript(startWithPage);
    const heard = stayer.page.evaluate(() => window.harness.benches.callHeard());
    await mover.page.evaluate(() => window.phone.dial('102'));
    await heard;
    const gaps: number[] = [];
    const bare: number[] = [];
    for (let reload = 0; reload < RELOADS; reload += 1) {
      bare.push(await stayer.page.evaluate(() => window.harness.benches.bareCallSetup()));
      gaps.push(await oneReload(mover.page, stayer.page));
    }
    return [
      figure('resume_gap', median(gaps), 'ms', AIM),
      figure('resume_gap_to_bare', median(gaps), 'ms', null, median(bare)),
    ];
  } finally {
    await Promise.all([mover.close(), stayer.close()]);
  }
}

/** Runs in the page before its scripts: the harness is a module, which is there when the document has been read. */
function startWithPage(): void {
  document.addEventListener('DOMContentLoaded', () => {
    window.phone = new window.harness.AppPhone();
    void window.phone.start();
  });
}

/** From the last sound of the old page at the far side to the first of the new one. */
async function oneReload(moving: Page, staying: Page): Promise<number> {
  const watch = await staying.evaluateHandle(() => window.harness.benches.watchForGap());
  await moving.reload();
  return watch.evaluate(({ gap }) => gap);
}
