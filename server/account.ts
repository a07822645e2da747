/** `account`: adds, lists and removes accounts in the database that the switchboard is configured for. */

import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { SwitchhookError } from '../shared/errors.ts';
import { runAccountCommand } from './accounts/command.ts';
import { readConfig } from './config.ts';

/** sysexits(3): the command was used wrongly. */
const EXIT_USAGE = 64;

/** The first line of standard input. What is typed at a terminal is not shown. */
async function readPassword(): Promise<string> {
  const { stdin, stderr } = process;
  if (stdin.isTTY) stderr.write('Password: ');
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: silence, terminal: stdin.isTTY === true });
  lines.once('SIGINT', () => process.exit(130)); // 128 + SIGINT, as shells have it: nothing has been changed yet
  try {
    for await (const line of lines) return line;
    throw new SwitchhookError('invalidArgument', { reason: 'no password on standard input', field: 'password' });
  } finally {
    lines.close();
    if (stdin.isTTY) stderr.write('\n');
  }
}

async function main(): Promise<void> {
  const config = readConfig(process.env, []);
  process.stdout.write(await runAccountCommand({ argv: process.argv.slice(2), config, password: readPassword }));
}

main().catch((error: unknown) => {
  const { code, reason } = SwitchhookError.from(error);
  process.stderr.write(`${code}: ${reason}\n`);
  process.exitCode = code === 'invalidArgument' ? EXIT_USAGE : 1;
});
