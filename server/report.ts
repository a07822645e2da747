/** What the programs say on the terminal. */
import { SwitchhookError } from '../shared/errors.ts';
import { demoAccounts } from './accounts/demo.ts';
import type { Switchboard } from './switchboard.ts';

/** sysexits(3): the configuration is wrong. */
const EXIT_CONFIG = 78;

export function describe({ url, demo }: Pick<Switchboard, 'url' | 'demo'>): string {
  const line = `Switchhook is listening on ${url}`;
  if (!demo) return line;
  const accounts = demoAccounts.map(({ username, password }) => `${username} / ${password}`);
  return `${line}, demo accounts: ${accounts.join(', ')}`;
}

export function fail(error: unknown): void {
  const { code, reason, cause } = SwitchhookError.from(error);
  const why = cause instanceof Error ? ` (${cause.message})` : '';
  process.stderr.write(`Switchhook could not start or stop: ${code}: ${reason}${why}\n`);
  process.exitCode = code === 'invalidArgument' ? EXIT_CONFIG : 1;
}
