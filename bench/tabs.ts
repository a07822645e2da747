/** Figures of many tabs: the way of a change to 20 of them, and how fast another tab takes over. */

import type { Page } from '@playwright/test';
import { openPhone as openPerson } from '../e2e/support/person.ts';
import { openTab } from '../e2e/support/tabs.ts';
import { launchUser, type UserBrowser } from '../e2e/support/userBrowser.ts';
import { waitUntil } from '../e2e/support/waiting.ts';
import { openHarnessPhone } from './calls.ts';
import { type Figure, figure } from './figures.ts';
import { median } from './statistics.ts';

const TABS = 20;
const CHANGES = 60;
const TAKEOVERS = 8;
const CALLS = 6;
/** ms; a tab takes over within one second. */
const PATIENCE = 20_000;

export async function tabFigures(url: string): Promise<Figure[]> {
  return [...(await fanout(url)), ...(await takeovers(url)), await callInFiveTabs(url)];
}

async function openHarness(user: UserBrowser, url: string): Promise<Page> {
  const page = await user.context.newPage();
  await page.goto(`${url}/e2e/harness/index.html`);
  await page.waitForFunction(() => window.harness !== undefined);
  return page;
}

/** Until the last of 20 tabs has a change, against the same bytes on a bare BroadcastChannel from a bare worker. */
async function fanout(url: string): Promise<Figure[]> {
  const user = await launchUser({ tone: 440 });
  try {
    const tabs: Page[] = [];
    while (tabs.length < TABS) tabs.push(await openHarness(user, url));
    for (const tab of tabs) {
      await tab.evaluate(async () => {
        window.load = new window.harness.Load();
        window.ways = window.harness.fanout.noteArrivals(window.load); // before the mirror listens
        await window.load.mirror.start();
        window.ways.ours.length = 0;
      });
    }
    await tabs[0]?.evaluate((count) => window.harness.fanout.sendChanges(window.load, count), CHANGES);
    const ways = await Promise.all(tabs.map((tab) => tab.evaluate(() => window.ways)));
    const last = (of: 'ours' | 'bare') =>
      Array.from({ length: CHANGES }, (_, index) => Math.max(...ways.map((way) => way[of][index] ?? Number.NaN)));
    return [figure(`delta_fanout_${TABS}_tabs`, median(last('ours')), 'ms', 1.5, median(last('bare')))];
  } finally {
    await user.close();
  }
}

/** From the close of the host tab to the next one that hosts with its line up, and to the next one that rings. */
async function takeovers(url: string): Promise<Figure[]> {
  const user = await launchUser({ tone: 1000, autoplay: true });
  try {
    const hosts: number[] = [];
    const ringers: number[] = [];
    const tabs = [await openHarnessPhone(user.page, url, '102')];
    for (let round = 0; round < TAKEOVERS; round += 1) {
      while (tabs.length < 3) tabs.push(await openHarnessPhone(await user.context.newPage(), url, '102'));
      const host = await hostAmong(tabs);
      tabs.splice(tabs.indexOf(host), 1);
      const waiting = tabs.map((tab) => tab.evaluate(() => window.harness.benches.takeover(window.phone)));
      const closed = Date.now();
      await host.close();
      const next = await Promise.any(waiting);
      hosts.push(next.hosts - closed);
      ringers.push(next.rings - closed);
      for (const way of waiting) way.catch(() => undefined); // a tab that is closed in a later round
    }
    return [
      figure('host_takeover', median(hosts), 'ms', null),
      figure('ringer_takeover', median(ringers), 'ms', 1_000),
    ];
  } finally {
    await user.close();
  }
}

const hostAmong = (tabs: Page[]): Promise<Page> =>
  waitUntil('a host that rings, with its line up', PATIENCE, async () => {
    for (const tab of tabs) {
      const { role, ringer, registration } = await tab.evaluate(() => window.phone.state);
      if (role === 'host' && ringer && registration === 'registered') return tab;
    }
    return null;
  });

/** From the first of five tabs that shows an incoming call to the last. */
async function callInFiveTabs(url: string): Promise<Figure> {
  const caller = await launchUser({ tone: 440, autoplay: true });
  const person = await openPerson(url, '102', { tone: 1000 });
  try {
    const from = await openHarnessPhone(caller.page, url, '101');
    const tabs = [person.page];
    while (tabs.length < 5) tabs.push(await openTab(person, url));
    const spreads: number[] = [];
    for (let call = 0; call < CALLS; call += 1) {
      const seen = tabs.map((tab) => tab.evaluate(whenIncoming));
      await from.evaluate(() => window.phone.dial('102'));
      const times = await Promise.all(seen);
      spreads.push(Math.max(...times) - Math.min(...times));
      await from.evaluate(() => window.harness.benches.hangUp(window.phone));
      for (const tab of tabs) await tab.locator('switchhook-incoming').waitFor({ state: 'detached' });
    }
    return figure('call_in_5_tabs', median(spreads), 'ms', 100);
  } finally {
    await Promise.all([caller.close(), person.close()]);
  }
}

/** Runs in the page: when the incoming call was in its document, ms since the epoch. Tabs in the background paint nothing. */
function whenIncoming(): Promise<number> {
  return new Promise((resolve) => {
    const root = document.querySelector('switchhook-phone')?.shadowRoot;
    const look = () => {
      if (!root?.querySelector('switchhook-incoming')) return;
      observer.disconnect();
      resolve(performance.timeOrigin + performance.now());
    };
    const observer = new MutationObserver(look);
    if (root) observer.observe(root, { childList: true, subtree: true });
    look();
  });
}
