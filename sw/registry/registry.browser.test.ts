/** Exactly once, all or nothing, in order: against a real IndexedDB. */

import { afterEach, describe, expect, it } from 'vitest';
import { RING_TIME } from '../../shared/calls/deadlines.ts';
import type { RegistryInput } from '../../shared/registry/input.ts';
import { NOW, uuid } from '../../shared/testing/samples.ts';
import { endOf, Opened, removeOpened, ringing } from './testing/opened.ts';

afterEach(removeOpened);

const ids = (calls: readonly { id: string }[]) => calls.map(({ id }) => id);
const configure: RegistryInput = { kind: 'configure', settings: { maxCalls: 16 } };

describe('a submission', () => {
  it('is answered with its stored outcome the second time, and done once', async () => {
    const store = new Opened();
    const first = await store.submit(ringing({ callId: uuid(1) }), uuid(500));
    store.now += 1_000;
    const second = await store.submit(ringing({ callId: uuid(1) }), uuid(500));
    expect(first.outcome).toEqual({ ok: true, rev: 1, callId: uuid(1), epoch: null });
    expect(second).toEqual({ outcome: first.outcome, delta: null });
    const { log, live } = await store.contents();
    expect(log).toEqual([{ rev: 1, id: uuid(500), at: NOW, calls: [uuid(1)], outcome: first.outcome }]);
    expect(live).toHaveLength(1);
  });

  it('is done once when both come at the same time', async () => {
    const store = new Opened();
    const asked = () => store.submit({ kind: 'claimHost' }, uuid(500));
    const both = await Promise.all([asked(), asked(), asked()]);
    expect(both.map(({ outcome }) => outcome)).toEqual(Array(3).fill({ ok: true, rev: 1, callId: null, epoch: 1 }));
    expect(both.filter(({ delta }) => delta !== null)).toHaveLength(1);
    const { log, meta } = await store.contents();
    expect(log).toHaveLength(1);
    expect(meta).toMatchObject({ rev: 1, host: { epoch: 1 } });
  });

  it('that was refused is remembered too, whatever would be said now', async () => {
    const store = new Opened();
    const answer = () =>
      store
        .submit({ kind: 'command', callId: uuid(1), command: { kind: 'silence' } }, uuid(500))
        .then((c) => c.outcome);
    const refused = await answer();
    expect(refused).toMatchObject({ ok: false, rev: 1, error: { code: 'callNotFound' } });
    await store.submit(ringing({ callId: uuid(1) }));
    expect(await answer()).toEqual(refused);
    expect((await store.contents()).live[0]?.attributes.silenced).toBe(false);
  });

  it('that finds nothing overdue leaves no trace when it is a tick', async () => {
    const store = new Opened();
    await store.submit(ringing());
    const before = await store.contents();
    const tick = await store.submit({ kind: 'tick' }, uuid(500));
    expect(tick).toEqual({ outcome: { ok: true, rev: 1, callId: null, epoch: null }, delta: null });
    expect(await store.contents()).toEqual(before);
  });

  it('gets the next revision, without a gap, however many come at once', async () => {
    const store = new Opened();
    await store.submit(configure);
    const many = await Promise.all(
      Array.from({ length: 40 }, (_, n) => store.submit(n % 3 === 0 ? ringing() : { kind: 'claimHost' })),
    );
    const revs = many.map(({ outcome }) => outcome.rev);
    expect(revs.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, n) => n + 2));
    expect(many.map(({ delta }) => delta?.rev)).toEqual(revs);
    const { log, meta, live } = await store.contents();
    expect(log.map(({ rev }) => rev)).toEqual(Array.from({ length: 41 }, (_, n) => n + 1));
    expect(meta?.rev).toBe(41);
    expect(live.every((call) => log.find(({ rev }) => rev === call.rev)?.calls.includes(call.id))).toBe(true);
  });

  it('that fails in the middle leaves nothing behind', async () => {
    const store = new Opened();
    await store.submit(configure);
    // A log that is ahead of the revision: the call has been put when adding its entry fails.
    const outcome = { ok: true, rev: 2, callId: null, epoch: null } as const;
    await (await store.database.get()).add('log', { rev: 2, id: uuid(1), at: NOW, calls: [], outcome });
    const before = await store.contents();
    await expect(store.submit(ringing(), uuid(500))).rejects.toMatchObject({ code: 'storage' });
    expect(await store.contents()).toEqual(before);
    await (await store.database.get()).delete('log', 2);
    expect((await store.submit(ringing(), uuid(500))).outcome).toMatchObject({ ok: true, rev: 2 });
  });
});

