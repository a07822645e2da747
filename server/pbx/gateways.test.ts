import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freePort } from '../kamailio/program.ts';
import { missingForPbx } from '../kamailio/testing/missing.ts';
import { PushHarness } from '../push/testing/pushHarness.ts';
import { FakePushService } from '../push/testing/pushService.ts';
import { Harness } from '../sip/testing/harness.ts';
import { CallRecordRepository } from '../storage/callRecords.ts';
import type { DatabaseConfig } from '../storage/database.ts';
import { PbxCallRepository } from '../storage/pbxCalls.ts';
import { open, usePostgres } from '../storage/testing/databases.ts';
import type { PbxFacts } from './facts.ts';
import { TestPbx } from './testing/testPbx.ts';

/** Milliseconds: two gateways and a PostgreSQL, on a machine that does other things. */
const TIMEOUT = 60_000;
const POLL = { timeout: 10_000 };
const FAST = { pushResendMs: 100, pushResendMaxMs: 100, pbxLeaseMs: 600, pbxTendMs: 100 };

const { isLeftOut, hint } = missingForPbx();
// Skipped only where PostgreSQL is not installed, and never in CI.
describe.skipIf(isLeftOut)(`two gateways on one database${hint}`, { timeout: TIMEOUT }, () => {
  const emptyDatabase = usePostgres();
  let config: DatabaseConfig;
  let pbx: TestPbx;
  let service: FakePushService;
  let one: PushHarness;
  let other: PushHarness;

  beforeEach(async () => {
    pbx = await TestPbx.start();
    service = new FakePushService();
    config = await emptyDatabase();
    const settings = { ...config, limits: FAST, pbx: pbx.config, push: { send: service.send } };
    one = PushHarness.over(await Harness.start(settings), service);
    other = PushHarness.over(await Harness.start(settings), service);
  }, TIMEOUT);
  afterEach(async () => {
    await Promise.all([one.stop(), other.stop()]);
    await pbx.stop();
  }, TIMEOUT);

  const invite = (callId: string) => ({ event: 'invite', callId, to: '102', from: '101', live: '-' });
  const tell = (gateway: PushHarness, event: Record<string, string>) => pbx.tell(gateway.harness.board.url, event);

  test('wake a device once, whichever is told, and how often', async () => {
    const hung = await one.sleeper('102');
    const callId = randomUUID();
    const answers = await Promise.all([one, other, one, other].map((gateway) => tell(gateway, invite(callId))));
    // The gateway that has the call answers for all: one device is on its way.
    expect(answers).toEqual(answers.map(() => ({ status: 200, body: 'expected=1' })));
    const { ring } = await service.expectRing(hung.device, 3);
    const rings = service.to(hung.device).map(({ payload }) => payload.eventId);
    expect(new Set(rings)).toEqual(new Set([ring.eventId]));
  });

  test.each([
    ['ringing', '/calls/ringing', {}],
    ['answer', '/calls/claim', {}],
    ['decline', '/calls/decline', { everywhere: true }],
  ])('pass on what a worker says to the wrong one: %s', async (what, path, body) => {
    const hung = await one.sleeper('102');
    const callId = randomUUID();
    expect(await tell(one, invite(callId))).toEqual({ status: 200, body: 'expected=1' });
    const { ring } = await service.expectRing(hung.device);
    expect(await other.respond(ring, what, body)).toMatchObject({ status: 200 });
    expect(await pbx.order(path)).toMatchObject({ callId, extension: '102' });
  });

  test('end a call at the one that has it, wherever its end was told', async () => {
    const hung = await one.sleeper('102');
    const callId = randomUUID();
    await tell(one, invite(callId));
    await service.expectRing(hung.device);
    expect(await tell(other, { event: 'cancel', callId })).toMatchObject({ status: 200 });
    await service.expect(hung.device, 'cancel');
    expect(one.harness.board.stats.pushRings).toBe(0);
    expect(await other.harness.board.callRecords(callId)).toMatchObject([{ finalCode: 487 }]);
  });

  test('go on with a call when the one that has it stops: its devices ring, and their tokens hold', async () => {
    const hung = await one.sleeper('102');
    const callId = randomUUID();
    await tell(one, invite(callId));
    const { ring } = await service.expectRing(hung.device);
    await one.stop();
    await expect.poll(() => other.harness.board.stats.pushRings, POLL).toBe(1);
    expect(await other.respond(ring, 'answer')).toMatchObject({ status: 200, state: 'claimed' });
    expect(await pbx.order('/calls/claim')).toMatchObject({ callId, instance: `urn:uuid:${hung.device}` });
  });

  describe('and one that was killed', () => {
    /** What it leaves behind: the row of a call, at an address where nobody listens. */
    const leaveBehind = async (callId: string, leaseMs: number) => {
      const db = await open(config);
      const now = Date.now();
      const recordId = await new CallRecordRepository(db).started({
        callId,
        caller: '101',
        callee: '102',
        startedAt: now,
      });
      const times = { createdAt: now, expiresAt: now + 45_000 };
      const facts: PbxFacts = { from: '101', to: '102', video: false, ...times, recordId, claimed: false };
      const owner = { id: randomUUID(), url: `http://127.0.0.1:${await freePort()}` };
      const row = { callId, ringId: randomUUID(), owner, facts: JSON.stringify(facts) };
      await new PbxCallRepository(db).open(row, now, now + leaseMs);
      await db.destroy();
    };

    test('have its call when its lease is over: one of them wakes the device', async () => {
      const hung = await one.sleeper('102');
      const callId = randomUUID();
      await leaveBehind(callId, 0);
      const { ring } = await service.expectRing(hung.device, 2);
      const { eventId } = ring;
      expect(service.to(hung.device).every(({ payload }) => payload.eventId === eventId)).toBe(true);
      expect(one.harness.board.stats.pushRings + other.harness.board.stats.pushRings).toBe(1);
      expect(await other.respond(ring, 'decline', { everywhere: true })).toMatchObject({ status: 200 });
      expect(await pbx.order('/calls/decline')).toMatchObject({ callId });
    });

    test('have it at once when they are told of it', async () => {
      const hung = await one.sleeper('102');
      const callId = randomUUID();
      await leaveBehind(callId, 60_000);
      await tell(one, { event: 'failed', callId, status: '486' });
      await expect.poll(() => one.harness.board.callRecords(callId), POLL).toMatchObject([{ finalCode: 486 }]);
      // It was rung on the way: whoever takes a call over cannot know that it is about to end.
      await service.expect(hung.device, 'cancel');
    });
  });

  test('refuse who does not have the secret, and what they cannot read', async () => {
    const url = one.harness.board.url;
    expect(await pbx.tell(url, invite('a'), 'a-secret-that-somebody-made-up')).toMatchObject({ status: 403 });
    expect(await pbx.tell(url, { event: 'explode', callId: 'a' })).toMatchObject({ status: 400 });
    expect(await pbx.tell(url, { ...invite('a'), to: 'Robert"); drop table' })).toMatchObject({ status: 400 });
    expect(await pbx.tell(url, { ...invite('a'.repeat(256)) })).toMatchObject({ status: 400 });
    expect(pbx.orders).toEqual([]);
  });
});
