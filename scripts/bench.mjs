// npm run bench: sets up what is missing, builds, measures. `-- --json` prints one JSON object per figure.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureInstalled } from './setup.mjs';

await ensureInstalled();
// What the build says is not a figure.
const build = spawnSync(process.execPath, [join(import.meta.dirname, 'build.mjs'), '--e2e'], {
  stdio: ['ignore', 2, 2],
});
if (build.status !== 0) process.exit(build.status ?? 1);

const { runnerImport } = await import('vite');
const { module } = await runnerImport(join(import.meta.dirname, '../bench/main.ts'), { logLevel: 'error' });
await module.run({ json: process.argv.includes('--json') });
