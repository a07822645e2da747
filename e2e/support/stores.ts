/** What the phone has in IndexedDB, which is the truth: read from a page, or from the worker itself. */

import type { CallRecord } from '../../shared/calls/record.ts';
import type { RegistryStores } from '../../shared/registry/store.ts';

type Name = keyof RegistryStores;
export type Stores<Wanted extends Name> = { [Each in Wanted]: RegistryStores[Each]['value'][] };

/** A page of Playwright or Puppeteer, or a worker: where a function can be run. */
export interface Evaluates {
  evaluate<T>(run: (names: Name[]) => Promise<T>, names: Name[]): Promise<T>;
}

/** Everything in some of the stores, of one moment. */
export async function storesIn<Wanted extends Name>(place: Evaluates, ...names: Wanted[]): Promise<Stores<Wanted>> {
  const contents = await place.evaluate(readAll, names);
  return Object.fromEntries(contents) as Stores<Wanted>;
}

/** The finished calls, the one that ended last first. */
export async function historyIn(place: Evaluates): Promise<CallRecord[]> {
  const { history } = await storesIn(place, 'history');
  return history.sort((one, other) => (other.endedAt ?? 0) - (one.endedAt ?? 0));
}

/** Runs there, so it uses nothing from outside itself. */
async function readAll(names: Name[]): Promise<[Name, unknown[]][]> {
  const done = <T>(request: IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const db = await done(indexedDB.open('switchhook'));
  const tx = db.transaction(names);
  const all = await Promise.all(names.map((name) => done<unknown[]>(tx.objectStore(name).getAll())));
  db.close();
  return names.map((name, index) => [name, all[index] ?? []]);
}
