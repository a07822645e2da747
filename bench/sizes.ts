/** What a person downloads, gzipped, in kB of 1,000 bytes: the shell, the worker, and SIP, which only the host tab loads. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Figure, figure } from './figures.ts';

const APP = join(import.meta.dirname, '../dist/app');

const gzipped = (path: string) => gzipSync(readFileSync(join(APP, path)), { level: 9 }).length;

export function sizes(): Figure[] {
  const html = readFileSync(join(APP, 'index.html'), 'utf8');
  // Everything that the page names itself: its scripts, their preloads, its styles.
  const named = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/gu)].map(([, path]) => path ?? '');
  const shell = [...new Set(named.flatMap((path) => withImports(path)))];
  const sip = withDynamicImports(shell).filter((path) => !shell.includes(path));
  const total = (paths: string[]) => paths.reduce((sum, path) => sum + gzipped(path), 0) / 1000;
  return [
    figure('shell', total(['index.html', ...shell]), 'kB', 60),
    figure('worker', total(['sw.js']), 'kB', 20),
    figure('sip', total(sip), 'kB', 65),
  ];
}

const source = (path: string) => readFileSync(join(APP, path), 'utf8');

/** The script and what it imports at once. */
function withImports(path: string, seen = new Set<string>()): string[] {
  if (seen.has(path) || !path.endsWith('.js')) return path.endsWith('.js') ? [] : [path];
  seen.add(path);
  const imported = [...source(path).matchAll(/(?:from|import)\s*["'`]\.\/([^"'`]+\.js)["'`]/gu)].map(
    ([, name]) => `assets/${name}`,
  );
  return [path, ...imported.flatMap((one) => withImports(one, seen))];
}

function withDynamicImports(paths: string[]): string[] {
  const loaded = paths
    .filter((path) => path.endsWith('.js'))
    .flatMap((path) =>
      [...source(path).matchAll(/import\(\s*["'`]\.\/([^"'`]+\.js)["'`]/gu)].map(([, name]) => `assets/${name}`),
    );
  return [...new Set(loaded.flatMap((path) => withImports(path)))];
}
