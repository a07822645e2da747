/** `npm run pbx`: PostgreSQL, Kamailio and the gateway in one, for trying (docs/pbx.md). Takes the options of `npm start`. */

import { build, PBX_ENTRY } from './build.mjs';
import { ended, forwardSignals, startNode } from './run.mjs';
import { ensureInstalled } from './setup.mjs';

await ensureInstalled();
await build('app', 'server');
console.log('Starting PostgreSQL, Kamailio and the gateway …');
const pbx = startNode(['--enable-source-maps', PBX_ENTRY, ...process.argv.slice(2)]);
forwardSignals(pbx);
process.exitCode = await ended(pbx);
