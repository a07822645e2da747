/** The connection: newer versions, and what the browser does to it. */

import { deleteDB, openDB, unwrap } from 'idb';
import { afterEach, expect, it } from 'vitest';
import { DATABASE_VERSION } from '../../shared/registry/store.ts';
import { Opened, removeOpened, ringing } from './testing/opened.ts';

afterEach(removeOpened);

it('a newer version that has been here is said, every time, and its data are left alone', async () => {
  const store = new Opened();
  const newer = await openDB(store.name, DATABASE_VERSION + 1, { upgrade: (db) => void db.createObjectStore('new') });
  newer.close();
  await expect(store.database.get()).rejects.toMatchObject({ code: 'schemaTooNew' });
  await expect(store.submit(ringing())).rejects.toMatchObject({ code: 'schemaTooNew' });
  const still = await openDB(store.name);
  expect({ version: still.version, stores: [...still.objectStoreNames] }).toEqual({
    version: DATABASE_VERSION + 1,
    stores: ['new'],
  });
  still.close();
});

it('lets go when a newer version waits for it', async () => {
  const store = new Opened();
  await store.submit(ringing());
  const newer = await openDB(store.name, DATABASE_VERSION + 1); // for ever pending where it does not
  expect(await newer.count('live')).toBe(1);
  newer.close();
  await expect(store.submit(ringing())).rejects.toMatchObject({ code: 'schemaTooNew' });
});

it('opens again after it has let go', async () => {
  const store = new Opened();
  const before = await store.database.get();
  await deleteDB(store.name);
  expect((await store.submit(ringing())).outcome).toMatchObject({ ok: true, rev: 1 });
  expect(await store.database.get()).not.toBe(before);
});

it('opens again after the browser has closed it', async () => {
  const store = new Opened();
  await store.submit(ringing());
  const before = unwrap(await store.database.get());
  // What a browser does when its storage goes away: the connection is closed, and then `close` is fired. Only it can close
  // one by force, and it does so for the whole origin, so the two steps are taken here.
  before.close();
  before.dispatchEvent(new Event('close'));
  expect((await store.submit({ kind: 'claimHost' })).outcome).toMatchObject({ ok: true, rev: 2 });
});

it('tries again after it could not be opened', async () => {
  const store = new Opened();
  const newer = await openDB(store.name, DATABASE_VERSION + 1);
  newer.close();
  await expect(store.database.get()).rejects.toMatchObject({ code: 'schemaTooNew' });
  await deleteDB(store.name);
  expect((await store.submit(ringing())).outcome).toMatchObject({ ok: true, rev: 1 });
});
