/** Figures of calls that come by push: until they are shown; and from the click on Answer, with no tab open, to sound. */

import { attachHiddenWorkers, launchHiddenUser } from '../e2e/support/hiddenUser.ts';
import { startDesktop } from '../e2e/support/notificationDesktop.ts';
import { logIn } from '../e2e/support/phoneTab.ts';
import { startChromiumPush } from '../e2e/support/push/chromium.ts';
import { agentFor } from '../e2e/support/push/service.ts';
import { startTestSwitchboard } from '../e2e/support/switchboard.ts';
import { launchUser } from '../e2e/support/userBrowser.ts';
import { waitUntil } from '../e2e/support/waiting.ts';
import { openHarnessPhone } from './calls.ts';
import { type Figure, figure } from './figures.ts';
import { shownFigures } from './pushShown.ts';
import { median } from './statistics.ts';

const ANSWERS = 4;
const PATIENCE = 20_000;
const ACCOUNT = '102';

const now = () => performance.timeOrigin + performance.now();

export async function pushFigures(url: string): Promise<Figure[]> {
  return [...(await shownFigures(url)), await clickToAudio()];
}

/** The whole way: genuine push, stopped worker, no tab; from the click on Answer until the caller hears. */
async function clickToAudio(): Promise<Figure> {
  const service = await startChromiumPush();
  const switchboard = await startTestSwitchboard({ push: { agent: agentFor(service), hosts: [...service.hosts] } });
  const desktop = await startDesktop();
  const caller = await launchUser({ tone: 440, autoplay: true });
  const callee = await launchHiddenUser(switchboard.url, { tone: 1000, desktop, args: service.args });
  try {
    const from = await openHarnessPhone(caller.page, switchboard.url, '101');
    await logIn(callee, switchboard.url, ACCOUNT);
    await callee.page.waitForSelector('[data-push="ready"]', { timeout: PATIENCE });
    const workers = await attachHiddenWorkers(callee);
    const times: number[] = [];
    for (let call = 0; call < ANSWERS; call += 1) {
      for (const page of await callee.browser.pages()) if (page.url().startsWith(switchboard.url)) await page.close();
      await waitUntil('the phone to be gone', PATIENCE, () => switchboard.stats.sockets === 1);
      await workers.stopAll();
      const before = desktop.notifications.length;
      await from.evaluate(() => window.phone.dial('102'));
      const notification = await waitUntil('the ring', PATIENCE, () => desktop.notifications[before]);
      const heard = from.evaluate(() => window.harness.benches.callHeard());
      const clicked = now();
      desktop.click(notification, 'Answer');
      times.push((await heard) - clicked);
      await from.evaluate(() => window.harness.benches.hangUp(window.phone));
    }
    return figure('click_to_audio', median(times), 'ms', 3_000);
  } finally {
    await Promise.all([caller.close(), callee.close()]);
    await Promise.all([desktop.stop(), switchboard.close(), service.stop()]);
  }
}
