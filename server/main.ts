/** `switchhook`: starts the switchboard from environment variables and flags, until SIGINT or SIGTERM. */
import { SwitchhookError } from '../shared/errors.ts';
import { demoAccounts } from './accounts/demo.ts';
import { readConfig } from './config.ts';
import { type Switchboard, startSwitchboard } from './switchboard.ts';

/** sysexits(3): the configuration is wrong. */
const EXIT_CONFIG = 78;

async function main(): Promise<void> {
  const board = await startSwitchboard(readConfig(process.env, process.argv.slice(2)));
  const stop = (): void => {
    // A second signal ends the process at once: the handler is gone.
    process.removeListener('SIGINT', stop).removeListener('SIGTERM', stop);
    board.close().catch(fail);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  // Whoever reads this line may send a signal at once: the handlers are there by then.
  process.stdout.write(`${describe(board)}\n`);
}

function describe({ url, demo }: Switchboard): string {
  const line = `Switchhook is listening on ${url}`;
  if (!demo) return line;
  const accounts = demoAccounts.map(({ username, password }) => `${username} / ${password}`);
  return `${line}, demo accounts: ${accounts.join(', ')}`;
}

function fail(error: unknown): void {
  const { code, reason, cause } = SwitchhookError.from(error);
  const why = cause instanceof Error ? ` (${cause.message})` : '';
  process.stderr.write(`Switchhook could not start or stop: ${code}: ${reason}${why}\n`);
  process.exitCode = code === 'invalidArgument' ? EXIT_CONFIG : 1;
}

main().catch(fail);
