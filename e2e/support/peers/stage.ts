/** A person's phone, baresip and sipp on one exchange: what the specs about telephones that are not ours share. */

import { expect, test } from '@playwright/test';
import type { CallRecord } from '../../../shared/calls/record.ts';
import { openPhone, type Person } from '../person.ts';
import { isTone } from '../tones.ts';
import { type Baresip, type BaresipOptions, startBaresip } from './baresip.ts';
import { type Exchange, exchangeMissing, type ForeignAccount, startExchange } from './exchange.ts';
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
  /** baresip, registered as {@link BARE} with the voice {@link BARE_TONE}. */
  plugIn(options?: Pick<BaresipOptions, 'codec'>): Promise<Baresip>;
  /** How baresip writes a number. */
  uriOf(number: string): string;
  /** The call that is over now, as it is stored. */
  ended(): Promise<CallRecord>;
  /** Ends every telephone of the test but Mai's. */
  clear(): Promise<void>;
  stop(): Promise<void>;
}

/** Mai's number. */
export const MAI = '101';
export const MAI_TONE = 440;
/** baresip's. */
export const BARE = '103';
export const BARE_TONE = 700;
/** What sipp plays where a scenario says so. */
export const VOICE_TONE = 1000;

export async function setStage(): Promise<Stage> {
  const exchange = await startExchange();
  const mai = await openPhone(exchange.url, MAI, { tone: MAI_TONE }).catch(async (error: unknown) => {
    await exchange.stop(); // its programs would outlive the tests
    throw error;
  });
  const running: { stop(): Promise<void> }[] = [];
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
    plugIn: async (options = {}) => {
      const bare = await startBaresip({ account: await exchange.account(BARE), voice: BARE_TONE, ...options });
      running.push(bare);
      return bare;
    },
    uriOf: (number) => `sip:${number}@${exchange.pbx.gateway.config.sipDomain}`,
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

/** One stage for all tests of a file, cleared after each. @param set is given it */
export function testOnStage(set: (stage: Stage) => void): void {
  // Without Kamailio, rtpengine, baresip or sipp: named as skipped; with CI=true it is not skipped, and fails.
  test.skip(exchangeMissing() !== null && process.env.CI !== 'true', exchangeMissing() ?? '');

  let stage: Stage | undefined;
  test.beforeAll(async () => {
    stage = await setStage();
    set(stage);
  });
  test.afterEach(() => stage?.clear());
  test.afterAll(() => stage?.stop());
}

/** Waits until it does. */
export const baresipHears = (phone: Baresip, hz: number): Promise<void> =>
  expect.poll(async () => isTone(await phone.hears(), hz), { message: `baresip hears ${hz} Hz` }).toBe(true);
