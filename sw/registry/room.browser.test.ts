/** What goes when there is too much: old calls, old log entries, and what a full disk takes. Never a live call. */

import { afterEach, describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../shared/registry/decide.ts';
import { LOG_KEPT, type MetaRecord, type RegistryStores, type StoredCall } from '../../shared/registry/store.ts';
import { NOW, uuid } from '../../shared/testing/samples.ts';
import { type Database, DatabaseHandle } from './database.ts';
import { endOf, Opened, removeOpened, ringing } from './testing/opened.ts';

afterEach(removeOpened);

const DAY = 86_400_000;

describe('retention', () => {
  it('by count removes the oldest finished calls and no live one', async () => {
    const store = new Opened();
    await store.submit({ kind: 'configure', settings: { maxCalls: 16, retention: { calls: 3, days: 730 } } });
    const lives = ringing({ ringDeadline: NOW + DAY });
    await store.submit(lives);
    const finished: string[] = [];
    for (let n = 0; n < 6; n += 1) {
      store.now += 1_000;
      finished.push(await store.finish());
    }
    const { live, history, meta } = await store.contents();
    expect(history.map(({ id }) => id)).toEqual(finished.slice(-3));
    expect(meta?.finished).toBe(3);
    expect(live.map(({ id }) => id)).toEqual([lives.callId]);
  });

  it('by age removes what is older, and keeps a live call however old', async () => {
    const store = new Opened();
    await store.submit({ kind: 'configure', settings: { maxCalls: 16, retention: { calls: 100, days: 2 } } });
    const lives = ringing({ entry: 'active', ringDeadline: null });
    await store.submit(lives);
    await store.finish();
    store.now += DAY;
    const second = await store.finish();
    store.now += DAY + 1;
    const third = await store.finish();
    const { live, history, meta } = await store.contents();
    expect(history.map(({ id }) => id)).toEqual([second, third]);
    expect(meta?.finished).toBe(2);
    expect(live.map(({ id }) => id)).toEqual([lives.callId]);
  });

  it('that was lowered removes a bounded number with each call that ends, until it is reached', async () => {
    const store = new Opened();
    await store.finish();
    const [one] = (await store.contents()).history;
    if (!one) throw new Error('nothing has ended');
    const db = await store.database.get();
    const seed = db.transaction(['history', 'meta'], 'readwrite');
    for (let n = 0; n < 249; n += 1) {
      await seed.objectStore('history').put({ ...one, id: uuid(n), endedAt: NOW - 1_000 + n });
    }
    const settings = { ...DEFAULT_SETTINGS, retention: { calls: 10, days: 730 } };
    await seed.objectStore('meta').put({ key: 'registry', rev: 2, host: null, settings, finished: 250 });
    await seed.done;
    const kept: number[] = [];
    for (let n = 0; n < 4; n += 1) {
      await store.finish();
      kept.push((await store.contents()).history.length);
    }
    expect(kept).toEqual([151, 52, 10, 10]);
    expect((await store.contents()).meta?.finished).toBe(10);
  });
});

describe('the log', () => {
  it('keeps the last entries, so that a repeat of any of them is recognised', async () => {
    const store = new Opened();
    // The revision before one at which it is trimmed; of the 20,000 entries only those around the cut are needed.
    const rev = LOG_KEPT + 479;
    expect((rev + 1) % 256).toBe(0);
    const tx = (await store.database.get()).transaction(['log', 'meta'], 'readwrite');
    for (const at of [1, 479, 480, 481, 482, rev]) {
      const outcome = { ok: true, rev: at, callId: null, epoch: null } as const;
      await tx.objectStore('log').put({ rev: at, id: uuid(at), at: NOW, calls: [], outcome });
    }
    await tx.objectStore('meta').put({ key: 'registry', rev, host: null, settings: DEFAULT_SETTINGS, finished: 0 });
    await tx.done;
    await store.submit(ringing());
    const revs = (await store.contents()).log.map((entry) => entry.rev);
    expect(revs).toEqual([481, 482, rev, rev + 1]);
    expect(rev + 1 - 481 + 1).toBe(LOG_KEPT);
    const repeat = await store.submit({ kind: 'claimHost' }, uuid(481));
    expect(repeat).toEqual({ outcome: { ok: true, rev: 481, callId: null, epoch: null }, delta: null });
  });
});

/**
 * A disk that is full for the next `times` commits. A browser cannot be told to have a full disk (Chromium's own switch for
 * it does not reach IndexedDB), so the seam is the database: everything is really put, and then the real transaction is
 *  aborted with the error that the specification gives for it, in place of one of the writes.
 */
class FullDisk extends DatabaseHandle {
  times = 0;
  /** The store whose write finds no room. */
  at: 'meta' | 'history' = 'meta';

  override async get(): Promise<Database> {
    const db = await super.get();
    return instead(
      db,
      'transaction',
      (stores: StoreName[], mode: IDBTransactionMode, options: IDBTransactionOptions) => {
        const tx = db.transaction(stores, mode, options);
        // The commit of a submission is the one that writes the log.
        if (this.times === 0 || mode !== 'readwrite' || !stores.includes('log')) return tx;
        this.times -= 1;
        const store = tx.objectStore(this.at);
        const full = instead(store, 'put', async (record: MetaRecord & StoredCall) => {
          await store.put?.(record);
          tx.abort();
          throw new DOMException('The disk is full.', 'QuotaExceededError');
        });
        return instead(tx, 'objectStore', (name: StoreName) => (name === this.at ? full : tx.objectStore(name)));
      },
    );
  }
}

type StoreName = keyof RegistryStores;

/** The same object with something else in one place. */
function instead<T extends object>(target: T, property: keyof T, value: unknown): T {
  return new Proxy(target, {
    get: (_, asked) => {
      const found: unknown = asked === property ? value : Reflect.get(target, asked, target);
      return typeof found === 'function' ? found.bind(target) : found;
    },
  });
}

describe('a full disk', () => {
  async function fullStore() {
    let disk: FullDisk | undefined;
    const store = new Opened((name) => {
      disk = new FullDisk(name);
      return disk;
    });
    await store.submit({ kind: 'configure', settings: { maxCalls: 16 } });
    const lives = ringing({ ringDeadline: NOW + DAY });
    await store.submit(lives);
    const old = [await store.finish(), await store.finish()];
    if (!disk) throw new Error('no database was opened');
    return { store, disk, live: lives.callId, old };
  }

  it('takes the oldest finished calls, says how many, and the submission is done', async () => {
    const { store, disk, live, old } = await fullStore();
    disk.times = 1;
    const { outcome, delta } = await store.submit({ kind: 'command', callId: live, command: { kind: 'silence' } });
    expect(outcome).toMatchObject({ ok: true });
    expect(delta?.calls[0]?.attributes.silenced).toBe(true);
    expect(store.dropped).toEqual([old.length]);
    const contents = await store.contents();
    expect(contents.history).toEqual([]);
    expect(contents.meta).toMatchObject({ finished: 0, rev: outcome.rev });
    expect(contents.live.map(({ id, attributes }) => [id, attributes.silenced])).toEqual([[live, true]]);
  });

  it('takes no more than makes room for hundreds of calls', async () => {
    const { store, disk, live } = await fullStore();
    const [one] = (await store.contents()).history;
    if (!one) throw new Error('nothing has ended');
    const seed = (await store.database.get()).transaction('history', 'readwrite');
    for (let n = 0; n < 600; n += 1) await seed.store.put({ ...one, id: uuid(n), endedAt: NOW + 1 + n });
    await seed.done;
    disk.times = 1;
    await store.submit({ kind: 'command', callId: live, command: { kind: 'silence' } });
    expect(store.dropped).toEqual([500]);
    expect((await store.contents()).history.map(({ id }) => id)).toEqual(
      Array.from({ length: 102 }, (_, n) => uuid(n + 498)),
    );
  });

  it('that is noticed when a call ends, before its old calls are counted, is noticed as that', async () => {
    const { store, disk, live } = await fullStore();
    disk.at = 'history';
    disk.times = 1;
    expect((await store.submit(endOf(live))).outcome).toMatchObject({ ok: true });
    expect(store.dropped).toEqual([2]);
    const contents = await store.contents();
    expect(contents.history.map(({ id }) => id)).toEqual([live]);
    expect(contents).toMatchObject({ live: [], meta: { finished: 1 } });
  });

  it('that stays full is an error, and the live call is as it was', async () => {
    const { store, disk, live } = await fullStore();
    const before = await store.contents();
    disk.times = 2;
    await expect(store.submit(endOf(live), uuid(500))).rejects.toMatchObject({ code: 'quotaExceeded' });
    const contents = await store.contents();
    expect(contents.live).toEqual(before.live);
    expect(contents.log).toEqual(before.log);
    await store.submit(endOf(live), uuid(500)); // there is room again: the same submission is done
    expect((await store.contents()).history.map(({ id }) => id)).toEqual([live]);
  });
});
