/** The browser may stop the worker at any moment: nothing acknowledged is lost, nothing happens twice, nobody hangs. */

import { setTimeout as pause } from 'node:timers/promises';
import { expect, type Page, test } from '@playwright/test';
import type { Switchboard } from '../server/switchboard.ts';
import type { LoadReport } from './harness/load.ts';
import { expectExactlyOnce } from './support/exactlyOnce.ts';
import { attachServiceWorkers } from './support/serviceWorkers.ts';
import { storesIn } from './support/stores.ts';
import { startTestSwitchboard } from './support/switchboard.ts';
import { launchUser, type UserBrowser } from './support/userBrowser.ts';

const KILLS = 100;
/** Of these, at least so many have to hit a running worker with submissions in flight, or the test has shown nothing. */
const HITS = 30;
/** Submissions in flight per tab. */
const PARALLEL = [4, 2, 1];
/** ms between two kills, at random below this: from "in the handshake" to "in the middle of the traffic". */
const MOST_BETWEEN = 120;

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

async function openTab(): Promise<Page> {
  const page = await user.context.newPage();
  await page.goto(`${switchboard.url}/e2e/harness/index.html`);
  await page.waitForFunction(() => window.harness !== undefined);
  return page;
}

test(`${KILLS} kills under load from three tabs`, async () => {
  test.setTimeout(180_000);
  const workers = await attachServiceWorkers(user.context);
  const tabs = [await openTab(), await openTab(), await openTab()];
  await tabs[0]?.evaluate(async () => {
    const { Load } = window.harness;
    const load = new Load();
    await load.mirror.start();
    const input = { kind: 'configure', settings: { maxCalls: 16 } } as const;
    await load.link.submit({ id: crypto.randomUUID(), tab: load.link.tab, source: 'api', input });
  });
  // One after another, so that the later ones join while the registry changes all the time.
  for (const [index, tab] of tabs.entries()) {
    await tab.evaluate(async (parallel) => {
      window.load = new window.harness.Load();
      await window.load.start(parallel);
    }, PARALLEL[index] ?? 1);
  }

  let hits = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    await pause(Math.random() * MOST_BETWEEN); // not a wait for anything: the moment of the kill is to be random
    const inFlight = await Promise.all(tabs.map((tab) => tab.evaluate(() => window.load.inFlight)));
    if (workers.running().length > 0 && inFlight.some((count) => count > 0)) hits += 1;
    await workers.kill();
  }
  await Promise.all(tabs.map((tab) => tab.evaluate(() => window.load.stop()))); // hangs if any submission does

  const reports: LoadReport[] = await Promise.all(tabs.map((tab) => tab.evaluate(() => window.load.report())));
  const [first] = tabs;
  if (!first) throw new Error('no tab');
  const { log } = await storesIn(first, 'log');

  expect(hits, 'kills of a running worker with submissions in flight').toBeGreaterThanOrEqual(HITS);
  expect(
    Math.max(...reports.map((report) => report.deathsInFlight)),
    'deaths noticed in flight',
  ).toBeGreaterThanOrEqual(HITS);
  expectExactlyOnce(log, reports, KILLS);
});
