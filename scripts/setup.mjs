/** Installs what package-lock.json names, when that has not been done. */

import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ended, isMain, ROOT, start } from './run.mjs';

/** `npm install` writes its own record first and the lock some moments later; that is not a change. */
const SAME_INSTALL = 60_000;

function isInstalled() {
  const record = join(ROOT, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return false;
  return statSync(record).mtimeMs + SAME_INSTALL >= statSync(join(ROOT, 'package-lock.json')).mtimeMs;
}

export async function ensureInstalled() {
  if (isInstalled()) return;
  console.log('Installing the packages of package-lock.json (npm ci) …');
  const code = await ended(start('npm', ['ci', '--no-audit', '--no-fund']));
  if (code !== 0) throw new Error(`npm ci failed with exit code ${code}.`);
}

if (isMain(import.meta.filename)) await ensureInstalled();
