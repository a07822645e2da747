import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { sourcesOf } from './build.mjs';

const ROOT = resolve(import.meta.dirname, '..');

const ENTRIES = { app: ['app', 'sw'], e2e: ['e2e/harness'], server: ['server'] };

// A build that does not know one of its sources is taken for fresh when that source has changed.
test.each(['app', 'e2e', 'server'] as const)('whatever %s imports is one of its sources', (target) => {
  const sources = sourcesOf(target);
  const reached = reachedFrom(ENTRIES[target].flatMap(filesUnder));
  expect(reached.size).toBeGreaterThan(10);
  const foreign = [...reached].filter(
    (path) => !sources.some((source) => path === source || path.startsWith(`${source}/`)),
  );
  expect(foreign).toEqual([]);
});

const filesUnder = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/\.test\.ts$|testing\//.test(name))
    .map((name) => join(folder, name));

/** These files and all that they import, by way of others too; paths from the root. */
function reachedFrom(files: string[]): Set<string> {
  const reached = new Set<string>();
  const open = [...files];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    for (const [, specifier = ''] of readFileSync(join(ROOT, path), 'utf8').matchAll(/(?:from|import) '(\.[^']*)'/g)) {
      const file = relative(ROOT, resolve(ROOT, dirname(path), specifier.replace(/\?.*$/, '')));
      if (existsSync(join(ROOT, file)) && file.endsWith('.ts')) open.push(file);
    }
  }
  return reached;
}
