import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MissedCalls } from '../../shared/http/push.ts';
import { PushHarness } from '../push/testing/pushHarness.ts';
import { makeSubscription } from '../push/testing/pushService.ts';
import { headerValue } from '../sip/headers.ts';
import { invite } from '../sip/testing/dialogs.ts';

let push: PushHarness;
beforeEach(async () => {
  push = await PushHarness.start({ limits: { pushResendMs: 60, pushResendMaxMs: 60 } });
});
afterEach(() => push.stop());

const json = async (path: string, cookie: string): Promise<unknown> =>
  (await push.harness.fetch(path, { cookie })).json();

/** A call is 480 at once when nobody can be woken. */
async function expectNobodyIsWoken(): Promise<void> {
  const mai = await push.harness.phone('101');
  await invite(mai, '102');
  await mai.expectResponse(480, 'INVITE');
}

test('the key is a point of P-256, and the same at every question', async () => {
  const { publicKey } = (await json('/api/push/key', '')) as { publicKey: string };
  expect(Buffer.from(publicKey, 'base64url')).toHaveLength(65);
  expect(await json('/api/push/key', '')).toEqual({ publicKey });
});

describe('a subscription', () => {
  test.each([
    ['http', { endpoint: 'http://fcm.googleapis.com/a' }],
    ['of this machine', { endpoint: 'https://localhost/a' }],
    ['of an address inside', { endpoint: 'https://169.254.169.254/latest/meta-data' }],
    ['of an unknown service', { endpoint: 'https://push.evil.example/a' }],
    ['without a key', { keys: { p256dh: '', auth: '' } }],
  ])('%s is refused', async (_what, change) => {
    const cookie = await push.harness.logIn('102');
    const subscription = { ...makeSubscription(), ...change };
    const response = await push.subscribe({ cookie, device: randomUUID(), subscription });
    expect(response.status).toBe(400);
    expect(await json('/api/devices', cookie)).toEqual({ devices: [] });
  });

  test('needs a session', async () => {
    const subscription = makeSubscription();
    expect((await push.subscribe({ cookie: '', device: randomUUID(), subscription })).status).toBe(401);
    for (const path of ['/api/devices', '/api/calls/missed?since=0']) {
      expect((await push.harness.fetch(path)).status).toBe(401);
    }
  });

  test('that is put again replaces the earlier one of the device', async () => {
    const hung = await push.sleeper('102');
    const renewed = await push.sleeper('102', { ...hung, subscription: makeSubscription() });
    await invite(await push.harness.phone('101'), '102');
    const { push: pushed } = await push.service.expectRing(hung.device);
    expect(pushed.subscription).toEqual(renewed.subscription);
  });

  test('under a new device id of the same browser replaces the earlier one too', async () => {
    const hung = await push.sleeper('102');
    const renewed = await push.sleeper('102', { ...hung, device: randomUUID() });
    expect(await json('/api/devices', hung.cookie)).toMatchObject({ devices: [{ device: renewed.device }] });
  });

  test('beyond the limit takes the place of the earliest', async () => {
    await push.stop();
    push = await PushHarness.start({ limits: { maxSubscriptionsPerAccount: 2 } });
    const cookie = await push.harness.logIn('102');
    const sleepers = [];
    for (let i = 0; i < 3; i++) sleepers.push(await push.sleeper('102', { cookie }));
    const { devices } = (await json('/api/devices', cookie)) as { devices: unknown[] };
    expect(devices).toHaveLength(2);
    expect(devices).toContainEqual(expect.objectContaining({ device: sleepers[2]?.device }));
  });

  test.each([
    [
      'it is deleted',
      (cookie: string, device: string) => ['DELETE', `/api/push/subscription?device=${device}`, cookie],
    ],
    ['its session logs out', (cookie: string) => ['POST', '/api/logout', cookie]],
    ['its person logs out everywhere', (cookie: string) => ['POST', '/api/logout-everywhere', cookie]],
    ['its device is removed', (cookie: string, device: string) => ['DELETE', `/api/devices/${device}`, cookie]],
  ])('ends when %s, for calls that ring and those to come', async (_what, how) => {
    const hung = await push.sleeper('102');
    const mai = await push.harness.phone('101');
    await invite(mai, '102');
    await push.service.expectRing(hung.device);
    const [method = '', path = '', cookie = ''] = how(hung.cookie, hung.device);
    expect((await push.harness.fetch(path, { method, cookie })).status).toBe(204);
    await mai.expectResponse(480, 'INVITE');
    await expectNobodyIsWoken();
  });

  test('of another session outlives a log-out', async () => {
    const hung = await push.sleeper('102');
    await push.harness.fetch('/api/logout', { method: 'POST', cookie: await push.harness.logIn('102') });
    await invite(await push.harness.phone('101'), '102');
    await push.service.expectRing(hung.device);
  });

  test('is not removed by somebody else', async () => {
    const hung = await push.sleeper('102');
    const cookie = await push.harness.logIn('103');
    await push.harness.fetch(`/api/push/subscription?device=${hung.device}`, { method: 'DELETE', cookie });
    await push.harness.fetch(`/api/devices/${hung.device}`, { method: 'DELETE', cookie });
    expect(await json('/api/devices', hung.cookie)).toMatchObject({ devices: [{ device: hung.device, push: true }] });
  });
});

