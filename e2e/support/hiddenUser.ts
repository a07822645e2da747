/**
 * A user whose tab can be hidden for real. Playwright makes every page believe that it is visible and has the focus, so
 * this one is driven by Puppeteer.
 */

import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { ALL_PERMISSIONS, createProfile, type UserOptions } from './profile.ts';
import { type ServiceWorkers, type Session, serviceWorkersOf } from './serviceWorkers.ts';
import { waitUntil } from './waiting.ts';

export interface HiddenUser {
  browser: Browser;
  page: Page;
  /** Brings another tab to the front, and waits until the page knows. */
  hide(): Promise<void>;
  show(): Promise<void>;
  close(): Promise<void>;
}

const PATIENCE = 5_000;

/** @param origin the permissions are for it: Puppeteer grants none for all */
export async function launchHiddenUser(origin: string, options: UserOptions): Promise<HiddenUser> {
  const { executablePath, directory, args, env, remove } = createProfile(options);
  try {
    const browser = await puppeteer.launch({ executablePath, headless: true, userDataDir: directory, args, env });
    const permissions = [...(options.permissions ?? ALL_PERMISSIONS)];
    await browser.defaultBrowserContext().overridePermissions(origin, permissions);
    const page = (await browser.pages())[0] ?? (await browser.newPage());
    const becomes = (state: DocumentVisibilityState) =>
      waitUntil(`the page to be ${state}`, PATIENCE, () =>
        page.evaluate((wanted) => document.visibilityState === wanted, state),
      );
    let cover: Page | undefined;
    return {
      browser,
      page,
      hide: async () => {
        cover ??= await browser.newPage();
        await cover.bringToFront();
        await becomes('hidden');
      },
      show: async () => {
        await page.bringToFront();
        await becomes('visible');
      },
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

/** The service workers, by an empty page that stays open: the browser lives on without any other. */
export async function attachHiddenWorkers({ browser }: Pick<HiddenUser, 'browser'>): Promise<ServiceWorkers> {
  const session = await (await browser.newPage()).createCDPSession();
  return serviceWorkersOf(session as unknown as Session); // Puppeteer types it by other means; the same protocol
}
