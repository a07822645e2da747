/** `npm start`: from a fresh checkout to a running switchboard. */

import { build, SERVER_ENTRY } from './build.mjs';
import { ended, forwardSignals, startNode } from './run.mjs';
import { ensureInstalled } from './setup.mjs';

await ensureInstalled();
await build('app', 'server');
console.log('Starting the switchboard …');
const switchboard = startNode(['--enable-source-maps', SERVER_ENTRY, ...process.argv.slice(2)]);
forwardSignals(switchboard);
process.exitCode = await ended(switchboard);
