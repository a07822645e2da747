/**
 * What the switchboard says about a call, in any order, often twice, late, and by clocks that differ, through the whole worker and
 * a real database: it rings once while it is to ring, never after the end, and every push shows something.
 */

import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../shared/registry/decide.ts';
import {
  type Delivery,
  deliveries,
  Expected,
  LINE,
  localNow,
  payloadOf,
  RING,
  type Skew,
  skews,
  submissionBySocket,
} from '../../shared/testing/pushes.ts';
import { removeOpened } from '../registry/testing/opened.ts';
import { PushWorker } from './testing/pushWorker.ts';

afterEach(removeOpened);

const ORDERS = 10_000;
/** Workers at a time, each with its share: IndexedDB is in another process, and has one database per worker to do. */
const WORKERS = 4;
/** Any; the same each time, so that what fails today fails tomorrow. */
const SEED = 20_26;
/** ms; it takes two minutes on two cores that have other things to do. */
const MANY = 600_000;

const STORES = ['live', 'history', 'wakeups', 'outbox', 'log', 'meta'] as const;

/** A device as new, with its clock as it was measured. */
async function renew({ store, list }: PushWorker, clockOffset: number): Promise<void> {
  const tx = (await store.database.get()).transaction(STORES, 'readwrite', { durability: 'relaxed' });
  const settings = { ...DEFAULT_SETTINGS, line: LINE, clockOffset };
  await Promise.all([
    ...STORES.map((name) => tx.objectStore(name).clear()),
    tx.objectStore('meta').put({ key: 'registry', rev: 0, host: null, settings, finished: 0 }),
    tx.done,
  ]);
  for (const shown of list.all) shown.close();
}

async function deliver(worker: PushWorker, delivery: Delivery, skew: Skew): Promise<void> {
  const payload = payloadOf(delivery);
  if (payload) {
    await worker.push(payload);
    expect(worker.list.all.length, 'something that can be seen').toBeGreaterThan(0);
    return;
  }
  await worker.core.submit(submissionBySocket(delivery, skew, () => crypto.randomUUID()));
  await worker.core.reconciler.reconcile();
}

/** Those that come at the same moment come at once, as the browser gives them. */
const moments = (all: readonly Delivery[]): Delivery[][] =>
  [...new Set(all.map(({ at }) => at))].map((moment) => all.filter(({ at }) => at === moment));

async function obeys(worker: PushWorker, all: readonly Delivery[], skew: Skew): Promise<void> {
  await renew(worker, skew.measured);
  const expected = new Expected();
  for (const together of moments(all)) {
    const at = together[0]?.at ?? 0;
    worker.store.now = localNow(at, skew);
    await Promise.all(together.map((delivery) => deliver(worker, delivery, skew)));
    for (const delivery of together) expected.note(delivery);
    const wanted = expected.rings(at);
    const { rings } = worker.list;
    if (wanted === null) expect(rings).toBeLessThanOrEqual(1);
    else expect(rings, `rings ${at} ms after the call began`).toBe(wanted);
  }
  worker.store.now = Math.max(worker.store.now, localNow(RING + 1_000, skew));
  await worker.core.reconcileDue();
  expect(worker.list.rings, 'rings when all is over').toBe(0);
  expect(worker.reported).toEqual([]);
}

it(
  `${ORDERS} random orders: one ring while it rings, none after the end, always something to see`,
  async () => {
    const share = async (_: unknown, index: number) => {
      const worker = await PushWorker.loggedIn();
      const property = fc.asyncProperty(deliveries, skews, async (all, skew) => {
        worker.store.now = localNow(0, skew);
        await worker.store.submit({ kind: 'configure', settings: { clockOffset: skew.measured } });
        await obeys(worker, all, skew);
      });
      await fc.assert(property, { numRuns: ORDERS / WORKERS, seed: SEED + index });
    };
    await Promise.all(Array.from({ length: WORKERS }, share));
  },
  MANY,
);
