/** A user of Firefox, driven by Puppeteer over WebDriver BiDi: Playwright drives only a Firefox of its own. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer, { type Page } from 'puppeteer-core';
import { findFirefox } from '../../scripts/browsers.mjs';
import type { HiddenUser } from './hiddenUser.ts';
import type { UserOptions } from './profile.ts';
import { busMissing } from './sessionBus.ts';
import { waitUntil } from './waiting.ts';

export interface FirefoxOptions extends Pick<UserOptions, 'tone' | 'desktop'> {
  /** Beyond what each of these users has in about:config. */
  prefs?: Readonly<Record<string, string | number | boolean>>;
}

/** Why there can be no such user here, for `test.skip`; null when there can. */
export const firefoxMissing = (): string | null => findFirefox().hint;

/** Why there can be no such user with a desktop. */
export const firefoxDesktopMissing = (): string | null => firefoxMissing() ?? busMissing();

/**
 * Why this Firefox shows no notifications, for `test.skip`; null when it does. It needs a library that it does not depend on.
 * @param page one of an origin that may show some
 */
export async function whyNoNotifications(page: Page): Promise<string | null> {
  const shown = await page.evaluate(async () => {
    const probe = new Notification('Can you see me?', { tag: 'probe' });
    const outcome = await new Promise<string>((resolve) => {
      probe.onshow = () => resolve('show');
      probe.onerror = () => resolve('error');
    });
    probe.close();
    return outcome === 'show';
  });
  return shown
    ? null
    : 'Firefox shows no notifications: is libnotify there (Debian, Ubuntu: "apt-get install libnotify4")?';
}

const PREFS = {
  // Everything is allowed, as by a person who was asked once.
  'permissions.default.desktop-notification': 1,
  'permissions.default.microphone': 1,
  'media.navigator.permission.disabled': true,
  'media.autoplay.default': 0,
  // A microphone that plays a tone, and a sound card that plays to nobody: without any, an AudioContext never runs.
  'media.navigator.streams.fake': true,
  'media.cubeb.force_mock_context': true,
  // Two browsers of one machine may find each other without a network.
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  // ms after a click on a notification in which a window may be brought up; 1000 is too few for a busy machine.
  'dom.disable_open_click_delay': 10_000,
};

const PATIENCE = 5_000;

export async function launchFirefox({ tone, desktop, prefs = {} }: FirefoxOptions): Promise<HiddenUser> {
  const { path: executablePath, hint } = findFirefox();
  if (executablePath === null) throw new Error(hint);
  const userDataDir = mkdtempSync(join(tmpdir(), 'switchhook-firefox-'));
  const remove = () => rmSync(userDataDir, { recursive: true, force: true });
  try {
    const browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath,
      headless: true,
      userDataDir,
      env: { ...process.env, ...desktop?.env },
      extraPrefsFirefox: { ...PREFS, 'media.navigator.audio.fake_frequency': tone, ...prefs },
    });
    const page = (await browser.pages())[0] ?? (await browser.newPage());
    let cover: Page | undefined;
    return {
      browser,
      page,
      hide: async () => {
        cover ??= await browser.newPage();
        await toFront(cover);
        await becomes(page, 'hidden');
      },
      show: () => toFront(page),
      close: async () => {
        await browser.close();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Brings a tab to the front, as a click on its tab does, and waits until the page knows. */
export async function toFront(page: Page): Promise<void> {
  await page.bringToFront();
  await becomes(page, 'visible');
}

const becomes = (page: Page, state: DocumentVisibilityState) =>
  waitUntil(`the page to be ${state}`, PATIENCE, () =>
    page.evaluate((wanted) => document.visibilityState === wanted, state),
  );
