/** What the switchboard may say about one call, by push and by a socket, in any order; and what a device has to make of it. */

import fc from 'fast-check';
import type { PushPayload, RingPayload } from '../push/payload.ts';
import type { Submission } from '../registry/input.ts';
import { NOW, uuid } from './samples.ts';

/** ms that the call of these pushes rings, from `NOW` by the switchboard's clock. */
export const RING = 45_000;
export const LINE = { account: '102', device: '0b8ddc1b-6a3a-4f0c-8c0e-5a4f5a6b7c8d' };
export const MAI = { handle: '101', displayName: 'Mai', avatarUrl: null, userId: null };

export const base = { v: 1 as const, callId: 'sip-1', ...LINE };

export function ring(changes: Partial<RingPayload> = {}): RingPayload {
  return {
    ...base,
    type: 'ring',
    eventId: uuid(1),
    serverTime: NOW,
    peer: MAI,
    callType: 'audio',
    createdAt: NOW,
    expiresAt: NOW + RING,
    respond: { url: 'https://phone.example.com/api/calls/sip-1', token: 'a'.repeat(32) },
    ...changes,
  };
}

type Response = Extract<PushPayload, { type: 'cancel' }>['response'];

export const cancel = (eventId: string, response: Response, serverTime = NOW): PushPayload => ({
  ...base,
  type: 'cancel',
  eventId,
  response,
  endCode: 487,
  serverTime,
});

export const missed = (eventId: string, serverTime = NOW): PushPayload => {
  return { ...base, type: 'missed', eventId, serverTime, peer: MAI, callType: 'audio', createdAt: NOW };
};

const ENDS: readonly Response[] = ['canceled', 'missed', 'answeredElsewhere', 'declinedElsewhere'];

/** Something that comes to the device; the same `event` again is a duplicate. */
export interface Delivery {
  what: 'ring' | Response | 'missedCall' | 'ringBySocket' | 'endBySocket';
  event: number;
  /** ms after the call began, by the switchboard's clock. */
  at: number;
  /** Share of `at` after which it was sent: 1 is a push that took no time, 0 one that took all of it. */
  sent: number;
}

/** In the order in which they come. Some come at the same moment, some are the same again. */
export const deliveries: fc.Arbitrary<Delivery[]> = fc
  .array(
    fc.record({
      what: fc.constantFrom<Delivery['what']>('ring', 'ring', 'ringBySocket', ...ENDS, 'missedCall', 'endBySocket'),
      event: fc.integer({ min: 1, max: 3 }),
      at: fc.oneof(fc.integer({ min: 0, max: RING + 10_000 }), fc.constantFrom(0, 1_000, RING - 1_000, RING)),
      sent: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((all) => all.sort((a, b) => a.at - b.at));

/** The device's clock: how far ahead it was when it was measured, and what has come to that since, ms. */
export const skews = fc.record({
  measured: fc.integer({ min: -3_600_000, max: 3_600_000 }),
  since: fc.integer({ min: -900, max: 900 }), // what the second before the end of a ring is left free for
});
export type Skew = typeof skews extends fc.Arbitrary<infer T> ? T : never;

export const localNow = (at: number, { measured, since }: Skew): number => NOW + at + measured + since;

/** Null where it comes by a socket. */
export function payloadOf({ what, event, at, sent }: Delivery): PushPayload | null {
  const serverTime = NOW + Math.floor(at * sent);
  switch (what) {
    case 'ring':
      return ring({ eventId: uuid(event), serverTime });
    case 'missedCall':
      return missed(uuid(10 + event), serverTime);
    case 'ringBySocket':
    case 'endBySocket':
      return null;
    default:
      return cancel(uuid(10 * (2 + ENDS.indexOf(what)) + event), what, serverTime);
  }
}

/** What a host says whose socket had it: its provider counts the ring from the device's own clock. */
export function submissionBySocket({ what }: Delivery, { measured, since }: Skew, newId: () => string): Submission {
  const { account } = LINE;
  const call = { account, direction: 'incoming', providerCallId: base.callId } as const;
  const id = newId();
  if (what === 'endBySocket') {
    const fact = { kind: 'disconnected', response: 'canceled', endCode: 487 } as const;
    return { id, tab: null, source: 'provider', input: { kind: 'fact', call, fact, epoch: null } };
  }
  const ringDeadline = NOW + RING + measured + since;
  const rest = { entry: 'ringing', type: 'audio', peer: MAI, capabilities: ['silence'], data: null } as const;
  const input = { kind: 'newCall', callId: newId(), ...call, ...rest, ringDeadline, epoch: null } as const;
  return { id, tab: null, source: 'provider', input };
}

/** What has to be seen of the call after all that has come: a ring or none; null in the second in which both are right. */
export class Expected {
  #rang = false;
  #over = false;

  note({ what, at }: Delivery): void {
    if (what === 'ring' || what === 'ringBySocket') this.#rang ||= !this.#over && at < RING + 1_000;
    // A socket speaks of the end of a call that it has brought, or of one that is known here.
    else this.#over ||= what !== 'endBySocket' || this.#rang;
  }

  rings(at: number): 0 | 1 | null {
    if (!this.#rang || this.#over || at >= RING + 1_000) return 0;
    return at <= RING - 1_000 ? 1 : null;
  }
}
