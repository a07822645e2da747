/** Chromium and Firefox as the tests of push need them: one page that subscribes, and a browser without any page. */

import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import puppeteer, { type Browser } from 'puppeteer-core';
import { findChromium, findFirefox } from '../../scripts/browsers.mjs';
import type { Desktop } from './notificationDesktop.ts';
import { createProfile } from './profile.ts';
import { type ChromiumPush, startChromiumPush } from './push/chromium.ts';
import { type FirefoxPush, startFirefoxPush } from './push/firefox.ts';
import type { PushService } from './push/service.ts';
import { attachServiceWorkers } from './serviceWorkers.ts';

/** The form that web-push wants (PushSubscription.toJSON). */
export interface SubscriptionJson {
  endpoint: string;
  keys: { p256dh: string; auth: string };
}

export interface PushBrowser {
  service: PushService;
  /** Of the worker at /worker.js of the origin. @param key the application server's, base64url */
  subscribe(key: string): Promise<SubscriptionJson>;
  unsubscribe(): Promise<boolean>;
  /** Leaves the browser running with no page of the origin, and with its worker stopped. */
  sleep(): Promise<void>;
  /** Closes the browser, and stops its push service. */
  close(): Promise<void>;
}

export interface Engine {
  name: string;
  /** Why it cannot be had, for `test.skip`. */
  missing: string | null;
  /** Why it shows its notifications nowhere, for `test.skip`. */
  mute: string | null;
  launch(origin: string, desktop: Desktop): Promise<PushBrowser>;
}

export const ENGINES: readonly Engine[] = [
  {
    name: 'Chromium',
    missing: findChromium().hint,
    mute: null,
    launch: async (origin, desktop) =>
      withService(await startChromiumPush(), (service) => launchChromium(service, origin, desktop)),
  },
  {
    name: 'Firefox',
    missing: findFirefox().hint,
    mute: libnotifyMissing(),
    launch: async (origin, desktop) =>
      withService(await startFirefoxPush(), (service) => launchFirefox(service, origin, desktop)),
  },
];

/** Firefox talks to the desktop by a library that it does not bring along; without, `showNotification` fails. */
function libnotifyMissing(): string | null {
  const directories = ['/usr/lib', '/usr/lib64', ...multiarch(), ...(process.env.LD_LIBRARY_PATH?.split(':') ?? [])];
  const found = directories.some((directory) => existsSync(join(directory, 'libnotify.so.4')));
  return found
    ? null
    : 'Firefox shows no notifications: no libnotify found (Debian, Ubuntu: "apt-get install libnotify4")';
}

/** Debian's: /usr/lib/x86_64-linux-gnu and the like. */
function multiarch(): string[] {
  const entries = existsSync('/usr/lib') ? readdirSync('/usr/lib') : [];
  return entries.filter((entry) => entry.endsWith('-linux-gnu')).map((entry) => join('/usr/lib', entry));
}

/** Runs in the page. */
async function subscribeThere(applicationServerKey: string): Promise<SubscriptionJson> {
  await navigator.serviceWorker.register('/worker.js');
  const { pushManager } = await navigator.serviceWorker.ready;
  const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
  return subscription.toJSON() as SubscriptionJson;
}

/** Runs in the page. */
async function unsubscribeThere(): Promise<boolean> {
  const { pushManager } = await navigator.serviceWorker.ready;
  const subscription = await pushManager.getSubscription();
  return (await subscription?.unsubscribe()) ?? false;
}

/** A browser that does not start leaves no service behind. */
async function withService<Service extends PushService>(
  service: Service,
  launch: (service: Service) => Promise<PushBrowser>,
): Promise<PushBrowser> {
  try {
    return await launch(service);
  } catch (error) {
    await service.stop();
    throw error;
  }
}

async function launchChromium(service: ChromiumPush, origin: string, desktop: Desktop): Promise<PushBrowser> {
  const { executablePath, directory, args, env, remove } = createProfile({ tone: 440, desktop });
  const context = await chromium.launchPersistentContext(directory, {
    executablePath,
    headless: true,
    args: [...args, ...service.args],
    env,
  });
  await context.grantPermissions(['notifications']);
  const workers = await attachServiceWorkers(context);
  const page = await context.newPage();
  await page.goto(origin);
  return {
    service,
    subscribe: (key) => page.evaluate(subscribeThere, key),
    unsubscribe: () => page.evaluate(unsubscribeThere),
    sleep: async () => {
      await page.close();
      await workers.stopAll();
    },
    close: async () => {
      await context.close();
      await service.stop();
      remove();
    },
  };
}

async function launchFirefox(service: FirefoxPush, origin: string, desktop: Desktop): Promise<PushBrowser> {
  const directory = mkdtempSync(join(tmpdir(), 'switchhook-firefox-'));
  const start = () => startFirefox(directory, service.prefs, desktop);
  let browser = await start();
  const page = await browser.newPage();
  await page.goto(origin);
  return {
    service,
    subscribe: (key) => page.evaluate(subscribeThere, key),
    unsubscribe: () => page.evaluate(unsubscribeThere),
    // Firefox lets nobody stop a worker from outside: it is only stopped for certain in a Firefox that has just started.
    sleep: async () => {
      await browser.close();
      browser = await start();
    },
    close: async () => {
      await browser.close();
      await service.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function startFirefox(userDataDir: string, pushPreferences: FirefoxPush['prefs'], desktop: Desktop): Promise<Browser> {
  const { path: executablePath, hint } = findFirefox();
  if (executablePath === null) throw new Error(hint);
  return puppeteer.launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    userDataDir,
    env: { ...process.env, ...desktop.env },
    extraPrefsFirefox: {
      ...pushPreferences,
      'permissions.default.desktop-notification': 1,
      // Whatever it wants from the network goes to a port where nobody listens; localhost needs no proxy.
      'network.proxy.type': 1,
      'network.proxy.http': '127.0.0.1',
      'network.proxy.http_port': 9,
      'network.proxy.ssl': '127.0.0.1',
      'network.proxy.ssl_port': 9,
    },
  });
}
