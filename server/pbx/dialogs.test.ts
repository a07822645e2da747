/** What a PBX tells of the calls that are going on: what is kept, for how long, and what is refused. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Harness } from '../sip/testing/harness.ts';
import { AccountRepository } from '../storage/accounts.ts';
import { MEMORY } from '../storage/database.ts';
import { LiveCallRepository } from '../storage/liveCalls.ts';
import { open } from '../storage/testing/databases.ts';
import { PbxDialogs } from './dialogs.ts';
import { TestPbx } from './testing/testPbx.ts';

const [MAI_DEVICE, HUNG_DEVICE] = [randomUUID(), randomUUID()];
const gruu = (extension: string, device: string) => `sip:${extension}@switchhook.local;gr=urn:uuid:${device}`;

const confirmed = {
  event: 'confirmed',
  callId: 'a-call@mai.example',
  caller: '101',
  callerDevice: MAI_DEVICE,
  callerTag: 'mine',
  callerTarget: gruu('101', MAI_DEVICE),
  callee: '102',
  calleeDevice: HUNG_DEVICE,
  calleeTag: 'theirs',
  calleeTarget: gruu('102', HUNG_DEVICE),
  replaced: '-',
  expires: '90',
};

describe('a PBX', () => {
  let pbx: TestPbx;
  let harness: Harness;
  beforeEach(async () => {
    pbx = await TestPbx.start();
    harness = await Harness.start({ pbx: pbx.config });
  });
  afterEach(async () => {
    await harness.stop();
    await pbx.stop();
  });

  const tell = (event: Record<string, string>, secret?: string) => pbx.tell(harness.board.url, event, secret);
  const live = async (extension: string) => {
    const cookie = await harness.logIn(extension);
    const response = await harness.fetch(`/api/calls/live?device=${randomUUID()}`, { cookie });
    return ((await response.json()) as { calls: unknown[] }).calls;
  };

  test('tells of a call, which both sides are offered until it says that it is over', async () => {
    expect(await tell(confirmed)).toEqual({ status: 200, body: '' });
    const { callId } = confirmed;
    const dialog = { callId, localTag: 'mine', remoteTag: 'theirs', target: confirmed.calleeTarget };
    const peer = { handle: '102', displayName: 'Trần Văn Hùng' };
    const call = { callId, direction: 'outgoing', peer, device: MAI_DEVICE, dialog, answeredAt: expect.any(Number) };
    expect(await live('101')).toEqual([call]);
    expect([(await live('102')).length, (await live('103')).length]).toEqual([1, 0]);
    await tell({ event: 'hangUp', callId, from: '103' });
    await tell({ event: 'gone', callId, from: '103', device: randomUUID() });
    expect(await live('101')).toEqual([call]);
    await tell({ event: 'hangUp', callId, from: '102' });
    expect([await live('101'), await live('102')]).toEqual([[], []]);
  });

  test('tells of telephones of others, whose far side has nothing to take', async () => {
    await tell({ ...confirmed, callerDevice: '', callerTarget: '-' });
    expect([(await live('101')).length, (await live('102')).length]).toEqual([0, 0]);
  });

  test.each<[string, Record<string, string>]>([
    ['a tag that would end its header', { callerTag: 'a\r\nReplaces: b' }],
    ['a tag with a parameter of its own', { calleeTag: 'a;early-only' }],
    ['no tag', { calleeTag: '' }],
    ['a Call-ID with a parameter', { callId: 'a;to-tag=b' }],
    ['a Call-ID that is too long', { callId: 'a'.repeat(256) }],
    ['a target that is no GRUU', { calleeTarget: 'sip:102@192.0.2.1:5060' }],
    ['a target with more than a URI', { calleeTarget: `${confirmed.calleeTarget}> <sip:x` }],
    ['a target of another scheme', { calleeTarget: 'javascript:alert(1)@x;gr=urn:y' }],
    ['a target that is too long', { calleeTarget: `${confirmed.calleeTarget}${'a'.repeat(512)}` }],
    ['an extension that is none', { caller: "101' or 1=1" }],
    ['a time that is none', { expires: '-1' }],
    ['a time that no number holds', { expires: '9'.repeat(11) }],
    ['an event that does not exist', { event: 'confirm' }],
  ])('is refused %s', async (_what, changes) => {
    const { status, body } = await tell({ ...confirmed, ...changes });
    expect([status, JSON.parse(body)]).toMatchObject([400, { error: { code: 'invalidArgument' } }]);
    expect(await live('101')).toEqual([]);
  });

  test('has to have the secret', async () => {
    expect(await tell(confirmed, 'a-secret-that-somebody-made-up')).toMatchObject({ status: 403 });
    expect(await live('101')).toEqual([]);
  });
});

test.each([
  ['as long as its phones say', 600, 600],
  ['as long as a session has to last, at least', 1, 90],
  ['half a day at most', 9_999_999, 43_200],
  ['half an hour where nobody refreshes it', 0, 1800],
])('a call is offered %s', async (_what, expires, seconds) => {
  const db = await open({ dataDir: MEMORY });
  try {
    const accounts = new AccountRepository(db, { demo: false });
    for (const extension of ['101', '102']) {
      const account = { id: extension, username: extension, extension, displayName: extension, avatarUrl: null };
      await accounts.insert({ ...account, passwordHash: '', demo: false, createdAt: 0 });
    }
    let now = 1000;
    const dialogs = new PbxDialogs({ rows: new LiveCallRepository(db), accounts, now: () => now });
    await dialogs.handle({ ...confirmed, event: 'confirmed', replaced: null, expires });
    const isOffered = async () => (await dialogs.elsewhere('101', 'another')).length === 1;
    now += seconds * 1000 - 1;
    expect(await isOffered()).toBe(true);
    await dialogs.handle({ event: 'refreshed', callId: confirmed.callId, from: '102', expires });
    now += seconds * 1000 - 1;
    expect(await isOffered()).toBe(true);
    now += 1;
    expect(await isOffered()).toBe(false);
  } finally {
    await db.destroy();
  }
});
