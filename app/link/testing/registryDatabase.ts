/** A database of its own for a test, with the schema that the worker gives it and the calls that the test says. */

import { deleteDB } from 'idb';
import type { CallRecord } from '../../../shared/calls/record.ts';
import { DEFAULT_SETTINGS } from '../../../shared/registry/decide.ts';
import { stored } from '../../../shared/registry/store.ts';
import { callIn, NOW } from '../../../shared/testing/samples.ts';
// biome-ignore lint/style/noRestrictedImports: the schema is the worker's, and a copy of it would prove nothing
import { DatabaseHandle } from '../../../sw/registry/database.ts';

export class RegistryDatabase {
  readonly name = `test-${crypto.randomUUID()}`;
  readonly #handle = new DatabaseHandle(this.name);

  /** As the worker does at its first hello. */
  async create(): Promise<void> {
    await this.#handle.get();
  }

  /** One revision: these calls are live, and these over. */
  async commit(rev: number, { live = [], over = [] }: { live?: readonly CallRecord[]; over?: readonly CallRecord[] }) {
    const tx = (await this.#handle.get()).transaction(['live', 'history', 'meta'], 'readwrite');
    const writes: Promise<unknown>[] = [
      ...live.map((call) => tx.objectStore('live').put(call)),
      ...over.flatMap((call) => [tx.objectStore('live').delete(call.id), tx.objectStore('history').put(stored(call))]),
      tx.objectStore('meta').put({ key: 'registry', rev, host: null, settings: DEFAULT_SETTINGS, finished: 0 }),
    ];
    await Promise.all([...writes, tx.done]);
  }

  async remove(): Promise<void> {
    this.#handle.close();
    await deleteDB(this.name);
  }
}

/** A finished call; `ms` after the first. */
export function finished(id: string, ms: number, changes: Partial<CallRecord> = {}): CallRecord {
  return { ...callIn('disconnected'), id, endedAt: NOW + ms, unseen: false, ...changes };
}
