/** What pages read: the history page by page, filtered, searched, at a cost that does not grow with it. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallRecord } from '../../shared/calls/record.ts';
import { incoming, NOW, uuid, withFacts } from '../../shared/testing/samples.ts';
import { type HistoryQuery, RegistryReader } from './reader.ts';
import { finished, RegistryDatabase } from './testing/registryDatabase.ts';

let database: RegistryDatabase;
let reader: RegistryReader;

beforeEach(() => {
  database = new RegistryDatabase();
  reader = new RegistryReader(database.name);
});

afterEach(async () => {
  vi.restoreAllMocks();
  reader.close();
  await database.remove();
});

const ids = (calls: readonly CallRecord[]) => calls.map(({ id }) => id);
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n);
const named = (displayName: string, handle: string) => ({ displayName, handle, avatarUrl: null, userId: null });

/** Every page, one after another, as somebody who reads to the end. */
async function pages(query: HistoryQuery): Promise<string[][]> {
  /** More pages than any of these histories has: a reader that comes round again is found out. */
  const MOST = 50;
  const read: CallRecord[][] = [];
  while (read.length < MOST) {
    const after = read.at(-1)?.at(-1);
    const page = await reader.history(after ? { ...query, after } : query);
    if (page.length === 0) return read.map(ids);
    read.push(page);
  }
  throw new Error('the history has no end');
}

describe('the history', () => {
  it('comes newest first, page by page, without gaps or doubles', async () => {
    await database.commit(1, { over: numbers(0, 25).map((n) => finished(uuid(n), 1_000 * n)) });
    const read = await pages({ limit: 10 });
    expect(read.map(({ length }) => length)).toEqual([10, 10, 5]);
    expect(read.flat()).toEqual(numbers(0, 25).reverse().map(uuid));
  });

  it('neither loses nor doubles calls that ended in the same ms', async () => {
    // Everything that was live ends at once when a deadline or a lost host is noticed late.
    await database.commit(1, { over: numbers(0, 30).map((n) => finished(uuid(n), 1_000 * Math.floor(n / 7))) });
    const all = numbers(0, 30).reverse().map(uuid);
    for (const limit of [1, 3, 7, 10, 30]) {
      expect((await pages({ limit })).flat()).toEqual(all);
      expect((await pages({ limit, peer: '102' })).flat()).toEqual(all);
      expect((await pages({ limit, search: 'bob' })).flat()).toEqual(all);
    }
  });

  it('goes on where the page ended although that call is gone', async () => {
    await database.commit(1, { over: [1, 2, 4].map((n) => finished(uuid(n), 0)) });
    const after = finished(uuid(3), 0);
    expect(ids(await reader.history({ limit: 10, after }))).toEqual([uuid(2), uuid(1)]);
    expect(ids(await reader.history({ limit: 10, after, peer: '102' }))).toEqual([uuid(2), uuid(1)]);
  });

  it('is filtered by peer, by direction and by what was missed, page by page', async () => {
    const mai = named('Nguyễn Thị Mai', '103');
    const missed = withFacts(incoming(), { kind: 'disconnected', response: 'canceled', endCode: 487 });
    const over = numbers(0, 24).map((n) => {
      const kind: Partial<CallRecord> = n % 3 === 0 ? missed : n % 3 === 1 ? { direction: 'outgoing' } : {};
      return finished(uuid(n), n, { ...kind, id: uuid(n), endedAt: NOW + n, ...(n % 2 === 0 ? { peer: mai } : {}) });
    });
    await database.commit(1, { over });
    const matching = (keep: (n: number) => boolean) => numbers(0, 24).filter(keep).reverse().map(uuid);
    const read = async (query: Partial<HistoryQuery>) => (await pages({ limit: 5, ...query })).flat();
    expect(await read({ peer: '103' })).toEqual(matching((n) => n % 2 === 0));
    expect(await read({ direction: 'outgoing' })).toEqual(matching((n) => n % 3 === 1));
    expect(await read({ direction: 'incoming' })).toEqual(matching((n) => n % 3 !== 1));
    expect(await read({ missed: true })).toEqual(matching((n) => n % 3 === 0));
    expect(await read({ peer: '10' })).toEqual([]);
  });
});

