import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freePort } from '../kamailio/program.ts';
import type { Limits } from '../limits.ts';
import { PushHarness } from '../push/testing/pushHarness.ts';
import { FakePushService } from '../push/testing/pushService.ts';
import { Harness } from '../sip/testing/harness.ts';
import type { Database, DatabaseConfig } from '../storage/database.ts';
import { PbxCallRepository } from '../storage/pbxCalls.ts';
import { open, useDirectories } from '../storage/testing/databases.ts';
import type { PbxFacts } from './facts.ts';
import { TestPbx } from './testing/testPbx.ts';

/** Milliseconds, on a machine that does other things too. */
const POLL = { timeout: 10_000 };
const RING_MS = 45_000;

const emptyDatabase = useDirectories();
let config: DatabaseConfig;
let db: Database;
let pbx: TestPbx;
let service: FakePushService;
const running: PushHarness[] = [];

beforeEach(async () => {
  pbx = await TestPbx.start();
  service = new FakePushService();
  config = await emptyDatabase();
  db = await open(config);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((gateway) => gateway.stop()));
  await db.destroy();
  await pbx.stop();
});

async function gateway(limits: Partial<Limits>): Promise<PushHarness> {
  const settings = { ...config, limits, pbx: pbx.config, push: { send: service.send } };
  const started = PushHarness.over(await Harness.start(settings), service);
  running.push(started);
  return started;
}

/** What a gateway that is gone has left behind: a call whose lease is over. */
async function leaveBehind(facts: object, leaseUntil = 0): Promise<string> {
  const callId = randomUUID();
  const owner = { id: randomUUID(), url: `http://127.0.0.1:${await freePort()}` };
  const row = { callId, ringId: randomUUID(), owner, facts: JSON.stringify(facts) };
  await new PbxCallRepository(db).open(row, Date.now(), leaseUntil);
  return callId;
}

const rings = ({ harness }: PushHarness): number => harness.board.stats.pushRings;
const rows = async (): Promise<string[]> =>
  (await db.selectFrom('pbx_calls').select('call_id').execute()).map((row) => row.call_id);

test('a gateway that was silent for too long leaves the call to the one that has taken it', async () => {
  const silent = await gateway({ pbxLeaseMs: 1, pbxTendMs: 2000 });
  await silent.sleeper('102');
  const other = await gateway({ pbxLeaseMs: 60_000, pbxTendMs: 20 });
  await pbx.tell(silent.harness.board.url, {
    event: 'invite',
    callId: randomUUID(),
    to: '102',
    from: '101',
    live: '-',
  });
  expect(rings(silent)).toBe(1);
  await expect.poll(() => rings(other), POLL).toBe(1);
  await expect.poll(() => rings(silent), POLL).toBe(0);
  expect(rings(other)).toBe(1);
});

describe('of the calls that a gateway has left behind', () => {
  const facts = (begun: number): PbxFacts => {
    const times = { createdAt: begun, expiresAt: begun + RING_MS };
    return { from: '101', to: '102', video: false, ...times, recordId: randomUUID(), claimed: false };
  };

  test('one that cannot be read keeps nobody from the others, and is removed', async () => {
    const one = await gateway({ pbxTendMs: 20 });
    const hung = await one.sleeper('102');
    await leaveBehind({ written: 'by somebody else' });
    const callId = await leaveBehind(facts(Date.now()));
    expect((await service.expectRing(hung.device)).ring.callId).toBe(callId);
    await expect.poll(rows, POLL).toEqual([callId]);
  });

  test('none is moved by a worker whose token is not one of it', async () => {
    const one = await gateway({});
    await one.sleeper('102');
    const callId = await leaveBehind(facts(Date.now()), Date.now() + RING_MS);
    const path = `/api/calls/${callId}/answer`;
    const headers = { authorization: 'Bearer made.up.by.somebody' };
    const answer = await one.harness.fetch(path, { method: 'POST', headers, body: {} });
    expect(answer.status).toBe(403);
    expect(rings(one)).toBe(0);
  });

  test('one that nobody waits for any more rings nowhere', async () => {
    const one = await gateway({ pbxTendMs: 20 });
    const hung = await one.sleeper('102');
    await leaveBehind(facts(Date.now() - 3_600_000));
    await expect.poll(rows, POLL).toEqual([]);
    expect(service.to(hung.device)).toEqual([]);
  });
});
