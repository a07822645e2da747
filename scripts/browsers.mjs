/** Which browsers the tests drive, and with which flags. */

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isMain } from './run.mjs';

/** Where systems put them. Chrome and Chromium are the same to the tests. */
const CHROMIUM_PLACES = {
  linux: [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/usr/bin/google-chrome-stable',
    '/snap/bin/chromium',
  ],
  darwin: [
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ],
  win32: [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files\\Chromium\\Application\\chrome.exe',
  ],
};

const FIREFOX_PLACES = {
  linux: ['/usr/bin/firefox-esr', '/usr/bin/firefox', '/snap/bin/firefox'],
  darwin: ['/Applications/Firefox.app/Contents/MacOS/firefox'],
  win32: ['C:\\Program Files\\Mozilla Firefox\\firefox.exe'],
};

const HOW_TO_GET_CHROMIUM =
  'Install Chromium (Debian, Ubuntu: "apt-get install chromium"; anywhere: "npx playwright install chromium"), ' +
  'or set SWITCHHOOK_CHROMIUM to the path of one.';

const HOW_TO_GET_FIREFOX =
  'Install Firefox (Debian: "apt-get install firefox-esr"), or set SWITCHHOOK_FIREFOX to the path of one.';

/** @returns {{path: string, hint: null} | {path: null, hint: string}} */
export function findChromium() {
  const places = [...(CHROMIUM_PLACES[process.platform] ?? []), playwrightsOwn()];
  return find('SWITCHHOOK_CHROMIUM', places, HOW_TO_GET_CHROMIUM);
}

/** Playwright's own is no use: it speaks a protocol of Playwright's. @returns as {@link findChromium} */
export function findFirefox() {
  return find('SWITCHHOOK_FIREFOX', FIREFOX_PLACES[process.platform] ?? [], HOW_TO_GET_FIREFOX);
}

function find(variable, places, howToGetOne) {
  const chosen = process.env[variable];
  if (chosen) {
    if (existsSync(chosen)) return { path: chosen, hint: null };
    return { path: null, hint: `${variable} names ${chosen}, which does not exist.` };
  }
  const path = places.find((place) => place !== null && existsSync(place));
  return path ? { path, hint: null } : { path: null, hint: howToGetOne };
}

/** Playwright knows where its download would be, whether it is there or not; Playwright itself may not be installed yet. */
function playwrightsOwn() {
  const require = createRequire(import.meta.url);
  try {
    return require('playwright').chromium.executablePath();
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND') return null;
    throw error;
  }
}

/** Flags that keep a test's browser quiet: no first-run pages, no traffic of its own, no GPU that headless has not. */
export function chromiumArgs() {
  const args = [
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];
  // Chromium's sandbox refuses to start for root, which is who runs in containers.
  return process.getuid?.() === 0 ? ['--no-sandbox', ...args] : args;
}

// `node scripts/browsers.mjs` says which Chromium, `node scripts/browsers.mjs firefox` which Firefox.
if (isMain(import.meta.filename)) {
  const { path, hint } = process.argv[2] === 'firefox' ? findFirefox() : findChromium();
  console.log(path ?? hint);
  process.exitCode = path === null ? 1 : 0;
}
