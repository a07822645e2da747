/** `switchhook`: starts the switchboard from environment variables and flags, until SIGINT or SIGTERM. */
import { readConfig } from './config.ts';
import { describe, fail } from './report.ts';
import { startSwitchboard } from './switchboard.ts';

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

main().catch(fail);
