import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Harness } from './sip/testing/harness.ts';
import { type Database, openDatabase } from './storage/database.ts';

const DAY_SECONDS = 86_400;
const SWEEP_MS = 20;
/** Long enough to log in and to connect, short enough to be waited for. */
const SESSION_SECONDS = 2;
/** Milliseconds, on a machine that has other things to do. */
const TEST_MS = 30_000;
const POLL = { timeout: 10_000 };

vi.setConfig({ testTimeout: TEST_MS });

let harness: Harness;
let db: Database;
let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'switchhook-'));
  harness = await Harness.start({
    dataDir,
    sessionDays: SESSION_SECONDS / DAY_SECONDS,
    limits: { sweepMs: SWEEP_MS, lockOutSeconds: SESSION_SECONDS },
  });
  db = await openDatabase({ dataDir }, (error) => expect.fail(error.message));
});
afterEach(async () => {
  await db.destroy();
  await harness.stop();
  await rm(dataDir, { recursive: true });
});

const rows = async (table: 'sessions' | 'sip_credentials' | 'login_failures'): Promise<number> =>
  (await db.selectFrom(table).selectAll().execute()).length;

test('a session that has run out takes its sockets, its row and its SIP credentials with it', async () => {
  const cookie = await harness.logIn('101');
  const mai = await harness.phone('101', { cookie, register: false });
  expect([await rows('sessions'), await rows('sip_credentials')]).toEqual([1, 1]);
  expect(await mai.closed).toEqual({ code: 1008, reason: 'notLoggedIn' });
  expect((await harness.fetch('/api/session', { cookie })).status).toBe(401);
  await expect.poll(() => rows('sessions'), POLL).toBe(0);
  expect(await rows('sip_credentials')).toBe(0);
});

test('wrong passwords are forgotten after the lock-out', async () => {
  await harness.fetch('/api/login', { method: 'POST', body: { username: 'nobody', password: 'guess' } });
  expect(await rows('login_failures')).toBe(1);
  await expect.poll(() => rows('login_failures'), POLL).toBe(0);
});
