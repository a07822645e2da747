/** Calls that came while everything was off, as the switchboard tells of them at the next start: pure; a page submits what this says. */

import type { MissedCalls } from '../http/push.ts';
import type { RegistryInput, Settings } from '../registry/input.ts';
import { type Clock, localTime } from './submission.ts';

/**
 * ms by which two questions overlap: a call is in the switchboard's records a moment after it has ended. What is told twice is
 * recognised.
 */
const OVERLAP = 10_000;

/** From when on to ask, ms by the switchboard's clock; null for all that it tells a device that has never asked. */
export function missedSince(caughtUp: Settings['caughtUp'], account: string): number | null {
  return caughtUp?.account === account ? caughtUp.until : null;
}

/**
 * Each call as it was when it came, the oldest first, and then up to when all is known.
 * @param newId for calls that are not known here
 */
export function missedInputs(
  { calls, serverTime }: MissedCalls,
  { account, clock, newId }: { account: string; clock: Clock; newId: () => string },
): RegistryInput[] {
  const local = (at: number) => localTime(at, { serverTime }, clock);
  const inputs = calls.toReversed().map(
    ({ callId: providerCallId, peer, createdAt, endedAt }): RegistryInput => ({
      kind: 'networkEnd',
      callId: newId(),
      account,
      providerCallId,
      response: 'missed',
      endCode: null,
      peer,
      type: 'audio', // the switchboard's records do not say
      times: { createdAt: local(createdAt), endedAt: local(endedAt) },
    }),
  );
  const caughtUp = { account, until: Math.max(0, serverTime - OVERLAP) };
  return [...inputs, { kind: 'configure', settings: { caughtUp } }];
}
