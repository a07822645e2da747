/**
 * Firefox stops the worker as it does after an idle time, only sooner: nothing acknowledged is lost, nothing happens twice, and
 * all tabs know the same. Nothing can stop it from outside (WebDriver BiDi has no command for workers), so the moments are
 * Firefox's: traffic over a port does not count as activity there, and the stop comes in the middle of it.
 */

import { expect, test } from '@playwright/test';
import type { Page } from 'puppeteer-core';
import type { Switchboard } from '../server/switchboard.ts';
import type { LoadReport } from './harness/load.ts';
import { expectExactlyOnce } from './support/exactlyOnce.ts';
import { firefoxMissing, launchFirefox } from './support/firefoxUser.ts';
import type { HiddenUser } from './support/hiddenUser.ts';
import { storesIn } from './support/stores.ts';
import { startTestSwitchboard } from './support/switchboard.ts';

const missing = firefoxMissing();
// Without Firefox: named as skipped, and with CI=true `npm test` fails for it.
test.skip(missing !== null, missing ?? '');

/** Deaths that each tab has to notice with submissions in flight, or the test has shown nothing. */
const DEATHS = 10;
/** Submissions in flight per tab. */
const PARALLEL = [4, 2, 1];
/** ms after its last event at which Firefox stops the worker, and the same again for one that is still at work; 30 s each by default. */
const IDLE = 400;

let switchboard: Switchboard;
let user: HiddenUser;

test.beforeEach(async () => {
  switchboard = await startTestSwitchboard();
  const prefs = { 'dom.serviceWorkers.idle_timeout': IDLE, 'dom.serviceWorkers.idle_extended_timeout': IDLE };
  user = await launchFirefox({ tone: 440, prefs });
});

test.afterEach(async () => {
  await user?.close();
  await switchboard?.close();
});

async function openTab(): Promise<Page> {
  const page = await user.browser.newPage();
  await page.goto(`${switchboard.url}/e2e/harness/index.html`);
  await page.waitForFunction(() => window.harness !== undefined);
  return page;
}

/** Room for all calls at once, then the load, one tab after another: the later ones join while the registry changes. */
async function startLoad(tabs: readonly Page[]): Promise<void> {
  await tabs[0]?.evaluate(async () => {
    const load = new window.harness.Load();
    await load.mirror.start();
    const input = { kind: 'configure', settings: { maxCalls: 16 } } as const;
    await load.link.submit({ id: crypto.randomUUID(), tab: load.link.tab, source: 'api', input });
  });
  for (const [index, tab] of tabs.entries()) {
    await tab.evaluate(async (parallel) => {
      window.load = new window.harness.Load();
      await window.load.start(parallel);
    }, PARALLEL[index] ?? 1);
  }
}

const reportOf = (tab: Page): Promise<LoadReport> => tab.evaluate(() => window.load.report());

test(`Firefox: ${DEATHS} stops of the worker under load from three tabs`, async () => {
  const tabs = [await openTab(), await openTab(), await openTab()];
  await startLoad(tabs);
  for (const tab of tabs) {
    const deaths = async () => (await reportOf(tab)).deathsInFlight;
    await expect.poll(deaths, { message: 'deaths in flight', timeout: 40_000 }).toBeGreaterThanOrEqual(DEATHS);
  }
  await Promise.all(tabs.map((tab) => tab.evaluate(() => window.load.stop()))); // hangs if any submission does

  const reports = await Promise.all(tabs.map(reportOf));
  const [first] = tabs;
  if (!first) throw new Error('no tab');
  const { log } = await storesIn(first, 'log');
  expectExactlyOnce(log, reports, DEATHS);
});
