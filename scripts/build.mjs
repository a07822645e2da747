/**
 * Builds what is older than its sources: the app with its service worker (dist/app), the same with the harness of the
 * browser tests (dist/e2e, with `--e2e`), the server (dist/node).
 */

import { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isMain, ROOT, runNode, tool } from './run.mjs';

const EVERYWHERE = ['shared', 'package-lock.json', 'tsconfig.base.json'];
const APP = [...EVERYWHERE, 'app', 'sw', 'public', 'index.html', 'vite.config.ts'];

const TARGETS = {
  app: { makes: 'dist/app/index.html', from: APP, command: () => [tool('vite'), 'build'] },
  e2e: {
    makes: 'dist/e2e/index.html',
    from: [...APP, 'e2e/harness', 'bench/page'],
    command: () => [tool('vite'), 'build', '--mode', 'e2e'],
  },
  server: {
    makes: 'dist/node/server/main.js',
    from: [...EVERYWHERE, 'server'],
    command: () => [tool('tsc', 'typescript'), '-p', 'server/tsconfig.build.json'],
  },
};

export const SERVER_ENTRY = join(ROOT, TARGETS.server.makes);
export const PBX_ENTRY = join(ROOT, 'dist/node/server/kamailio/main.js');
export const ACCOUNT_ENTRY = join(ROOT, 'dist/node/server/account.js');

/** What a target is built from: the app, the e2e, or the server. Paths from the root. */
export const sourcesOf = (name) => TARGETS[name].from;

/** When a file, or anything under a folder, was last changed; the folders count too: a deletion changes only them. */
function lastChange(path) {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => lastChange(join(path, name))));
}

async function buildTarget(name) {
  const { makes, from, command } = TARGETS[name];
  const stamp = join(ROOT, 'node_modules/.cache/build', name);
  const changed = Math.max(...from.map((source) => lastChange(join(ROOT, source))));
  if (existsSync(join(ROOT, makes)) && lastChange(stamp) > changed) return;
  console.log(`Building ${name} …`);
  const started = new Date();
  rmSync(stamp, { force: true });
  const code = await runNode(command());
  if (code !== 0) throw new Error(`Building ${name} failed with exit code ${code}.`);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, '');
  // As of its start: what was changed while it ran may not be in it.
  utimesSync(stamp, started, started);
}

export async function build(...names) {
  for (const name of names) await buildTarget(name);
}

if (isMain(import.meta.filename)) await build('app', 'server', ...(process.argv.includes('--e2e') ? ['e2e'] : []));
