import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDemoAccounts, demoAccounts } from '../accounts/demo.ts';
import { AccountRepository, type NewAccount } from './accounts.ts';
import { CallRecordRepository } from './callRecords.ts';
import type { Database, DatabaseConfig } from './database.ts';
import { type ConfirmedDialog, LiveCallRepository } from './liveCalls.ts';
import { LoginFailureRepository } from './loginFailures.ts';
import { PushSubscriptionRepository } from './pushSubscriptions.ts';
import { ServerKeyRepository } from './serverKeys.ts';
import { SessionRepository } from './sessions.ts';
import { SipCredentialsRepository } from './sipCredentials.ts';
import { describeOnBoth, open } from './testing/databases.ts';

/** Milliseconds since the epoch in 2026: larger than 32 bits, which `integer` would not hold. */
const NOW = 1_780_000_000_000;
const DAY = 86_400_000;

const mai: NewAccount = {
  id: randomUUID(),
  username: 'Mai',
  extension: '101',
  displayName: 'Nguyễn Thị Mai',
  avatarUrl: null,
  passwordHash: 'scrypt$…',
  demo: false,
  createdAt: NOW,
};
const demo: NewAccount = { ...mai, id: randomUUID(), username: 'demo', extension: '102', demo: true };

describeOnBoth(({ config: emptyDatabase }) => {
  let config: DatabaseConfig;
  let db: Database;
  beforeEach(async () => {
    config = await emptyDatabase();
    db = await open(config);
  });
  afterEach(() => db.destroy());

  const startSession = async (accountId: string, expiresAt = NOW + DAY): Promise<string> => {
    const id = randomUUID();
    const session = { id, accountId, expiresAt, tokenHash: `hash of ${id}`, createdAt: NOW };
    await new SessionRepository(db).insert(session);
    return id;
  };

  describe('accounts', () => {
    test('are found by name in any case, id and extension, and listed by extension', async () => {
      const accounts = new AccountRepository(db, { demo: true });
      await accounts.insert(demo);
      await accounts.insert(mai);
      expect(await accounts.byUsername('MAI')).toMatchObject({ id: mai.id, displayName: 'Nguyễn Thị Mai' });
      expect(await accounts.byId(mai.id)).toMatchObject({ extension: '101' });
      expect(await accounts.byExtension('102')).toMatchObject({ id: demo.id });
      expect((await accounts.list()).map(({ extension }) => extension)).toEqual(['101', '102']);
      await expect(accounts.insert({ ...mai, id: randomUUID(), username: 'other' })).rejects.toThrow(/unique/iu);
    });

    test('of demos do not exist where they may not', async () => {
      const accounts = new AccountRepository(db, { demo: false });
      await accounts.insert(demo);
      expect(await accounts.byExtension('102')).toBeUndefined();
      expect(await accounts.list()).toEqual([]);
    });

    test('of demos are made once, whoever starts at the same time', async () => {
      const accounts = new AccountRepository(db, { demo: true });
      await Promise.all([createDemoAccounts(accounts, 16), createDemoAccounts(accounts, 16)]);
      expect(await accounts.list()).toHaveLength(demoAccounts.length);
    });
  });

  describe('sessions', () => {
    test('run out, and take credentials and subscriptions with them', async () => {
      await new AccountRepository(db, { demo: false }).insert(mai);
      const sessionId = await startSession(mai.id, NOW + 10);
      const sessions = new SessionRepository(db);
      const found = { id: sessionId, accountId: mai.id, expiresAt: NOW + 10 };
      expect(await sessions.byTokenHash(`hash of ${sessionId}`, NOW)).toEqual(found);
      expect(await sessions.byTokenHash(`hash of ${sessionId}`, NOW + 10)).toBeUndefined();
      const credentials = new SipCredentialsRepository(db, { demo: false });
      await credentials.replace(credentialsOf('101.a', 'a', sessionId));
      const subscriptions = new PushSubscriptionRepository(db);
      await subscriptions.put(subscriptionOf('a', sessionId), NOW, 10);
      expect(await subscriptions.ofAccount(mai.id, NOW)).toHaveLength(1);
      expect(await subscriptions.ofAccount(mai.id, NOW + 10)).toEqual([]);
      await sessions.deleteExpired(NOW + 10);
      expect(await credentials.find('101.a', NOW)).toBeUndefined();
      expect(await subscriptions.ofAccount(mai.id, NOW)).toEqual([]);
    });
  });

  describe('SIP credentials', () => {
    const credentials = () => new SipCredentialsRepository(db, { demo: false });
    beforeEach(() => new AccountRepository(db, { demo: false }).insert(mai));

    test('speak for one device of one account, the latest ones only', async () => {
      const sessionId = await startSession(mai.id);
      await credentials().replace(credentialsOf('101.a', 'a', sessionId, 'first'));
      await credentials().replace(credentialsOf('101.a', 'a', sessionId, 'second'));
      const identity = { accountId: mai.id, extension: '101', displayName: 'Nguyễn Thị Mai', device: 'a' };
      expect(await credentials().find('101.a', NOW)).toEqual({ identity, ha1: 'second' });
      await credentials().removeDevice(mai.id, 'a');
      expect(await credentials().find('101.a', NOW)).toBeUndefined();
    });

    test('asked for by several tabs at once leave one pair that works', async () => {
      const sessionId = await startSession(mai.id);
      const asked = Array.from({ length: 8 }, (_, n) => `ha1 ${n}`);
      await Promise.all(asked.map((ha1) => credentials().replace(credentialsOf('101.a', 'a', sessionId, ha1))));
      expect(asked).toContain((await credentials().find('101.a', NOW))?.ha1);
    });
  });

  describe('push subscriptions', () => {
    const subscriptions = () => new PushSubscriptionRepository(db);
    let sessionId: string;
    beforeEach(async () => {
      await new AccountRepository(db, { demo: false }).insert(mai);
      sessionId = await startSession(mai.id);
    });
    const devices = async (): Promise<string[]> =>
      (await subscriptions().ofAccount(mai.id, NOW)).map(({ device }) => device).sort();

    test('are one per device, and one per endpoint', async () => {
      await subscriptions().put(subscriptionOf('a', sessionId, 'https://push.example/1'), NOW, 10);
      await subscriptions().put(subscriptionOf('a', sessionId, 'https://push.example/2'), NOW, 10);
      await subscriptions().put(subscriptionOf('b', sessionId, 'https://push.example/2'), NOW, 10);
      expect(await devices()).toEqual(['b']);
      await subscriptions().removeEndpoint('https://push.example/2');
      expect(await devices()).toEqual([]);
    });

    test('are kept up to a number, also when they come at once', async () => {
      const names = Array.from({ length: 8 }, (_, n) => `device ${n}`);
      const put = (device: string, n: number) =>
        subscriptions().put(subscriptionOf(device, sessionId, `https://push.example/${device}`), NOW + n, 3);
      await Promise.all(names.map(put));
      expect(await devices()).toHaveLength(3);
      await put('latest', 100);
      expect(await devices()).toContain('latest');
    });

    test('and credentials make the list of devices, the latest first', async () => {
      await subscriptions().put(subscriptionOf('a', sessionId), NOW, 10);
      await new SipCredentialsRepository(db, { demo: false }).replace(credentialsOf('101.b', 'b', sessionId));
      expect(await subscriptions().devices(mai.id)).toEqual([
        { device: 'b', name: '', push: false, lastSeen: NOW + 1 },
        { device: 'a', name: 'Firefox on Linux', push: true, lastSeen: NOW },
      ]);
    });
  });

  test('call records: times are numbers, and a call that nobody answered is missed', async () => {
    await new AccountRepository(db, { demo: false }).insert(mai);
    const records = new CallRecordRepository(db);
    const start = { callId: 'one', caller: '101', callee: '102', startedAt: NOW };
    await records.failed(await records.started(start), 480, NOW + 5);
    await records.answered(await records.started({ ...start, callId: 'two' }), NOW + 1);
    await records.hungUp('two', '102', NOW + 9);
    const ended = { caller: '101', callee: '102', startedAt: NOW, endedAt: NOW + 9 };
    expect(await records.byCallId('two')).toEqual([{ ...ended, callId: 'two', answeredAt: NOW + 1, finalCode: 200 }]);
    const peer = { handle: '101', displayName: 'Nguyễn Thị Mai', avatarUrl: null, userId: mai.id };
    expect(await records.missed('102', 0, 10)).toEqual([{ callId: 'one', peer, createdAt: NOW, endedAt: NOW + 5 }]);
    expect(await records.missed('102', NOW + 5, 10)).toEqual([]);
  });

  describe('live calls', () => {
    const hung: NewAccount = { ...mai, id: randomUUID(), username: 'hung', extension: '102', displayName: 'Hùng' };
    const alice: NewAccount = { ...mai, id: randomUUID(), username: 'alice', extension: '103' };
    const live = () => new LiveCallRepository(db);
    const party = ({ id: account }: NewAccount, device: string | null) => {
      return { account, device, tag: `tag of ${device}`, target: `sip:${device}` };
    };
    const dialog = (callId: string, changes: Partial<ConfirmedDialog> = {}): ConfirmedDialog => {
      const parties = { caller: party(mai, 'a'), callee: party(hung, 'h') };
      return { callId, ...parties, replaced: null, expiresAt: NOW + DAY, ...changes };
    };
    const ids = async ({ id }: NewAccount, device = 'x', now = NOW) =>
      (await live().elsewhere(id, device, now)).map(({ callId }) => callId);

    beforeEach(async () => {
      const accounts = new AccountRepository(db, { demo: false });
      for (const account of [mai, hung, alice]) await accounts.insert(account);
    });

    test('are told to the other devices of either side, and to nobody else', async () => {
      await live().confirmed(dialog('one'), NOW);
      const far = { ...party(hung, 'h'), extension: '102', displayName: 'Hùng' };
      expect(await live().elsewhere(mai.id, 'x', NOW)).toEqual([
        expect.objectContaining({ callId: 'one', direction: 'outgoing', far, answeredAt: NOW }),
      ]);
      expect(await live().elsewhere(hung.id, 'x', NOW)).toMatchObject([
        { direction: 'incoming', mine: { device: 'h' } },
      ]);
      expect([await ids(mai, 'a'), await ids(hung, 'h'), await ids(alice)]).toEqual([[], [], []]);
    });

    test('are not those that nobody could take', async () => {
      await live().confirmed(dialog('with myself', { callee: party(mai, 'b') }), NOW);
      await live().confirmed(dialog('out of reach', { callee: { ...party(hung, 'h'), target: null } }), NOW);
      await live().confirmed(dialog('no device', { caller: party(mai, null) }), NOW + 1);
      expect(await ids(mai)).toEqual([]);
      expect(await ids(hung)).toEqual(['no device', 'out of reach']);
    });

    test('run out unless a party refreshes them, and go with an account', async () => {
      await live().confirmed(dialog('one', { expiresAt: NOW + 10 }), NOW);
      await live().refreshed('one', alice.id, NOW + DAY);
      expect([await ids(mai, 'x', NOW + 9), await ids(mai, 'x', NOW + 10)]).toEqual([['one'], []]);
      await live().refreshed('one', hung.id, NOW + 20);
      await live().deleteExpired(NOW + 10);
      expect(await ids(mai, 'x', NOW + 19)).toEqual(['one']);
      await live().deleteExpired(NOW + 20);
      expect(await ids(mai)).toEqual([]);
      await live().confirmed(dialog('two'), NOW);
      await new AccountRepository(db, { demo: false }).remove(hung.id);
      expect(await ids(mai)).toEqual([]);
    });

    test('end when a party says so: by BYE, or because there is nothing to take', async () => {
      await live().confirmed(dialog('one'), NOW);
      expect(await live().hungUp('one', alice.id)).toBe('one');
      expect(await ids(mai)).toEqual(['one']);
      expect(await live().hungUp('one', hung.id)).toBe('one');
      expect(await ids(mai)).toEqual([]);
      await live().confirmed(dialog('two'), NOW);
      await live().gone('two', alice.id, 'x');
      await live().gone('two', mai.id, 'a'); // it has it itself, and may yet get it
      expect(await ids(mai)).toEqual(['two']);
      await live().gone('two', mai.id, 'x');
      expect(await ids(mai)).toEqual([]);
    });

    test('that are taken up, and again, are the one that they began with', async () => {
      await live().confirmed(dialog('one'), NOW);
      await live().confirmed(dialog('two', { caller: party(mai, 'b'), replaced: 'one' }), NOW + 5);
      const back = { caller: party(hung, 'i'), callee: party(mai, 'b') };
      await live().confirmed(dialog('three', { ...back, replaced: 'two' }), NOW + 9);
      expect(await live().elsewhere(mai.id, 'x', NOW)).toMatchObject([{ callId: 'three', answeredAt: NOW }]);
      expect([await live().hungUp('one', hung.id), await live().hungUp('three', mai.id)]).toEqual([null, 'one']);
    });

    test('that are handed on to somebody else are a call of theirs', async () => {
      await live().confirmed(dialog('one'), NOW);
      await live().confirmed(dialog('two', { caller: party(alice, 'c'), replaced: 'one' }), NOW + 5);
      expect([await ids(mai), await ids(alice), await ids(hung)]).toEqual([[], ['two'], ['two']]);
      expect(await live().hungUp('two', alice.id)).toBe('two');
    });

    test('are not ended or taken by strangers who know their ids', async () => {
      await live().confirmed(dialog('one'), NOW);
      const strangers = { caller: party(alice, 'c'), callee: party(alice, 'd') };
      await live().confirmed(dialog('two', { ...strangers, replaced: 'one' }), NOW);
      await live().confirmed(dialog('one', strangers), NOW);
      expect([await ids(mai), await ids(hung), await ids(alice)]).toEqual([['one'], ['one'], []]);
    });

    test('are kept up to a number, the latest ones', async () => {
      for (let n = 0; n < 40; n += 1) await live().confirmed(dialog(`call ${n}`), NOW + n);
      const kept = await ids(mai);
      expect([kept.length, kept[0], await ids(hung)]).toEqual([32, 'call 39', kept]);
    });
  });

  test('wrong passwords are counted, cleared, and swept', async () => {
    const failures = new LoginFailureRepository(db);
    await failures.put('mai', { failures: 1, lastAt: NOW, lockedUntil: 0 });
    await failures.put('mai', { failures: 2, lastAt: NOW + 1, lockedUntil: NOW + 9 });
    expect(await failures.get('mai')).toEqual({ failures: 2, lastAt: NOW + 1, lockedUntil: NOW + 9 });
    await failures.deleteBefore(NOW + 5);
    expect(await failures.get('mai')).toBeDefined();
    await failures.deleteBefore(NOW + 10);
    expect(await failures.get('mai')).toBeUndefined();
  });

  test('keys are the same for all who ask at once', async () => {
    const keys = new ServerKeyRepository(db);
    const made = await Promise.all(Array.from({ length: 8 }, (_, n) => keys.getOrMake('key', () => `key ${n}`)));
    expect(new Set(made).size).toBe(1);
  });

  test('a database that a later version wrote is refused', async () => {
    await sql`insert into kysely_migration (name, timestamp) values ('9999_later', '2030')`.execute(db);
    await expect(open(config)).rejects.toMatchObject({ code: 'schemaTooNew' });
  });
});

function credentialsOf(authUser: string, device: string, sessionId: string, ha1 = 'ha1') {
  return { authUser, accountId: mai.id, device, sessionId, ha1, createdAt: NOW + 1 };
}

function subscriptionOf(device: string, sessionId: string, endpoint = 'https://push.example/1') {
  const subscription = { endpoint, keys: { p256dh: 'p', auth: 'a' } };
  return { accountId: mai.id, device, sessionId, subscription, origin: 'https://us.example', name: 'Firefox on Linux' };
}
