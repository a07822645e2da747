/** Running other programs: the tools of node_modules and whatever else, with our own terminal as theirs. */

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..');

/** The script behind a command of an installed package: run by this Node, it needs no shell on any system. */
export function tool(name, pkg = name) {
  const folder = join(ROOT, 'node_modules', pkg);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : bin[name]);
}

export const startNode = (args, env = {}, options = {}) => start(process.execPath, args, env, options);

export function start(command, args, env = {}, options = {}) {
  return spawn(command, args, {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, ...env },
    // npm is a batch file on Windows, which only a shell can start.
    shell: process.platform === 'win32' && command === 'npm',
    ...options,
  });
}

/** @returns the exit code; 1 for a program that a signal ended. */
export function ended(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** @returns the exit code */
export const runNode = (args, env) => ended(startNode(args, env));

/** Ends the child when we are told to end. Ctrl-C in a terminal reaches it without our help, and once is enough. */
export function forwardSignals(child) {
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => {
      if (signal === 'SIGTERM' || !process.stdin.isTTY) child.kill(signal);
    });
  }
}

/** Whether this file is the one that Node was asked to run. */
export const isMain = (file) => process.argv[1] === file;
