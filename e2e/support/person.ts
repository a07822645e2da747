/** A person with the phone in front of them: what they press and what they see. */

import { expect, type Locator, type Page } from '@playwright/test';
import type { CallCommand } from '../../shared/calls/commands.ts';
import type { CallRecord } from '../../shared/calls/record.ts';
import type { UserOptions } from './profile.ts';
import { historyIn } from './stores.ts';
import { launchUser, type UserBrowser } from './userBrowser.ts';

export interface Person {
  number: string;
  page: Page;
  browser: UserBrowser;
  /** Types the number and presses call. */
  dial(number: string): Promise<void>;
  /** Presses the button of a command. */
  press(command: CallCommand['kind']): Promise<void>;
  /** Hands the call on by the dialog: blind, to a number. */
  transferTo(number: string): Promise<void>;
  /** Waits for the state line of the call or the incoming screen. */
  sees(state: CallRecord['state']): Promise<void>;
  /** The newest finished call, as the worker has stored it; waits until there are `count` of them, since `beginAnew` was done. */
  lastCall(count?: number): Promise<CallRecord>;
  /** The finished calls since then, the one that ended last first. */
  finished(): Promise<CallRecord[]>;
  /** Ends whatever call is left, as this person would: the next test finds the phone free. */
  beginAnew(): Promise<void>;
  close(): Promise<void>;
}

/** Every call on the screen, of whatever kind. */
export const callsOn = (page: Page): Locator =>
  page.locator('switchhook-call, switchhook-incoming, switchhook-other-call');

/** ms, as for every `expect` (playwright.config.ts), which would look again only once a second; `waitFor` looks twice as often. */
const PATIENCE = 15_000;
/** ms between two looks at what the worker has stored. */
const LOOK_AGAIN = [100];

/** Waits until the line of this page is up. */
export const isRegistered = (page: Page): Promise<void> =>
  page.locator('[data-registration="registered"]').waitFor({ state: 'attached', timeout: PATIENCE });

/**
 * Opens the phone and logs in as a demo account. Their voice is a tone of its own; the clean-up of voices is off, which
 * would take a steady tone for noise. `prepare` sees the page before anything is loaded.
 */
export async function openPhone(
  url: string,
  number: string,
  options: UserOptions,
  prepare: (page: Page) => Promise<void> = async () => undefined,
): Promise<Person> {
  const browser = await launchUser(options);
  const { page } = browser;
  await prepare(page);
  await page.addInitScript(() => {
    localStorage.setItem('switchhook.preferences', JSON.stringify({ ringVolume: 0.2, voiceProcessing: false }));
  });
  await page.goto(url);
  await page.locator(`[data-demo="${number}"]`).click();
  await isRegistered(page);
  let before = 0;
  const finished = async () => {
    const all = await historyIn(page);
    return all.slice(0, all.length - before);
  };
  const press = (command: CallCommand['kind']) => page.locator(`[data-action="${command}"]:visible`).first().click();
  return {
    number,
    page,
    browser,
    dial: async (other) => {
      await page.locator('[data-tab="keypad"]').click();
      await page.locator('input[name="number"]').fill(other);
      await page.keyboard.press('Enter');
    },
    press,
    transferTo: async (other) => {
      await press('transfer');
      await page.locator('input[name="target"]').fill(other);
      await page.keyboard.press('Enter');
    },
    sees: async (state) => {
      await page
        .locator(`switchhook-call[data-state="${state}"], switchhook-incoming[data-state="${state}"]`)
        .waitFor({ timeout: PATIENCE });
    },
    lastCall: async (count = 1) => {
      let ended: CallRecord[] = [];
      const look = async () => {
        ended = await finished();
        return ended.length;
      };
      await expect.poll(look, { message: 'finished calls', intervals: LOOK_AGAIN }).toBe(count);
      const [last] = ended;
      if (!last) throw new Error('there is no finished call');
      return last;
    },
    finished,
    beginAnew: async () => {
      const leave = page.locator('[data-action="hangUp"]:visible, [data-action="decline"]:visible').first();
      await expect(async () => {
        if (await leave.isVisible()) await leave.click({ timeout: 1_000 });
        await expect(callsOn(page)).toHaveCount(0, { timeout: 1_000 });
      }).toPass({ timeout: PATIENCE });
      before = (await historyIn(page)).length;
    },
    close: () => browser.close(),
  };
}
