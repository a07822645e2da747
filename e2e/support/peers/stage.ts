/** A person's phone and sipp on one exchange: what the specs about single messages share. */

import type { CallRecord } from '../../../shared/calls/record.ts';
import { openPhone, type Person } from '../person.ts';
import { type Exchange, type ForeignAccount, startExchange } from './exchange.ts';
import { freeSipPort } from './program.ts';
import type { Step } from './scenario.ts';
import { type Sipp, startSipp } from './sipp.ts';

export interface Stage {
  exchange: Exchange;
  mai: Person;
  /** sipp as the telephone of an extension that waits for a call. */
  answersAs(number: string, steps: readonly Step[]): Promise<Sipp>;
  /** sipp as a caller. */
  callsAs(number: string, steps: readonly Step[]): Promise<Sipp>;
  /** The call that is over now, as it is stored. */
  ended(): Promise<CallRecord>;
  /** Ends every sipp of the test. */
  clear(): Promise<void>;
  stop(): Promise<void>;
}

/** Mai's number. */
export const MAI = '101';
export const MAI_TONE = 440;
/** What sipp plays where a scenario says so. */
export const VOICE_TONE = 1000;

export async function setStage(): Promise<Stage> {
  const exchange = await startExchange();
  const mai = await openPhone(exchange.url, MAI, { tone: MAI_TONE });
  const running: Sipp[] = [];
  const homes = new Map<string, { account: ForeignAccount; port: number }>();
  let calls = 0;
  const start = async (number: string, steps: readonly Step[], callee: string | null) => {
    const home = homes.get(number) ?? { account: await exchange.account(number), port: await freeSipPort() };
    homes.set(number, home);
    const sipp = await startSipp({ ...home, steps, calls: callee, voice: VOICE_TONE });
    running.push(sipp);
    return sipp;
  };
  return {
    exchange,
    mai,
    answersAs: (number, steps) => start(number, steps, null),
    callsAs: (number, steps) => start(number, steps, MAI),
    ended: () => {
      calls += 1;
      return mai.lastCall(calls);
    },
    clear: async () => {
      await Promise.all(running.splice(0).map((each) => each.stop()));
    },
    stop: async () => {
      await mai.close();
      await exchange.stop();
    },
  };
}
