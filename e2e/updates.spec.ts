/** A new version of the worker: the call that goes on goes on, and after it all tabs are of the new version by themselves. */

import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import type { Switchboard } from '../server/switchboard.ts';
import { openPhone, type Person } from './support/person.ts';
import { attachServiceWorkers, type ServiceWorkers } from './support/serviceWorkers.ts';
import { E2E_APP, startTestSwitchboard } from './support/switchboard.ts';
import { openTab } from './support/tabs.ts';
import { expectTone } from './support/tones.ts';

const MAI_TONE = 440;
const HUNG_TONE = 1000;

let app: string;
let switchboard: Switchboard;
let mai: Person;
let hung: Person;
let tabs: Page[];
let workers: ServiceWorkers;

test.beforeEach(async () => {
  app = mkdtempSync(join(tmpdir(), 'switchhook-app-'));
  cpSync(E2E_APP, app, { recursive: true });
  switchboard = await startTestSwitchboard({ staticDir: app });
  [mai, hung] = await Promise.all([
    openPhone(switchboard.url, '101', { tone: MAI_TONE }),
    openPhone(switchboard.url, '102', { tone: HUNG_TONE }),
  ]);
  const others = await Promise.all([openTab(hung, switchboard.url), openTab(hung, switchboard.url)]);
  tabs = [hung.page, ...others];
  workers = await attachServiceWorkers(hung.browser.context);
  for (const tab of tabs) await tab.evaluate(() => Object.assign(window, { old: true }));
});

test.afterEach(async () => {
  await Promise.all([mai?.close(), hung?.close()]);
  await switchboard?.close();
  if (app) rmSync(app, { recursive: true, force: true });
});

/** What a deployment does, and what the browser does about it once a day at least. */
async function release(): Promise<void> {
  appendFileSync(join(app, 'sw.js'), '\n// the next version\n');
  await tabs[0]?.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update());
}

/** A tab that is in the middle of its reload has not been seen to be new. */
const isOld = (tab: Page) => tab.evaluate(() => 'old' in window).catch(() => true);

test('in the middle of a call', async () => {
  await mai.dial('102');
  await hung.sees('ringing');
  await hung.press('answer');
  await mai.sees('active');
  await release();
  await expect.poll(() => workers.versions().some(({ status }) => status === 'installed')).toBe(true);

  // It waits: the old one goes on, and obeys.
  await expectTone(mai.page, HUNG_TONE);
  await hung.press('mute');
  await hung.press('unmute');
  await expectTone(hung.page, MAI_TONE);
  expect(workers.versions().filter(({ status }) => status === 'installed')).toHaveLength(1);
  for (const tab of tabs) expect(await isOld(tab)).toBe(true);

  await hung.press('hangUp');
  await expect.poll(() => workers.versions().filter(({ status }) => status === 'installed').length).toBe(0);
  for (const tab of tabs) await expect.poll(() => isOld(tab), { message: 'the tab is of the new version' }).toBe(false);

  // And the phone works.
  await expect(hung.page.locator('switchhook-phone')).toHaveAttribute('data-role', /host|guest/);
  await mai.dial('102');
  await hung.sees('ringing');
});

test('what a page asks the switchboard does not wake the worker: it would keep a new version waiting', async () => {
  // A page of ours without the phone, whose link would start the worker again at once.
  const [page, ...others] = tabs;
  if (!page) throw new Error('no tab');
  await Promise.all(others.map((tab) => tab.close()));
  await page.goto(`${switchboard.url}/healthz`);
  const ask = (path: string) => page.evaluate(async (url) => (await fetch(url)).status, path);
  expect(await page.evaluate(() => navigator.serviceWorker.controller?.state)).toBe('activated');
  await workers.stopAll();
  expect(await ask('/api/session')).toBe(200);
  expect(workers.running()).toEqual([]);
  // Anything else does.
  expect(await ask('/healthz')).toBe(200);
  await expect.poll(() => workers.running().length).toBe(1);
});

test('while somebody types: that tab keeps what was typed until it is done', async () => {
  const [typing, ...others] = tabs;
  if (!typing) throw new Error('no tab');
  await typing.locator('input[name="number"]').fill('10');
  await release();
  for (const tab of others) await expect.poll(() => isOld(tab)).toBe(false);
  expect(await isOld(typing)).toBe(true);
  await expect(typing.locator('input[name="number"]')).toHaveValue('10');
  await typing.locator('input[name="number"]').fill('');
  await typing.locator('[data-tab="recents"]').click();
  await expect.poll(() => isOld(typing)).toBe(false);
});
