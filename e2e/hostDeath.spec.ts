/**
 * The host tab may be closed, or crash, at any moment. 200 times: while idle, ringing, dialing, in a call. Every time there is
 * one host again, no call is left without one, none has two, and no command is lost or done twice.
 */

import { expect, type Page, test } from '@playwright/test';
import type { Switchboard } from '../server/switchboard.ts';
import { expectNoGaps } from './support/exactlyOnce.ts';
import { storesIn } from './support/stores.ts';
import { startTestSwitchboard } from './support/switchboard.ts';
import { launchUser, type UserBrowser } from './support/userBrowser.ts';
import { waitUntil } from './support/waiting.ts';

const KILLS = 200;
const TABS = 3;
const PATIENCE = 15_000;
const MOMENTS = ['idle', 'ringing', 'dialing', 'active'] as const;
type Moment = (typeof MOMENTS)[number];

let switchboard: Switchboard;
let caller: UserBrowser;
let user: UserBrowser;

test.beforeAll(async () => {
  switchboard = await startTestSwitchboard();
  [caller, user] = await Promise.all([
    launchUser({ tone: 440, autoplay: true }),
    launchUser({ tone: 1000, autoplay: true }),
  ]);
});

test.afterAll(async () => {
  await Promise.all([caller?.close(), user?.close()]);
  await switchboard?.close();
});

/** A phone without screens; logged in with the first tab of a browser, and so in all. */
async function openPhone(page: Page, number: string): Promise<Page> {
  await page.goto(`${switchboard.url}/e2e/harness/index.html`);
  await page.waitForFunction(() => window.harness !== undefined);
  await page.evaluate(async (me) => {
    localStorage.setItem('switchhook.preferences', JSON.stringify({ ringVolume: 0, voiceProcessing: false }));
    window.phone = new window.harness.AppPhone();
    await window.phone.start();
    if (!window.phone.state.session) await window.phone.logIn(me, `demo-${me}`);
  }, number);
  return page;
}

/** The one tab that hosts and whose line is up; waits until there is exactly one. */
const hostOf = (tabs: Page[]): Promise<Page> =>
  waitUntil('exactly one host with its line up', PATIENCE, async () => {
    const roles = await Promise.all(
      tabs.map((tab) => tab.evaluate(() => ({ role: window.phone.state.role, line: window.phone.state.registration }))),
    );
    const hosts = tabs.filter((_, index) => roles[index]?.role === 'host');
    expect(hosts.length).toBeLessThanOrEqual(1);
    return hosts.length === 1 && roles.some(({ role, line }) => role === 'host' && line === 'registered') && hosts[0];
  });

const waitForState = (page: Page, state: string) =>
  page.waitForFunction((wanted) => window.phone.state.calls.some((call) => call.state === wanted), state, {
    timeout: PATIENCE,
  });

async function bringAbout(moment: Moment, tabs: Page[], remote: Page): Promise<void> {
  const [tab] = tabs;
  if (!tab || moment === 'idle') return;
  if (moment === 'dialing') {
    await tab.evaluate(() => window.phone.dial('101'));
    await waitForState(remote, 'ringing');
    return;
  }
  await remote.evaluate(() => window.phone.dial('102'));
  await waitForState(tab, 'ringing');
  if (moment === 'ringing') return;
  await tab.evaluate(async () => {
    const [call] = window.phone.state.calls;
    if (call) await window.phone.perform(call.id, { kind: 'answer' });
  });
  await waitForState(tab, 'active');
}

/** What is left of the moment once there is a host again, and its end. */
async function settle(moment: Moment, host: Page, remote: Page): Promise<void> {
  if (moment === 'ringing') {
    // It rings on, at the next host, who can still say no.
    await host.waitForFunction(() =>
      window.phone.state.calls.some((call) => call.state === 'ringing' && call.host !== null),
    );
    await host.evaluate(async () => {
      const [call] = window.phone.state.calls;
      if (call) await window.phone.perform(call.id, { kind: 'decline' });
    });
  }
  if (moment === 'active') {
    // It goes on, at the next host, who can hang up.
    await host.waitForFunction(
      () => window.phone.state.calls.some((call) => call.state === 'active' && call.host !== null),
      null,
      { timeout: PATIENCE },
    );
    await host.evaluate(async () => {
      const [call] = window.phone.state.calls;
      if (call) await window.phone.perform(call.id, { kind: 'hangUp' });
    });
  }
  await host.waitForFunction(() => window.phone.state.calls.length === 0, null, { timeout: PATIENCE });
  // A call that was being dialled may still ring there: its person declines.
  await remote.evaluate(async () => {
    for (const call of window.phone.state.calls)
      await window.phone.perform(call.id, { kind: 'hangUp' }).catch(() => undefined);
  });
  await remote.waitForFunction(() => window.phone.state.calls.length === 0, null, { timeout: PATIENCE });
}

async function kill(host: Page, crash: boolean): Promise<void> {
  if (!crash) return host.close();
  const cdp = await user.context.newCDPSession(host);
  const crashed = host.waitForEvent('crash');
  cdp.send('Page.crash').catch(() => undefined); // a page that crashes does not answer
  await crashed;
  await host.close();
}

test(`${KILLS} deaths of the host tab`, async () => {
  test.setTimeout(900_000);
  const remote = await openPhone(caller.page, '101');
  await hostOf([remote]);
  const tabs = [await openPhone(user.page, '102')];
  for (let death = 0; death < KILLS; death += 1) {
    while (tabs.length < TABS) tabs.push(await openPhone(await user.context.newPage(), '102'));
    const moment = MOMENTS[death % MOMENTS.length] ?? 'idle';
    const crash = Math.floor(death / MOMENTS.length) % 2 === 0;
    await test.step(`${death}: ${crash ? 'crash' : 'close'} while ${moment}`, async () => {
      const host = await hostOf(tabs);
      await bringAbout(moment, tabs, remote);
      tabs.splice(tabs.indexOf(host), 1);
      await kill(host, crash);
      await settle(moment, await hostOf(tabs), remote);
    });
  }

  const [witness] = tabs;
  if (!witness) throw new Error('no tab');
  expectNoGaps((await storesIn(witness, 'log')).log);
  expect(switchboard.stats.sockets, 'sockets: one per person').toBe(2);
});
