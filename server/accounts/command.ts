/** `account`: the command line of an administrator. The password comes over standard input, never as an argument. */

import { parseArgs } from 'node:util';
import { SwitchhookError } from '../../shared/errors.ts';
import type { Config } from '../config.ts';
import { AccountRepository } from '../storage/accounts.ts';
import { openDatabase } from '../storage/database.ts';
import { LoginFailureRepository } from '../storage/loginFailures.ts';
import { SessionRepository } from '../storage/sessions.ts';
import { AccountManager } from './manage.ts';

export const USAGE = `account add USERNAME --extension NUMBER --name "DISPLAY NAME"   the password is read from standard input
account password USERNAME                                       the new one is read from standard input
account remove USERNAME
account list
`;

export interface CommandInput {
  argv: readonly string[];
  config: Config;
  /** Asks for the password; only where one is needed. */
  password: () => Promise<string>;
}

/** @returns what to print. @throws SwitchhookError */
export async function runAccountCommand({ argv, config, password }: CommandInput): Promise<string> {
  const command = read(argv);
  const db = await openDatabase(config, (error) => {
    throw error; // a command has no next query that would open another connection
  });
  try {
    const manager = new AccountManager(
      {
        // Demo accounts are there for their names, which are taken.
        accounts: new AccountRepository(db, { demo: true }),
        sessions: new SessionRepository(db),
        failures: new LoginFailureRepository(db),
      },
      config.limits.scryptCost,
    );
    return await carryOut(manager, command, password);
  } finally {
    await db.destroy();
  }
}

type Command =
  | { kind: 'add'; username: string; extension: string; name: string }
  | { kind: 'password' | 'remove'; username: string }
  | { kind: 'list' };

async function carryOut(manager: AccountManager, command: Command, password: () => Promise<string>): Promise<string> {
  switch (command.kind) {
    case 'add': {
      const { username, extension, name } = command;
      await manager.add({ username, extension, displayName: name, password: await password() });
      return `${username} can log in, and is called at ${extension}\n`;
    }
    case 'password':
      await manager.setPassword(command.username, await password());
      return `${command.username} has a new password, and is logged out everywhere\n`;
    case 'remove':
      await manager.remove(command.username);
      return `${command.username} is removed\n`;
    case 'list': {
      const accounts = await manager.list();
      return accounts
        .map(({ extension, username, displayName }) => `${extension}\t${username}\t${displayName}\n`)
        .join('');
    }
  }
}

function read(argv: readonly string[]): Command {
  const { values, positionals } = readArgs(argv);
  const [kind, username, ...rest] = positionals;
  const { extension, name } = values;
  if (rest.length === 0) {
    if (kind === 'list' && username === undefined) return { kind };
    if (username !== undefined) {
      if (kind === 'add' && extension !== undefined) return { kind, username, extension, name: name ?? username };
      if (kind === 'password' || kind === 'remove') return { kind, username };
    }
  }
  throw new SwitchhookError('invalidArgument', { reason: `not understood. It is one of\n${USAGE}`, field: 'command' });
}

function readArgs(argv: readonly string[]) {
  try {
    const options = { extension: { type: 'string' }, name: { type: 'string' } } as const;
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (cause) {
    throw new SwitchhookError('invalidArgument', {
      reason: `not understood. It is one of\n${USAGE}`,
      field: 'flags',
      cause,
    });
  }
}
