/** `npm run dev`: the switchboard and the app, both rebuilt at every change; the app is on Vite's own port. */

import { SERVER_ENTRY } from './build.mjs';
import { ended, startNode, tool } from './run.mjs';
import { ensureInstalled } from './setup.mjs';

/** Windows has no process groups; ending the console ends what runs in it. */
const GROUPS = process.platform !== 'win32';

await ensureInstalled();
console.log('Watching: the server is compiled and started again, the app is served by Vite.');
const compiler = startNode(
  [tool('tsc', 'typescript'), '-p', 'server/tsconfig.build.json', '--watch', '--preserveWatchOutput'],
  {},
  // A group of its own, because the command is only a wrapper around the compiler and does not pass signals on.
  { stdio: ['inherit', 'pipe', 'inherit'], detached: GROUPS },
);
// The first compilation writes every file: a server that was started before it would be started again at once.
await new Promise((resolve, reject) => {
  compiler.stdout.on('data', (text) => {
    process.stdout.write(text);
    if (String(text).includes('Watching for file changes')) resolve();
  });
  compiler.once('exit', () => reject(new Error('The compiler of the server ended.')));
});
const children = [
  compiler,
  // What the browser sends through Vite's proxy comes from Vite's origin.
  startNode(['--watch', '--enable-source-maps', SERVER_ENTRY], { PUBLIC_ORIGINS: 'http://127.0.0.1:5173' }),
  startNode([tool('vite')]),
];
const endAll = () => {
  for (const child of children) if (child !== compiler) child.kill();
  if (compiler.exitCode === null && compiler.signalCode === null) {
    if (GROUPS) process.kill(-compiler.pid);
    else compiler.kill();
  }
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
