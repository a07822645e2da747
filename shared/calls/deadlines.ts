/** How long a call may stay in a state, and what it becomes when that time is over (1.1, 1.6). */

import type { DisconnectResponse } from './disconnect.ts';
import type { CallRecord } from './record.ts';
import { RECOVERY_BUDGET } from './recovery.ts';
import type { CallState } from './states.ts';

/** Default ring time, ms (spec 1.6). */
export const RING_TIME = 45_000;

/** Length of a claim, ms: for so long a ring that is being answered is kept for the device that answers it (spec 3.2). */
export const CLAIM_LEASE = 15_000;

/** ms per state; null: no limit. `ringing` and `dialing` last as long as the ring. */
const LIMITS: Readonly<Record<CallState, number | 'ring' | null>> = {
  // Ours: the host has to be found and the browser may ask for the microphone, which takes a person some seconds.
  initiated: 30_000,
  dialing: 'ring',
  ringing: 'ring',
  connecting: 15_000, // spec 1.1
  active: null,
  reconnecting: RECOVERY_BUDGET, // spec 1.1
  disconnecting: 5_000, // spec 1.1
  disconnected: null,
};

/** What a call that overstays becomes. */
export const OVERDUE: Readonly<Partial<Record<CallState, DisconnectResponse>>> = {
  initiated: 'error',
  ringing: 'missed',
  dialing: 'remote',
  connecting: 'error',
  reconnecting: 'error',
};

/**
 * The absolute time at which a call that enters `state` now has been in it too long. A ringing call's is the ring
 * deadline that came with it; a dialing call gets a whole ring from now on.
 */
export function deadlineIn(call: CallRecord, state: CallState, now: number): number | null {
  const limit = LIMITS[state];
  if (limit === null) return null;
  if (limit !== 'ring') return now + limit;
  return state === 'ringing' ? call.ringDeadline : now + (call.ringDeadline - call.createdAt);
}

/** The earliest thing that can become overdue in these calls: a state or a pending intent; null when nothing can. */
export function nextDeadline(calls: Iterable<CallRecord>): number | null {
  let next: number | null = null;
  for (const call of calls) {
    const pending = call.intents.filter((intent) => intent.outcome === null).map((intent) => intent.deadline);
    for (const at of call.deadline === null ? pending : [call.deadline, ...pending]) {
      if (next === null || at < next) next = at;
    }
  }
  return next;
}
