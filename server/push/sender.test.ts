import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pushPayload } from '../../shared/push/payload.ts';
import { invite } from '../sip/testing/dialogs.ts';
import { Harness } from '../sip/testing/harness.ts';
import { topicOf } from './policy.ts';
import { PushServer, Receiver, readVapid } from './testing/webPush.ts';

const ENDPOINT = 'https://updates.push.services.mozilla.com/wpush/v2/abc';
const DEVICE = '7f9c2ba4-e88f-4d2a-9f3b-0a1b2c3d4e5f';

let server: PushServer;
let harness: Harness;
beforeEach(async () => {
  server = await PushServer.start();
  harness = await Harness.start({ push: { agent: server.agent }, limits: { pushResendMs: 60_000 } });
});
afterEach(async () => {
  await harness.stop();
  server.stop();
});

async function subscribe(extension: string, receiver: Receiver): Promise<string> {
  const cookie = await harness.logIn(extension);
  const body = { device: DEVICE, subscription: receiver.subscription, name: '' };
  await harness.fetch('/api/push/subscription', { method: 'PUT', cookie, body });
  return cookie;
}

async function posted() {
  await expect.poll(() => server.posts.length, { timeout: 4000 }).toBeGreaterThan(0);
  const [post] = server.posts;
  if (!post) throw new Error('nothing was posted');
  return post;
}

describe('a push over the network', () => {
  test('is encrypted for the device, signed with the key that the page subscribed with, and says what it is', async () => {
    const receiver = new Receiver(ENDPOINT);
    await subscribe('102', receiver);
    await invite(await harness.phone('101'), '102');
    const { path, headers, body } = await posted();
    expect(path).toBe('/wpush/v2/abc');
    const payload = v.parse(pushPayload, JSON.parse(receiver.decrypt(body)));
    expect(payload).toMatchObject({ type: 'ring', account: '102', device: DEVICE });
    expect(headers).toMatchObject({
      host: 'updates.push.services.mozilla.com',
      ttl: '45',
      urgency: 'high',
      topic: topicOf(payload.callId),
      'content-encoding': 'aes128gcm',
    });
    const { publicKey } = (await (await harness.fetch('/api/push/key')).json()) as { publicKey: string };
    const claims = readVapid(headers.authorization, publicKey);
    expect(claims).toMatchObject({
      aud: 'https://updates.push.services.mozilla.com',
      sub: 'mailto:admin@switchhook.local',
    });
    // RFC 8292 2: no longer than a day.
    expect(Number(claims.exp) - Date.now() / 1000).toBeLessThanOrEqual(86_400);
  });

  test('that is answered 410 removes the subscription, and the caller hears 480', async () => {
    server.answer = { status: 410 };
    const cookie = await subscribe('102', new Receiver(ENDPOINT));
    const mai = await harness.phone('101');
    await invite(mai, '102');
    await mai.expectResponse(480, 'INVITE');
    expect(await (await harness.fetch('/api/devices', { cookie })).json()).toEqual({ devices: [] });
  });

  test('that is answered 429 waits as long as it is told to', async () => {
    await harness.stop();
    harness = await Harness.start({ push: { agent: server.agent }, limits: { pushResendMs: 20 } });
    server.answer = { status: 429, retryAfter: '1' };
    await subscribe('102', new Receiver(ENDPOINT));
    await invite(await harness.phone('101'), '102');
    await posted();
    server.answer = { status: 201 };
    await expect.poll(() => server.posts.length, { timeout: 4000 }).toBeGreaterThan(1);
    const [first, second] = server.posts;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(900);
    expect(harness.board.stats).toMatchObject({ pushesFailed: 1 });
  });

  test('that reaches nobody is tried again', async () => {
    await harness.stop();
    harness = await Harness.start({ push: { agent: server.agent }, limits: { pushResendMs: 20 } });
    const connectTo = server.agent.createConnection;
    server.agent.createConnection = () => {
      throw new Error('no network');
    };
    await subscribe('102', new Receiver(ENDPOINT));
    await invite(await harness.phone('101'), '102');
    await expect.poll(() => harness.board.stats.pushesFailed, { timeout: 4000 }).toBeGreaterThan(0);
    server.agent.createConnection = connectTo;
    await posted();
  });
});
