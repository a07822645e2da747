/** Several tabs of one person in Firefox, and what each of them is doing. A tab that a person does something in is in front. */

import type { Page } from 'puppeteer-core';
import type { CallCommand } from '../../shared/calls/commands.ts';
import { isRinging, meterSound } from './firefoxSound.ts';
import { toFront } from './firefoxUser.ts';
import type { HiddenUser } from './hiddenUser.ts';
import { logIn } from './phoneTab.ts';
import { waitUntil } from './waiting.ts';

const PATIENCE = 15_000;

/** Logs in and opens so many tabs, one after another. */
export async function openTabs(user: HiddenUser, url: string, number: string, count: number): Promise<Page[]> {
  await meterSound(user.page);
  await logIn(user, url, number);
  const tabs = [user.page];
  while (tabs.length < count) tabs.push(await openTab(user, url));
  return tabs;
}

/** One more tab of a person who is logged in, and whose preferences are there already. */
async function openTab({ browser }: HiddenUser, url: string): Promise<Page> {
  const page = await browser.newPage();
  await meterSound(page);
  await page.goto(url);
  await page.locator('>>> [data-tab="keypad"]').click();
  return page;
}

const open = (tabs: readonly Page[]) => tabs.filter((tab) => !tab.isClosed());

/** The tabs of which it is true. */
async function those(tabs: readonly Page[], is: (tab: Page) => Promise<boolean>): Promise<Page[]> {
  const answers = await Promise.all(tabs.map(is));
  return tabs.filter((_, index) => answers[index]);
}

const data = (tab: Page) =>
  tab.evaluate(() => {
    const { registration, role, ringer } = document.querySelector<HTMLElement>('switchhook-phone')?.dataset ?? {};
    return { registration, role, ringer };
  });

/** The one tab that hosts; waits for it, and for its line to be up. */
export const hostOf = (tabs: readonly Page[]): Promise<Page> =>
  waitUntil('exactly one host with its line up', PATIENCE, async () => {
    const hosts = await those(open(tabs), async (tab) => (await data(tab)).role === 'host');
    const [host] = hosts;
    return hosts.length === 1 && host && (await data(host)).registration === 'registered' && host;
  });

/** The one tab that rings, as it says and as is heard; waits for it. */
export const ringerOf = (tabs: readonly Page[]): Promise<Page> =>
  waitUntil('exactly one ringer', PATIENCE, async () => {
    const named = await those(open(tabs), async (tab) => (await data(tab)).ringer === 'true');
    const heard = await those(open(tabs), isRinging);
    return named.length === 1 && heard.length === 1 && heard[0] === named[0] && heard[0];
  });

export const silent = (tabs: readonly Page[]): Promise<boolean> =>
  waitUntil('silence in all tabs', PATIENCE, async () => (await those(open(tabs), isRinging)).length === 0);

/** Waits until all of these tabs show the call, in this state. */
export async function show(tabs: readonly Page[], state: 'ringing' | 'active'): Promise<void> {
  const screen = state === 'ringing' ? 'switchhook-incoming' : 'switchhook-call';
  await count(tabs, `>>> ${screen}[data-state="${state}"]`, 1);
}

/** Waits until none of them shows a call. */
export async function showNone(tabs: readonly Page[]): Promise<void> {
  await count(tabs, '>>> switchhook-incoming', 0);
  await count(tabs, '>>> switchhook-call', 0);
}

async function count(tabs: readonly Page[], selector: string, wanted: number): Promise<void> {
  const right = async (tab: Page) => (await tab.$$(selector)).length === wanted;
  await waitUntil(`${selector} ${wanted} times in each tab`, PATIENCE, async () => {
    const all = open(tabs);
    return (await those(all, right)).length === all.length;
  });
}

/** Presses the button of a command. */
export async function press(tab: Page, command: CallCommand['kind']): Promise<void> {
  await toFront(tab);
  await tab.locator(`>>> [data-action="${command}"]`).click();
}
