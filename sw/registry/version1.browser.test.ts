/**
 * The database as version 1 left it on people's disks. The fixture was written by the registry of that version and never
 * changes; a later version adds a fixture of its own beside it.
 */

import { deleteDB } from 'idb';
import { afterEach, beforeEach, expect, it } from 'vitest';
// biome-ignore lint/style/noRestrictedImports: worker and page meet in this database, and nowhere else
import { RegistryReader } from '../../app/link/reader.ts';
import { DATABASE_VERSION } from '../../shared/registry/store.ts';
import { NOW, uuid } from '../../shared/testing/samples.ts';
import { DatabaseHandle } from './database.ts';
import fixture from './fixtures/version1.json';
import { Registry } from './registry.ts';
import { endOf, Opened, removeOpened } from './testing/opened.ts';
import { buildDatabase, describeDatabase } from './testing/versions.ts';

const MISSED = uuid(1);
const MISSED_LATER = uuid(5);
const LIVE = uuid(6);

let name: string;
let handle: DatabaseHandle;
let registry: Registry;
let reader: RegistryReader;

beforeEach(async () => {
  name = `test-${crypto.randomUUID()}`;
  await buildDatabase(name, fixture);
  handle = new DatabaseHandle(name);
  // Not long after: what is years old would go by its age with the first call that ends.
  registry = new Registry(handle, { now: () => NOW + 200_000 });
  // The worker opens first, and migrates.
  await handle.get();
  reader = new RegistryReader(name);
});

afterEach(async () => {
  handle.close();
  reader.close();
  await deleteDB(name);
  await removeOpened();
});

const submit = (input: Parameters<Opened['submit']>[0], id: string = crypto.randomUUID()) =>
  registry.submit({ id, tab: null, source: 'api', input });

it('is what the registry still makes of a new database, or the next version is due', async () => {
  const store = new Opened();
  await store.database.get();
  store.database.close();
  const { version, stores } = await describeDatabase(store.name);
  expect(version).toBe(DATABASE_VERSION);
  if (version === fixture.version) expect(stores).toEqual(fixture.stores);
});

it('is read: the live call, the history with its filters and its search, what was missed', async () => {
  const { rev, calls, host, settings } = await reader.snapshot();
  expect({ rev, host, language: settings.language }).toEqual({
    rev: fixture.records.log.length,
    host: { tab: uuid(900), epoch: 1 },
    language: 'vi',
  });
  expect(calls).toMatchObject([{ id: LIVE, state: 'active', attributes: { muted: true } }]);
  const found = async (query: object) => (await reader.history({ limit: 10, ...query })).map(({ id }) => id);
  expect(await found({})).toEqual([MISSED_LATER, uuid(4), uuid(3), uuid(2), MISSED]);
  expect(await found({ direction: 'outgoing' })).toEqual([uuid(2)]);
  expect(await found({ missed: true })).toEqual([MISSED_LATER, uuid(4), MISSED]);
  expect(await found({ peer: '103' })).toEqual([MISSED_LATER, MISSED]);
  expect(await found({ search: 'nguyen' })).toEqual([MISSED_LATER, MISSED]);
  expect(await reader.unseen()).toBe(1);
  expect(await reader.call(uuid(2))).toMatchObject({ disconnect: { response: 'local', endCode: 200 } });
});

it('is written: its live call ends, its log is known, its missed calls are seen', async () => {
  const first = fixture.records.log[0];
  if (!first) throw new Error('the fixture has no log');
  const repeat = await submit({ kind: 'claimHost' }, first.id);
  expect(repeat).toEqual({ outcome: first.outcome, delta: null });

  const late = await submit({ kind: 'command', callId: MISSED, command: { kind: 'silence' } });
  expect(late.outcome).toMatchObject({ ok: false, error: { code: 'notAllowed' } });

  const { outcome } = await submit(endOf(LIVE));
  expect(outcome).toMatchObject({ ok: true, rev: fixture.records.log.length + 2 });
  expect((await reader.snapshot()).calls).toEqual([]);
  expect((await reader.history({ limit: 1 })).map(({ id }) => id)).toEqual([LIVE]);
  expect((await (await handle.get()).get('meta', 'registry'))?.finished).toBe(fixture.records.history.length + 1);

  await submit({ kind: 'seen' });
  expect(await reader.unseen()).toBe(0);
});
