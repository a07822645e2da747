/** `npm run account -- add …`: accounts in the database of the switchboard, which need not be stopped for it. */

import { ACCOUNT_ENTRY, build } from './build.mjs';
import { ended, startNode } from './run.mjs';
import { ensureInstalled } from './setup.mjs';

await ensureInstalled();
await build('server');
process.exitCode = await ended(startNode(['--enable-source-maps', ACCOUNT_ENTRY, ...process.argv.slice(2)]));
