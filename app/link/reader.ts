/** The registry as a page reads it: straight from IndexedDB, without waking the worker. Never written from here. */

import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { CallRecord } from '../../shared/calls/record.ts';
import { SwitchhookError } from '../../shared/errors.ts';
import type { Delta } from '../../shared/link/protocol.ts';
import { DEFAULT_SETTINGS } from '../../shared/registry/decide.ts';
import { DATABASE, type RegistryStores, type StoredCall, searchWords } from '../../shared/registry/store.ts';

type Schema = RegistryStores & DBSchema;

export interface HistoryQuery {
  /** The last call of the page before: only what comes after it. Calls that ended in the same ms are told apart by id. */
  after?: Ended;
  limit: number;
  /** At most one of these filters. */
  peer?: string;
  direction?: 'incoming' | 'outgoing';
  missed?: boolean;
  /** First letters of a word of the name or the number; diacritics do not matter. */
  search?: string;
}

/** How many hits of a search are looked at: enough for several pages, the same cost whatever the size of the history. */
const SEARCH_SCAN = 400;

export class RegistryReader {
  readonly #name: string;
  #open: Promise<IDBPDatabase<Schema>> | undefined;

  constructor(name: string = DATABASE) {
    this.#name = name;
  }

  /** Everything that is live, of one revision. Call after the worker's hello: it is the worker that creates the database. */
  async snapshot(): Promise<Delta> {
    const tx = (await this.#database()).transaction(['live', 'meta']);
    const [calls, meta] = await Promise.all([tx.objectStore('live').getAll(), tx.objectStore('meta').get('registry')]);
    return {
      rev: meta?.rev ?? 0,
      calls,
      host: meta?.host ?? null,
      settings: { ...DEFAULT_SETTINGS, ...meta?.settings },
    };
  }

  async call(id: string): Promise<CallRecord | null> {
    const tx = (await this.#database()).transaction(['live', 'history']);
    return (await tx.objectStore('live').get(id)) ?? (await tx.objectStore('history').get(id)) ?? null;
  }

  /** Finished calls, newest first. */
  async history(query: HistoryQuery): Promise<CallRecord[]> {
    if (query.search) return this.#search(query.search, query);
    const tx = (await this.#database()).transaction('history');
    const { index, range } = indexOf(query);
    const found: CallRecord[] = [];
    let cursor = await tx.store.index(index).openCursor(range, 'prev');
    // The index puts calls of the same ms in the order of their ids: past those that the page before has shown.
    const last = query.after;
    if (last && cursor?.value.endedAt === last.endedAt && cursor.primaryKey >= last.id) {
      if (cursor.primaryKey > last.id) cursor = await cursor.continuePrimaryKey(cursor.key, last.id);
      if (cursor?.primaryKey === last.id) cursor = await cursor.continue();
    }
    while (cursor && found.length < query.limit) {
      found.push(cursor.value);
      cursor = await cursor.continue();
    }
    return found;
  }

  async unseen(): Promise<number> {
    return (await this.#database()).countFromIndex('history', 'unseen', 1);
  }

  close(): void {
    const open = this.#open;
    this.#open = undefined;
    open?.then((db) => db.close()).catch(() => undefined); // one that never opened has nothing to close
  }

  async #search(text: string, { after, limit }: HistoryQuery): Promise<CallRecord[]> {
    // The longest word narrows most: its hits are the ones that are looked at.
    const [first, ...rest] = searchWords(text).sort((a, b) => b.length - a.length);
    if (first === undefined) return [];
    const range = IDBKeyRange.bound(first, `${first}\uffff`);
    const hits = await (await this.#database()).getAllFromIndex('history', 'words', range, SEARCH_SCAN);
    const calls = new Map(hits.map((call) => [call.id, call]));
    const has = (call: StoredCall, word: string) => call.words.some((other) => other.startsWith(word));
    return [...calls.values()]
      .filter((call) => (!after || newestFirst(after, call) < 0) && rest.every((word) => has(call, word)))
      .sort(newestFirst)
      .slice(0, limit);
  }

  #database(): Promise<IDBPDatabase<Schema>> {
    this.#open ??= openDB<Schema>(this.#name, undefined, {
      // It does not exist yet. To open it would create it, empty and of version 1, and the worker would find it so.
      upgrade: (_db, _from, _to, tx) => {
        tx.done.catch(() => undefined); // the request fails with it, and that is heard
        tx.abort();
      },
      blocking: () => this.close(), // a newer worker migrates: let it, and open again
      terminated: () => {
        this.#open = undefined;
      },
    }).catch((cause: unknown) => {
      this.#open = undefined; // the next read tries again
      throw new SwitchhookError('storage', { reason: 'The calls cannot be read.', cause });
    });
    return this.#open;
  }
}

type HistoryIndex = 'endedAt' | 'peer' | 'direction' | 'missed';

function indexOf({ peer, direction, missed, after }: HistoryQuery): { index: HistoryIndex; range: IDBKeyRange } {
  const upTo = after?.endedAt ?? Number.MAX_SAFE_INTEGER;
  const of = (key: string | number) => IDBKeyRange.bound([key, 0], [key, upTo]);
  if (peer !== undefined) return { index: 'peer', range: of(peer) };
  if (direction !== undefined) return { index: 'direction', range: of(direction) };
  if (missed) return { index: 'missed', range: of(1) };
  return { index: 'endedAt', range: IDBKeyRange.upperBound(upTo) };
}

type Ended = Pick<CallRecord, 'id' | 'endedAt'>;

/** The order of the indexes, backwards. */
const newestFirst = (a: Ended, b: Ended): number =>
  (b.endedAt ?? 0) - (a.endedAt ?? 0) || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
