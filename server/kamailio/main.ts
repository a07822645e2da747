/** `npm run pbx`: PostgreSQL, Kamailio and the gateway on this machine, for trying; until SIGINT or SIGTERM. */
import { readConfig } from '../config.ts';
import { describe, fail } from '../report.ts';
import { type Pbx, startPbx } from './pbx.ts';

async function main(): Promise<void> {
  const pbx = await startPbx({ gateway: readConfig(process.env, process.argv.slice(2)) });
  const stop = (): void => {
    // A second signal ends the process at once: the handler is gone.
    process.removeListener('SIGINT', stop).removeListener('SIGTERM', stop);
    pbx.stop().catch(fail);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  endWith(pbx, stop).catch(fail);
  process.stdout.write(`${describe(pbx.gateway)}; its calls go through Kamailio on ${pbx.kamailio.url}\n`);
}

/** Without Kamailio there are no calls: what is left of the others is of no use. */
async function endWith({ kamailio }: Pbx, stop: () => void): Promise<void> {
  await kamailio.ended();
  if (kamailio.isStopped) return;
  process.stderr.write(`Kamailio has ended:\n${kamailio.tail}\n`);
  process.exitCode = 1;
  stop();
}

main().catch(fail);
