/** `npm run pbx`: PostgreSQL, Kamailio and the gateway on this machine, for trying; until SIGINT or SIGTERM. */
import { readConfig } from '../config.ts';
import { describe, fail } from '../report.ts';
import { type Pbx, startPbx } from './pbx.ts';

async function main(): Promise<void> {
  const starting = startPbx({ gateway: readConfig(process.env, process.argv.slice(2)) });
  let isStopping = false;
  const stop = (): void => {
    // A second signal ends the process at once, by an exit, which the programs that we have started do not outlive.
    if (isStopping) process.exit(1);
    isStopping = true;
    starting.then(
      (pbx) => pbx.stop().catch(fail),
      () => undefined, // nothing is left to be stopped, and below it is told why
    );
  };
  // Before anything runs: what we start does not get the signals of our terminal.
  process.on('SIGINT', stop).on('SIGTERM', stop);
  const pbx = await starting;
  if (isStopping) return;
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
