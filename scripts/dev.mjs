/** `npm run dev`: the switchboard and the app, both rebuilt at every change; the app is on Vite's own port. */

import { build, SERVER_ENTRY } from './build.mjs';
import { ended, startNode, tool } from './run.mjs';
import { ensureInstalled } from './setup.mjs';

await ensureInstalled();
await build('server'); // so that there is something to start
console.log('Watching: the server is compiled and started again, the app is served by Vite.');
const children = [
  startNode([tool('tsc', 'typescript'), '-p', 'server/tsconfig.build.json', '--watch', '--preserveWatchOutput']),
  // What the browser sends through Vite's proxy comes from Vite's origin.
  startNode(['--watch', '--enable-source-maps', SERVER_ENTRY], { PUBLIC_ORIGINS: 'http://127.0.0.1:5173' }),
  startNode([tool('vite')]),
];
const endAll = () => {
  for (const child of children) child.kill();
};
let asked = false;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    asked = true;
    endAll();
  });
}
// They are of use only together: the first to end ends the others.
const code = await Promise.race(children.map(ended));
process.exitCode = asked ? 0 : code;
endAll();
