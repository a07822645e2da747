/**
 * What the tests of push have in common: a stand-in for the browsers' push service, a switchboard that knows it, a desktop that
 * shows notifications, a caller with the phone open, and people whose phone can be closed.
 */

import { expect } from '@playwright/test';
import type { ConfigInput } from '../../../server/config.ts';
import type { Switchboard } from '../../../server/switchboard.ts';
import { attachHiddenWorkers, type HiddenUser, launchHiddenUser } from '../hiddenUser.ts';
import { type Desktop, type DesktopNotification, startDesktop } from '../notificationDesktop.ts';
import { openPhone, type Person } from '../person.ts';
import { logIn } from '../phoneTab.ts';
import type { UserOptions } from '../profile.ts';
import { startTestSwitchboard } from '../switchboard.ts';
import { type ChromiumPush, startChromiumPush } from './chromium.ts';
import { agentFor } from './service.ts';

/** ms for whatever takes a push, a worker that starts, and a window that opens. */
export const PATIENCE = 20_000;

/** Of the caller, Hz. */
export const MAI_TONE = 440;

export interface PushStage {
  service: ChromiumPush;
  switchboard: Switchboard;
  desktop: Desktop;
  /** Who calls: 101, Nguyễn Thị Mai. */
  mai: Person;
  /**
   * Somebody in a browser that Puppeteer drives: as it is without a debugger, so that a window that opens has no rights that it
   * would not have. Logged in and subscribed.
   */
  sleeper(number: string, options: Omit<UserOptions, 'args'>): Promise<HiddenUser>;
  /** The same in a browser that Playwright drives: its network can be cut, and its workers seen. */
  person(number: string, options: Omit<UserOptions, 'args'>): Promise<Person>;
  /** Mai calls 102. @returns the notification of the ring */
  ring(): Promise<DesktopNotification>;
  /** The next notification with that title, or the one that is there. */
  appears(summary: string): Promise<DesktopNotification>;
  /** Waits until so many phones have a socket. */
  connected(count: number): Promise<void>;
  /**
   * Closes the phone of a sleeper and stops its worker; the browser lives on.
   * @param others sockets that stay: the caller's alone, where it is not said
   */
  asleep(sleeper: HiddenUser, others?: number): Promise<void>;
  close(): Promise<void>;
}

export async function startPushStage({ push, ...config }: ConfigInput = {}): Promise<PushStage> {
  const service = await startChromiumPush();
  const known = { agent: agentFor(service), hosts: [...service.hosts], ...push };
  const switchboard = await startTestSwitchboard({ ...config, push: known });
  const desktop = await startDesktop();
  const people: { close(): Promise<void> }[] = [];
  const joined = <User extends { close(): Promise<void> }>(user: User): User => {
    people.push(user);
    return user;
  };
  const mai = joined(await openPhone(switchboard.url, '101', { tone: MAI_TONE }));
  const connected = (count: number) =>
    expect
      .poll(() => switchboard.stats.sockets, { message: 'phones with a socket', timeout: PATIENCE, intervals: [50] })
      .toBe(count);
  const appears = (summary: string) => desktop.waitFor((shown) => shown.summary === summary, PATIENCE);
  return {
    service,
    switchboard,
    desktop,
    mai,
    appears,
    sleeper: async (number, options) => {
      const user = joined(await launchHiddenUser(switchboard.url, { ...options, args: service.args }));
      await logIn(user, switchboard.url, number);
      await user.page.waitForSelector('[data-push="ready"]', { timeout: PATIENCE });
      return user;
    },
    person: async (number, options) => {
      const person = joined(await openPhone(switchboard.url, number, { ...options, args: service.args }));
      await expect(person.page.locator('[data-push="ready"]')).toBeAttached({ timeout: PATIENCE });
      return person;
    },
    ring: async () => {
      await mai.dial('102');
      return appears('Incoming audio call');
    },
    connected,
    asleep: async (sleeper, others = 1) => {
      const workers = await attachHiddenWorkers(sleeper);
      await sleeper.page.close();
      await connected(others);
      await workers.stopAll();
    },
    close: async () => {
      await Promise.all(people.map((one) => one.close()));
      await Promise.all([desktop.stop(), switchboard.close(), service.stop()]);
    },
  };
}
