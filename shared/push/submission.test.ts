import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMissed } from '../calls/missed.ts';
import type { CallRecord } from '../calls/record.ts';
import { isOver } from '../calls/states.ts';
import { planNotifications } from '../notifications/plan.ts';
import { DEFAULT_SETTINGS, decide } from '../registry/decide.ts';
import type { RegistryState, Submission } from '../registry/input.ts';
import { MAX_PAYLOAD, type PushPayload, type RingPayload } from './payload.ts';
import { foreign, localTime, submissionOf } from './submission.ts';

const NOW = 1_700_000_000_000;
const RING = 45_000;
const DEVICE = '0b8ddc1b-6a3a-4f0c-8c0e-5a4f5a6b7c8d';
const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const MAI = { handle: '101', displayName: 'Mai', avatarUrl: null, userId: null };

const base = { v: 1 as const, callId: 'sip-1', account: '102', device: DEVICE };

function ring(changes: Partial<RingPayload> = {}): RingPayload {
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

const cancel = (
  eventId: string,
  response: 'canceled' | 'missed' | 'answeredElsewhere',
  serverTime = NOW,
): PushPayload => ({
  ...base,
  type: 'cancel',
  eventId,
  response,
  endCode: 487,
  serverTime,
});

/** The registry as the worker keeps it: live and finished calls, and which submissions it has had. */
class Worker {
  live: CallRecord[] = [];
  finished: CallRecord[] = [];
  readonly #seen = new Set<string>();
  #ids = 100;
  #rev = 0;

  /** Ours minus the server's, ms, as it is and as it was measured. */
  constructor(private readonly offset = 0) {}

  push(payload: PushPayload, now: number): void {
    this.#submit({ id: uuid(++this.#ids), tab: null, source: 'timer', input: { kind: 'tick' } }, payload, now);
    const submission = submissionOf(payload, uuid(++this.#ids), { now, offset: this.offset });
    if (this.#seen.has(submission.id)) return;
    this.#seen.add(submission.id);
    this.#submit(submission, payload, now);
  }

  #submit(submission: Submission, payload: PushPayload, now: number): void {
    const finished = this.finished.find((call) => call.providerCallId === payload.callId) ?? null;
    const state: RegistryState = {
      rev: this.#rev++,
      host: null,
      settings: DEFAULT_SETTINGS,
      live: this.live,
      finished,
    };
    for (const call of decide(state, submission, now).calls) this.#put(call);
  }

  #put(call: CallRecord): void {
    this.live = this.live.filter((other) => other.id !== call.id);
    this.finished = this.finished.filter((other) => other.id !== call.id);
    (isOver(call.state) ? this.finished : this.live).push(call);
  }

  rings(now: number): number {
    const view = {
      live: this.live,
      finished: this.finished,
      visibleTabs: 0,
      settings: DEFAULT_SETTINGS,
      maxActions: 2,
      now,
    };
    return planNotifications(view).notifications.filter(({ kind }) => kind === 'incoming').length;
  }

  shown(now: number): number {
    const view = {
      live: this.live,
      finished: this.finished,
      visibleTabs: 0,
      settings: DEFAULT_SETTINGS,
      maxActions: 2,
      now,
    };
    return planNotifications(view).notifications.length;
  }
}

describe('whose push it is', () => {
  it.each([
    [null, 'loggedOut'],
    [{ account: '103', device: DEVICE }, 'otherAccount'],
    [{ account: '102', device: uuid(9) }, 'otherDevice'],
    [{ account: '102', device: DEVICE }, null],
  ])('%j: %s', (line, verdict) => {
    expect(foreign(ring(), line)).toBe(verdict);
  });
});

describe('the server\u2019s time by our clock', () => {
  it.each([
    ['where the clocks agree', 0, 0, 0],
    ['where the push is late', 5_000, 0, 0],
    ['where ours is ahead, as measured', 60_000, 60_000, 60_000],
    ['where ours is behind, as measured, and the push is late', -60_000 + 5_000, -60_000, -60_000],
    ['where ours has been put back since it was measured', -60_000, 0, -60_000],
  ])('%s', (_, sinceSent, offset, differs) => {
    const clock = { now: NOW + sinceSent, offset };
    expect(localTime(NOW + RING, { serverTime: NOW }, clock)).toBe(NOW + RING + differs);
  });
});

it('a ring, its end, and the ring again', () => {
  const worker = new Worker();
  worker.push(ring(), NOW);
  expect(worker.rings(NOW)).toBe(1);
  worker.push(ring(), NOW + 1);
  expect(worker.live).toHaveLength(1);
  worker.push(cancel(uuid(2), 'canceled'), NOW + 2);
  expect(worker.rings(NOW + 2)).toBe(0);
  expect(worker.finished).toMatchObject([{ disconnect: { response: 'canceled' }, unseen: true }]);
});

it('an end that comes before its ring: a missed call of the one who called, and no ring', () => {
  const worker = new Worker();
  worker.push(cancel(uuid(2), 'canceled'), NOW);
  expect(worker.finished).toMatchObject([{ peer: { handle: '' }, unseen: true }]);
  worker.push(ring(), NOW + 1);
  expect(worker.rings(NOW + 1)).toBe(0);
  expect(worker.finished).toHaveLength(1);
  expect(worker.finished[0]).toMatchObject({ peer: MAI, disconnect: { response: 'canceled' } });
});

it('a ring after its time is a missed call', () => {
  const worker = new Worker();
  worker.push(ring(), NOW + RING);
  expect(worker.rings(NOW + RING)).toBe(0);
  expect(worker.finished.map(isMissed)).toEqual([true]);
});

it('a call that another device answered is none that was missed', () => {
  const worker = new Worker();
  worker.push(ring(), NOW);
  worker.push(cancel(uuid(2), 'answeredElsewhere'), NOW + 1);
  expect(worker.finished.map(isMissed)).toEqual([false]);
});

it('a call that another device claimed and did not take was missed here too', () => {
  const worker = new Worker();
  worker.push(ring(), NOW);
  worker.push(cancel(uuid(2), 'answeredElsewhere'), NOW + 1);
  worker.push(
    { ...base, type: 'missed', eventId: uuid(3), serverTime: NOW + 2, peer: MAI, callType: 'audio', createdAt: NOW },
    NOW + 2,
  );
  expect(worker.finished.map(isMissed)).toEqual([true]);
  expect(worker.finished).toMatchObject([{ unseen: true }]);
});

/** Random orders, duplicates and delays of what the switchboard sends for one call. */
const deliveries = fc.array(
  fc.record({
    what: fc.constantFrom('ring', 'canceled', 'missed', 'answeredElsewhere'),
    delay: fc.integer({ min: 0, max: RING + 10_000 }),
  }),
  { minLength: 1, maxLength: 8 },
);

/** ms; it takes some 5 s on a machine with nothing else to do. */
const MANY = 60_000;

it('10,000 random orders: at most one ring, none after the end, always something to show', { timeout: MANY }, () => {
  fc.assert(
    fc.property(deliveries, fc.integer({ min: -3_600_000, max: 3_600_000 }), (sent, skew) => {
      const worker = new Worker(skew); // an hour ahead or behind, and measured
      let ended = false;
      for (const [index, { what, delay }] of [...sent].sort((a, b) => a.delay - b.delay).entries()) {
        const now = NOW + delay + skew;
        worker.push(what === 'ring' ? ring() : cancel(uuid(index + 10), what as 'canceled'), now);
        ended ||= what !== 'ring';
        const rings = worker.rings(now);
        expect(rings).toBeLessThanOrEqual(1);
        if (ended || delay >= RING) expect(rings).toBe(0);
        else if (delay <= RING - 1_000) expect(rings).toBe(1);
        expect(worker.live.length + worker.finished.length).toBe(1);
        expect(worker.shown(now)).toBeGreaterThanOrEqual(rings);
      }
    }),
    { numRuns: 10_000 },
  );
});

it('a ring of the longest names fits into a push', () => {
  const long = ring({
    peer: { ...MAI, displayName: 'Ư'.repeat(512), avatarUrl: `https://x.example/${'a'.repeat(480)}` },
  });
  // 'Ư' is two bytes in UTF-8, everything else here is one.
  expect(JSON.stringify(long).length + 512).toBeLessThan(MAX_PAYLOAD - 103); // RFC 8291 4: what encryption adds
});
