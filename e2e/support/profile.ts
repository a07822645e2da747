/** What the two kinds of test browser have in common: a directory of its own, a microphone that plays a tone, flags. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromiumArgs, findChromium } from '../../scripts/browsers.mjs';
import type { Desktop } from './notificationDesktop.ts';
import { writeTone } from './tones.ts';

export interface UserOptions {
  /** What this user's microphone hears, in Hz; each user another, so that it can be told who is heard. */
  tone: number;
  /** Where this user's notifications are shown; without one Chromium shows them where nobody can click them. */
  desktop?: Desktop;
  /** Everything the user has allowed; what is not listed is refused. */
  permissions?: readonly Permission[];
  /** Sound without a click first. Off, as it is in a browser that has not been told otherwise. */
  autoplay?: boolean;
  /** More flags: those of a push service, say. */
  args?: readonly string[];
}

/** Names that Playwright and Puppeteer share. */
export type Permission = 'notifications' | 'microphone' | 'background-sync';
export const ALL_PERMISSIONS: readonly Permission[] = ['notifications', 'microphone', 'background-sync'];

export interface Profile {
  executablePath: string;
  directory: string;
  args: string[];
  env: Record<string, string>;
  remove(): void;
}

export function createProfile({ tone, desktop, autoplay = false, args = [] }: UserOptions): Profile {
  const { path: executablePath, hint } = findChromium();
  if (executablePath === null) throw new Error(hint);
  const directory = mkdtempSync(join(tmpdir(), 'switchhook-user-'));
  const voice = join(directory, 'voice.wav');
  writeTone(voice, tone);
  return {
    executablePath,
    directory: join(directory, 'profile'),
    args: [
      ...chromiumArgs(),
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-audio-capture=${voice}`,
      // Two browsers of one machine may find each other without a network.
      '--allow-loopback-in-peer-connection',
      ...(autoplay ? ['--autoplay-policy=no-user-gesture-required'] : []),
      ...args,
    ],
    env: { ...definedEnv(), ...desktop?.env },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function definedEnv(): Record<string, string> {
  const entries = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}
