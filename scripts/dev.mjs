/** `npm run dev`: the switchboard and the app, both rebuilt at every change; the app is on Vite's own port. */

import { build, SERVER_ENTRY } from './build.mjs';
import { ended, startNode, tool } from './run.mjs';
import { ensureInstalled } from './setup.mjs';

await ensureInstalled();
await build('server'); // so that there is something to start
console.log('Watching: the server is compiled and started again, the app is served by Vite.');
const children = [
  startNode([tool('tsc', 'typescript'), '-p', 'server/tsconfig.build.json', '--watch', '--preserveWatchOutput']),
  startNode(['--watch', '--enable-source-maps', SERVER_ENTRY]),
  startNode([tool('vite')]),
];
const endAll = () => {
  for (const child of children) child.kill();
};
process.on('SIGINT', endAll);
process.on('SIGTERM', endAll);
// They are of use only together: the first to end ends the others.
process.exitCode = await Promise.race(children.map(ended));
endAll();
