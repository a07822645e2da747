import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMissed } from '../calls/missed.ts';
import type { CallRecord } from '../calls/record.ts';
import { isOver } from '../calls/states.ts';
import { type PlannedNotification, planNotifications } from '../notifications/plan.ts';
import { DEFAULT_SETTINGS, decide } from '../registry/decide.ts';
import type { RegistryState, Submission } from '../registry/input.ts';
import {
  base,
  cancel,
  deliveries,
  Expected,
  LINE,
  localNow,
  MAI,
  missed,
  payloadOf,
  RING,
  ring,
  skews,
  submissionBySocket,
} from '../testing/pushes.ts';
import { NOW, uuid } from '../testing/samples.ts';
import { MAX_PAYLOAD, type PushPayload } from './payload.ts';
import { foreign, localTime, submissionOf } from './submission.ts';

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
    this.tick(now);
    this.submit(submissionOf(payload, this.newId(), { now, offset: this.offset }), now);
  }

  tick(now: number): void {
    this.submit({ id: this.newId(), tab: null, source: 'timer', input: { kind: 'tick' } }, now);
  }

  newId(): string {
    return uuid(++this.#ids);
  }

  submit(submission: Submission, now: number): void {
    if (this.#seen.has(submission.id)) return;
    this.#seen.add(submission.id);
    const finished = this.finished.find((call) => call.providerCallId === base.callId) ?? null;
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

  shown(now: number): readonly PlannedNotification[] {
    const { live, finished } = this;
    const view = { live, finished, visibleTabs: 0, settings: DEFAULT_SETTINGS, maxActions: 2, now };
    return planNotifications(view).notifications;
  }

  rings(now: number): number {
    return this.shown(now).filter(({ kind }) => kind === 'incoming').length;
  }
}

describe('whose push it is', () => {
  it.each([
    [null, 'loggedOut'],
    [{ ...LINE, account: '103' }, 'otherAccount'],
    [{ ...LINE, device: uuid(9) }, 'otherDevice'],
    [LINE, null],
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
  worker.push(missed(uuid(3), NOW + 2), NOW + 2);
  expect(worker.finished.map(isMissed)).toEqual([true]);
  expect(worker.finished).toMatchObject([{ unseen: true }]);
});

/** ms; it takes some 5 s on a machine with nothing else to do. */
const MANY = 60_000;

it('10,000 random orders: one ring while it rings, none after the end', {
  timeout: MANY,
}, () => {
  fc.assert(
    fc.property(deliveries, skews, (all, skew) => {
      const worker = new Worker(skew.measured);
      const expected = new Expected();
      for (const delivery of all) {
        const now = localNow(delivery.at, skew);
        const payload = payloadOf(delivery);
        if (payload) worker.push(payload, now);
        else
          worker.submit(
            submissionBySocket(delivery, skew, () => worker.newId()),
            now,
          );
        worker.tick(now);
        expected.note(delivery);
        const wanted = expected.rings(delivery.at);
        if (wanted === null) expect(worker.rings(now)).toBeLessThanOrEqual(1);
        else expect(worker.rings(now)).toBe(wanted);
        expect(worker.live.length + worker.finished.length).toBeLessThanOrEqual(1);
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