describe('the list of devices', () => {
  test('knows what is online, what can be woken, and when it was last seen', async () => {
    const hung = await push.sleeper('102');
    const page = await push.harness.phone('102', { cookie: hung.cookie });
    const { devices } = (await json('/api/devices', hung.cookie)) as { devices: { lastSeen: number }[] };
    expect(devices).toHaveLength(2);
    expect(devices).toContainEqual(
      expect.objectContaining({ device: hung.device, name: 'Firefox on Linux', online: false, push: true }),
    );
    expect(devices).toContainEqual(
      expect.objectContaining({ device: page.credentials.device, name: '', online: true, push: false }),
    );
    for (const { lastSeen } of devices) expect(Date.now() - lastSeen).toBeLessThan(60_000);
  });

  const remove = (device: string, cookie: string) =>
    push.harness.fetch(`/api/devices/${device}`, { method: 'DELETE', cookie });
  const sessionOf = async (cookie: string) => (await push.harness.fetch('/api/session', { cookie })).status;

  test('a device that is removed is logged out: socket, subscription, credentials and session', async () => {
    const cookie = await push.harness.logIn('102');
    const lost = await push.sleeper('102');
    const page = await push.wakeUp(lost);
    expect((await remove(lost.device, cookie)).status).toBe(204);
    expect(await page.closed).toMatchObject({ code: 1008 });
    expect(await json('/api/devices', cookie)).toEqual({ devices: [] });
    expect(await sessionOf(lost.cookie)).toBe(401);
    expect(await sessionOf(cookie)).toBe(200);
    await expectNobodyIsWoken();
  });

  test('a device that has never subscribed is logged out too; to remove it again is no mistake', async () => {
    const cookie = await push.harness.logIn('102');
    const lostCookie = await push.harness.logIn('102');
    const page = await push.harness.phone('102', { cookie: lostCookie });
    expect((await remove(page.credentials.device.toUpperCase(), cookie)).status).toBe(204);
    expect(await page.closed).toMatchObject({ code: 1008 });
    expect(await sessionOf(lostCookie)).toBe(401);
    expect((await remove(page.credentials.device, cookie)).status).toBe(204);
  });

  test('an earlier id of the browser that asks is put away without logging it out; its own id logs it out', async () => {
    const { cookie, device: earlier } = await push.sleeper('102');
    const page = await push.harness.phone('102', { cookie });
    await remove(earlier, cookie);
    const { device } = page.credentials;
    expect(await json('/api/devices', cookie)).toMatchObject({ devices: [{ device, online: true }] });
    await remove(device, cookie);
    expect(await page.closed).toMatchObject({ code: 1008 });
    expect(await sessionOf(cookie)).toBe(401);
  });

  test('a renewal that does not say a name keeps the one that there is', async () => {
    const hung = await push.sleeper('102');
    await push.subscribe({ ...hung, subscription: makeSubscription(), name: '' });
    expect(await json('/api/devices', hung.cookie)).toMatchObject({ devices: [{ name: 'Firefox on Linux' }] });
    await push.subscribe({ ...hung, name: 'At work' });
    expect(await json('/api/devices', hung.cookie)).toMatchObject({ devices: [{ name: 'At work' }] });
  });
});

describe('a test ring', () => {
  test('is a genuine push, is repeated, can be acknowledged, and ends when it is answered', async () => {
    const hung = await push.sleeper('102');
    const request = { method: 'POST', cookie: hung.cookie, body: { device: hung.device } };
    expect((await push.harness.fetch('/api/push/test', request)).status).toBe(202);
    const { ring } = await push.service.expectRing(hung.device, 2);
    expect(ring).toMatchObject({ account: '102', peer: { handle: '102' } });
    expect(ring.callId).toMatch(/^test-/u);
    expect(await push.respond(ring, 'ringing')).toMatchObject({ state: 'ringing' });
    expect(await push.respond(ring, 'answer')).toMatchObject({ state: 'claimed' });
    expect(push.harness.board.stats.pushRings).toBe(0);
  });

  test('needs a subscription of this account', async () => {
    const hung = await push.sleeper('102');
    const cookie = await push.harness.logIn('103');
    const request = { method: 'POST', cookie, body: { device: hung.device } };
    expect((await push.harness.fetch('/api/push/test', request)).status).toBe(404);
  });
});

describe('missed calls', () => {
  test('are those that nobody answered or declined, newest first, after a time', async () => {
    const mai = await push.harness.phone('101');
    const ids: string[] = [];
    for (const _ of [1, 2]) {
      const sent = await invite(mai, '102');
      await mai.expectResponse(480, 'INVITE');
      ids.push(headerValue(sent, 'call-id') ?? '');
    }
    const hung = await push.harness.phone('102');
    const declined = await invite(mai, '102');
    hung.respond(await hung.expectRequest('INVITE'), 486);
    await mai.expectResponse(486, 'INVITE');
    await push.harness.board.callRecords(headerValue(declined, 'call-id') ?? '');
    const cookie = await push.harness.logIn('102');
    const { calls, serverTime } = (await json('/api/calls/missed?since=0', cookie)) as MissedCalls;
    expect(Math.abs(serverTime - Date.now())).toBeLessThan(60_000);
    expect(new Set(calls.map(({ callId }) => callId))).toEqual(new Set(ids));
    expect(calls[0]).toMatchObject({ peer: { handle: '101', displayName: 'Nguyễn Thị Mai', avatarUrl: null } });
    const latest = Math.max(...calls.map(({ endedAt }) => endedAt));
    expect(calls[0]?.endedAt).toBe(latest);
    expect(await json(`/api/calls/missed?since=${latest}`, cookie)).toMatchObject({ calls: [] });
    expect(await json('/api/calls/missed?since=0', await push.harness.logIn('103'))).toMatchObject({ calls: [] });
    // A device that has never asked hears of the last day.
    expect(await json('/api/calls/missed', cookie)).toMatchObject({ calls });
    expect((await push.harness.fetch('/api/calls/missed?since=x', { cookie })).status).toBe(400);
  });
});
