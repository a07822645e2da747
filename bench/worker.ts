/** Figures of the link and the registry, in one browser. */

import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from '@playwright/test';
import { attachServiceWorkers } from '../e2e/support/serviceWorkers.ts';
import { launchUser } from '../e2e/support/userBrowser.ts';
import { type Figure, figure } from './figures.ts';
import { median, percentile } from './statistics.ts';

/** Enough that the median of one run differs from the next by a few per cent. */
const ROUND_TRIPS = 600;
const DEATHS = 60;

export async function workerFigures(url: string): Promise<Figure[]> {
  const user = await launchUser({ tone: 440 });
  try {
    const { page } = user;
    await page.goto(`${url}/e2e/harness/index.html`);
    await page.waitForFunction(() => window.harness !== undefined);
    await page.evaluate(async () => {
      window.load = new window.harness.Load();
      await window.load.mirror.start();
    });
    const { ours, bare } = await page.evaluate(
      (count) => window.harness.benches.commandRoundTrips(window.load, count),
      ROUND_TRIPS,
    );
    const workers = await attachServiceWorkers(user.context);
    const recoveries = await deaths(page, workers.kill);
    return [
      figure('command_rtt', median(ours), 'ms', 1.3, median(bare)),
      figure('worker_death_recovery', percentile(recoveries, 0.95), 'ms', 100),
    ];
  } finally {
    await user.close();
  }
}

/** ms from the order to stop the worker to the acknowledgement of a command submitted right after it, a death each. */
async function deaths(page: Page, kill: () => Promise<void>): Promise<number[]> {
  const times: number[] = [];
  for (let death = 0; death < DEATHS; death += 1) {
    await page.evaluate(() => window.harness.benches.oneCommand(window.load)); // the worker runs, the link is up
    await pause(Math.random() * 30); // at no particular moment of what the worker does afterwards
    // Watched before it happens: a death that nobody was looking out for would be waited for for ever.
    const watch = await page.evaluateHandle(() => ({
      acknowledged: window.harness.benches.oneCommandAfterDeath(window.load),
    }));
    const killed = Date.now();
    await kill();
    times.push((await watch.evaluate(({ acknowledged }) => acknowledged)) - killed);
  }
  return times;
}