describe('a submission that fails', () => {
  it('by an error of ours leaves nothing behind either, although no request has failed', async () => {
    const store = new Opened();
    const callId = uuid(1);
    await store.submit(ringing({ callId }));
    // Settings that no version writes: the call has been moved when the retention cannot be read.
    const db = await store.database.get();
    const meta = await db.get('meta', 'registry');
    if (!meta) throw new Error('there is no registry');
    const broken = { ...meta, settings: { ...meta.settings, retention: null } } as unknown as typeof meta;
    await db.put('meta', broken);
    const before = await store.contents();
    await expect(store.submit(endOf(callId))).rejects.toMatchObject({ code: 'storage' });
    expect(await store.contents()).toEqual(before);
  });
});

describe('a call that ends', () => {
  /** Reads both stores in one transaction, over and over, and says in how many of them the call was each time. */
  async function watch(store: Opened, callId: string, until: Promise<unknown>): Promise<Set<number>> {
    const seen = new Set<number>();
    let over = false;
    const done = until.then(() => {
      over = true;
    });
    while (!over) {
      const tx = (await store.database.get()).transaction(['live', 'history']);
      const found = await Promise.all([tx.objectStore('live').count(callId), tx.objectStore('history').count(callId)]);
      seen.add(found[0] + found[1]);
    }
    await done;
    return seen;
  }

  it('moves from live to history at once: no reader finds it in both or in neither', async () => {
    const store = new Opened();
    for (let n = 0; n < 20; n += 1) {
      const callId = crypto.randomUUID();
      await store.submit(ringing({ callId }));
      const ended = store.submit(endOf(callId));
      expect(await watch(store, callId, ended)).toEqual(new Set([1]));
    }
    const { live, history, meta } = await store.contents();
    expect({ live, finished: meta?.finished, kept: history.length }).toEqual({ live: [], finished: 20, kept: 20 });
  });

  it('can be reported by another id of the network afterwards, and stays the one that it was', async () => {
    const store = new Opened();
    const callId = await store.finish({ providerCallId: null });
    const again = await store.submit(ringing({ callId, providerCallId: 'late@example.test' }));
    expect(again.outcome).toMatchObject({ ok: false, error: { code: 'tooLate' } });
    const { live, history, meta } = await store.contents();
    expect({ live, history: ids(history), finished: meta?.finished }).toEqual({
      live: [],
      history: [callId],
      finished: 1,
    });
  });

  it('is found by the id of the network, by account and direction, beside a live one of the same id', async () => {
    const store = new Opened();
    await store.submit(configure);
    const providerCallId = 'one@example.test';
    const callId = await store.finish({ providerCallId });
    // The other end of the same call, in the same phone: a network's id is unique within account and direction only.
    const other = ringing({ providerCallId, direction: 'outgoing', entry: 'initiated' });
    await store.submit(other);
    const again = await store.submit(ringing({ providerCallId }));
    expect(again.outcome).toMatchObject({ ok: false, error: { code: 'tooLate' } });
    const { live, history } = await store.contents();
    expect({ live: ids(live), history: ids(history) }).toEqual({ live: [other.callId], history: [callId] });
  });

  const NEXT: [string, RegistryInput][] = [
    ['a tick', { kind: 'tick' }],
    ['a setting', configure],
    ['another call', ringing()],
    ['something that is refused', { kind: 'command', callId: uuid(99), command: { kind: 'silence' } }],
  ];
  it.each(NEXT)('because it is overdue is ended by whatever comes next: %s', async (_, input) => {
    const store = new Opened();
    await store.submit(ringing({ callId: uuid(1) }));
    store.now += RING_TIME;
    const { delta } = await store.submit(input);
    expect(delta?.calls[0]).toMatchObject({ id: uuid(1), state: 'disconnected', disconnect: { response: 'missed' } });
    const { live, history, log } = await store.contents();
    expect(ids(history)).toEqual([uuid(1)]);
    expect(ids(live)).not.toContain(uuid(1));
    expect(log.at(-1)?.calls).toContain(uuid(1));
  });

  it('is marked as not looked at until somebody has', async () => {
    const store = new Opened();
    const missed = [await store.finish(), await store.finish()];
    const unseen = async () => (await store.database.get()).countFromIndex('history', 'unseen', 1);
    expect(await unseen()).toBe(2);
    const { delta } = await store.submit({ kind: 'seen' });
    expect(ids(delta?.calls ?? []).toSorted()).toEqual(missed.toSorted());
    expect(await unseen()).toBe(0);
    const { history, meta } = await store.contents();
    expect(history.map(({ unseen: mark, unseenMark, missed: kept }) => ({ mark, unseenMark, kept }))).toEqual(
      Array(2).fill({ mark: false, unseenMark: undefined, kept: 1 }),
    );
    expect(meta?.finished).toBe(2);
  });
});