describe('the search', () => {
  const people = [
    named('Nguyễn Thị Mai', '103'),
    named('Nguyễn Văn Đạt', '104'),
    named('Maria Nguyen', '2001'),
    named('Bob', '+84901'),
  ];
  const search = async (text: string) => ids(await reader.history({ limit: 10, search: text }));

  beforeEach(() => database.commit(1, { over: people.map((peer, n) => finished(uuid(n), n, { peer })) }));

  it.each([
    ['nguyen', [2, 1, 0]],
    ['NGUYỄN', [2, 1, 0]],
    ['dat', [1]],
    ['đạt', [1]],
    ['ma', [2, 0]],
    ['mai', [0]],
    ['10', [1, 0]],
    ['+84', [3]],
    ['nguyen ma', [2, 0]],
    ['ma ng', [2, 0]],
    ['nguyen mai 103', [0]],
    ['nguyen bob', []],
    ['guyen', []],
    ['!', []],
  ])('%s', async (text, found) => {
    expect(await search(text)).toEqual(found.map((n) => uuid(n)));
  });

  it('finds a call once although several of its words match', async () => {
    await database.commit(2, { over: [finished(uuid(9), 9, { peer: named('Anna Ann Annabel', '9') })] });
    expect(await search('ann')).toEqual([uuid(9)]);
  });
});

describe('a reader that is there before the worker', () => {
  it('creates nothing, says so, and works afterwards', async () => {
    await expect(reader.snapshot()).rejects.toMatchObject({ code: 'storage' });
    expect((await indexedDB.databases()).map(({ name }) => name)).not.toContain(database.name);
    await database.create();
    expect(await reader.snapshot()).toMatchObject({ rev: 0, calls: [] });
    await database.commit(1, { over: [finished(uuid(1), 0)] });
    expect(ids(await reader.history({ limit: 1 }))).toEqual([uuid(1)]);
    expect(await reader.call(uuid(1))).toMatchObject({ id: uuid(1) });
    expect(await reader.call(uuid(2))).toBeNull();
  });

  it('leaves no promise behind that nobody hears', async () => {
    const unheard: unknown[] = [];
    const note = (event: PromiseRejectionEvent) => {
      event.preventDefault();
      unheard.push(event.reason);
    };
    window.addEventListener('unhandledrejection', note);
    await expect(reader.snapshot()).rejects.toMatchObject({ code: 'storage' });
    await new Promise((resolve) => setTimeout(resolve)); // rejections are reported after the task that made them
    window.removeEventListener('unhandledrejection', note);
    expect(unheard).toEqual([]);
  });
});

/** Counts the records that IndexedDB hands out. */
function countRecords(): () => number {
  let count = 0;
  const note = <T>(request: IDBRequest<T>, of: (result: T) => number): IDBRequest<T> => {
    request.addEventListener('success', () => {
      count += of(request.result);
    });
    return request;
  };
  for (const prototype of [IDBIndex.prototype, IDBObjectStore.prototype]) {
    const { openCursor, getAll, get } = prototype;
    const isThere = (result: unknown) => (result ? 1 : 0);
    vi.spyOn(prototype, 'openCursor').mockImplementation(function (this: IDBIndex & IDBObjectStore, ...args) {
      return note(openCursor.apply(this, args), isThere);
    });
    vi.spyOn(prototype, 'get').mockImplementation(function (this: IDBIndex & IDBObjectStore, ...args) {
      return note(get.apply(this, args), isThere);
    });
    vi.spyOn(prototype, 'getAll').mockImplementation(function (this: IDBIndex & IDBObjectStore, ...args) {
      return note(getAll.apply(this, args), ({ length }) => length);
    });
  }
  return () => count;
}

it('touches no more records for a page of a long history than of a short one', async () => {
  const QUERIES: Partial<HistoryQuery>[] = [
    {},
    { peer: '102' },
    { direction: 'incoming' },
    { missed: true },
    { search: 'bob' },
    { search: 'bob nobody' },
  ];
  const missed = withFacts(incoming(), { kind: 'disconnected', response: 'canceled', endCode: 487 });
  const fill = (from: number, to: number) =>
    // All within the same ms but for the last ones: the page after these must not look at each of them either.
    database.commit(to, {
      over: numbers(from, to).map((n) => finished(uuid(n), n % 50, { ...missed, id: uuid(n), endedAt: NOW })),
    });
  const count = countRecords();
  const cost = async (query: Partial<HistoryQuery>) => {
    const before = count();
    const page = await reader.history({ limit: 30, ...query });
    const after = page.at(-1);
    if (after) await reader.history({ limit: 30, ...query, after });
    return count() - before;
  };
  const costs = async () => {
    const all: number[] = [];
    for (const query of QUERIES) all.push(await cost(query));
    return all;
  };
  await fill(0, 900);
  const short = await costs();
  await fill(900, 5_000);
  expect(await costs()).toEqual(short);
  expect(Math.max(...short)).toBeLessThanOrEqual(800); // two scans of a search
  expect(Math.max(...short.slice(0, 4))).toBeLessThanOrEqual(2 * 32);
});
