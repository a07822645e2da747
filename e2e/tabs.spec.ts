/** Five tabs of one person are one phone: one registration, one ringer, and any of them may be closed at any moment. */

import { expect, type Page, test } from '@playwright/test';
import type { Switchboard } from '../server/switchboard.ts';
import { openPhone, type Person } from './support/person.ts';
import { historyIn } from './support/stores.ts';
import { startTestSwitchboard } from './support/switchboard.ts';
import { hostOf, meterSound, openTab, ringing } from './support/tabs.ts';
import { expectTone } from './support/tones.ts';

const MAI_TONE = 440;
const HUNG_TONE = 1000;
const TABS = 5;

let switchboard: Switchboard;
let mai: Person;
let hung: Person;
let tabs: Page[];

test.beforeEach(async () => {
  switchboard = await startTestSwitchboard();
  [mai, hung] = await Promise.all([
    openPhone(switchboard.url, '101', { tone: MAI_TONE }),
    openPhone(switchboard.url, '102', { tone: HUNG_TONE }, meterSound),
  ]);
  const others = Array.from({ length: TABS - 1 }, () => openTab(hung, switchboard.url));
  tabs = [hung.page, ...(await Promise.all(others))];
});

test.afterEach(async () => {
  await Promise.all([mai?.close(), hung?.close()]);
  await switchboard?.close();
});

/** ms in which another tab rings when the ringer is gone (2.3). */
const TAKEOVER_WITHIN = 1_000;

const incoming = (tab: Page) => tab.locator('switchhook-incoming[data-state="ringing"]');

test('one registration, one ringer, and the call in all tabs', async () => {
  expect(switchboard.stats.sockets).toBe(2);
  await hostOf(tabs);
  await mai.dial('102');
  for (const tab of tabs) await expect(incoming(tab)).toBeAttached();
  const [ringer] = await ringing(tabs, 1);
  expect(ringer).toBe(await hostOf(tabs));
});

test('answered in a tab that is not the host: the host carries the sound, and all tabs show the call', async () => {
  const host = await hostOf(tabs);
  const guest = tabs.find((tab) => tab !== host);
  if (!guest) throw new Error('no guest');
  await mai.dial('102');
  await incoming(guest).locator('[data-action="answer"]').click();
  await mai.sees('active');
  await expectTone(mai.page, HUNG_TONE);
  await expectTone(host, MAI_TONE);
  for (const tab of tabs) await expect(tab.locator('switchhook-call[data-state="active"]')).toBeAttached();
  await ringing(tabs, 0);
});

test('the ringer is closed: another rings within a second, and only one', async () => {
  await mai.dial('102');
  const [ringer] = await ringing(tabs, 1);
  await ringer?.close();
  await ringing(tabs, 1, TAKEOVER_WITHIN);
});

test('the host is closed while it rings: another takes over, rings, and answers with sound', async () => {
  await mai.dial('102');
  const host = await hostOf(tabs);
  await expect(incoming(host)).toBeAttached();
  await host.close();
  const next = await hostOf(tabs);
  await expect(incoming(next)).toBeAttached();
  await ringing(tabs, 1);
  await incoming(next).locator('[data-action="answer"]').click();
  await mai.sees('active');
  await expectTone(mai.page, HUNG_TONE);
  await expectTone(next, MAI_TONE);
});

test('all tabs are closed while it rings, one is opened again: it rings there, and is answered', async () => {
  await mai.dial('102');
  await expect(incoming(hung.page)).toBeAttached();
  const keeper = await hung.browser.context.newPage(); // the browser lives on, the phone does not
  await Promise.all(tabs.map((tab) => tab.close()));
  const tab = await openTab(hung, switchboard.url, { click: false });
  await incoming(tab).locator('[data-action="answer"]').click();
  await mai.sees('active');
  await expectTone(mai.page, HUNG_TONE);
  await keeper.close();
});

test('the host crashes in a call: another tab takes it up, all others see it, and it is one call to the end', async () => {
  await mai.dial('102');
  await incoming(hung.page).locator('[data-action="answer"]').click();
  await mai.sees('active');
  const host = await hostOf(tabs);
  const cdp = await hung.browser.context.newCDPSession(host);
  cdp.send('Page.crash').catch(() => undefined); // the page cannot answer any more
  const alive = tabs.filter((tab) => tab !== host);
  const next = await hostOf(alive);
  await Promise.all([expectTone(mai.page, HUNG_TONE), expectTone(next, MAI_TONE)]);
  for (const tab of alive) await expect(tab.locator('switchhook-call[data-state="active"]')).toBeAttached();
  await mai.press('hangUp');
  for (const tab of alive) await expect(tab.locator('switchhook-call')).toHaveCount(0);
  await expect.poll(async () => (await historyIn(next)).length).toBe(1);
  const [call] = await historyIn(next);
  expect(call).toMatchObject({ disconnect: { response: 'remote' }, endedFrom: 'active' });
  expect(call?.timeline.map(({ detail }) => detail)).toContain('reconnecting');
});
