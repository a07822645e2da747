import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { headerValue } from './headers.ts';
import { uriOf } from './testing/dialogs.ts';
import { Harness } from './testing/harness.ts';
import { type Connection, RawClient, UpgradeRefused } from './testing/rawClient.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start({ limits: { maxSocketsPerAccount: 2 } });
});
afterEach(() => harness.stop());

const nobody = { extension: '101', domain: 'switchhook.local', device: '', authUser: '', password: '' };

async function refusal(connection: Partial<Connection>): Promise<{ status: number; code: string }> {
  try {
    const client = await RawClient.connect({ url: harness.board.url, ...connection }, nobody);
    client.ws.terminate();
  } catch (error) {
    if (!(error instanceof UpgradeRefused)) throw error;
    return { status: error.status, code: JSON.parse(error.body).error.code };
  }
  throw new Error('the upgrade was accepted');
}

describe('the upgrade', () => {
  test('needs a session', async () => {
    expect(await refusal({})).toEqual({ status: 401, code: 'notLoggedIn' });
    expect(await refusal({ cookie: 'switchhook_session=guess' })).toEqual({ status: 401, code: 'notLoggedIn' });
  });

  test.each(['https://evil.example', 'null', 'http://127.0.0.1:1'])('refuses the origin %s', async (origin) => {
    const cookie = await harness.logIn('101');
    expect(await refusal({ cookie, origin })).toEqual({ status: 403, code: 'originRefused' });
  });

  test('needs the subprotocol sip', async () => {
    const cookie = await harness.logIn('101');
    expect(await refusal({ cookie, protocols: ['chat'] })).toEqual({ status: 400, code: 'invalidArgument' });
  });

  test('accepts a session without an Origin, which is no browser', async () => {
    const cookie = await harness.logIn('101');
    const client = await RawClient.connect({ url: harness.board.url, cookie }, nobody);
    expect(client.ws.protocol).toBe('sip');
    client.ws.terminate();
  });

  test('refuses more sockets than an account may have', async () => {
    const cookie = await harness.logIn('101');
    await harness.phone('101', { cookie });
    await harness.phone('101', { cookie });
    expect(await refusal({ cookie })).toEqual({ status: 429, code: 'rateLimited' });
  });

  test('is not for plain requests', async () => {
    const response = await harness.fetch('/sip', { cookie: await harness.logIn('101') });
    expect(response.status).toBe(400);
  });
});

describe('what cannot be read', () => {
  test('is answered 400 with what was wrong, where an answer can be formed', async () => {
    const mai = await harness.phone('101');
    const text = mai.request('OPTIONS', uriOf('102')).replace('Content-Length: 0', 'Content-Length: 5');
    mai.sendRaw(text);
    const response = await mai.expectResponse(400, 'OPTIONS');
    expect(response.reason).toContain('Content-Length');
    expect(headerValue(response, 'via')).toContain(mai.host);
  });

  test('is dropped and counted elsewhere, and too much of it closes the socket', async () => {
    const mai = await harness.phone('101');
    for (let i = 0; i < 4; i++) mai.sendRaw('nonsense');
    mai.sendRaw(randomBytes(64));
    expect(await mai.closed).toEqual({ code: 1008, reason: 'invalidArgument' });
    expect(harness.board.stats.malformed).toBe(4);
  });

  test('closes the socket when it is longer than a message may be', async () => {
    const mai = await harness.phone('101');
    mai.sendRaw(mai.request('MESSAGE', uriOf('102'), [], 'x'.repeat(70_000)));
    expect((await mai.closed).code).toBe(1009);
  });
});

describe('a socket', () => {
  test('answers keep-alives', async () => {
    const mai = await harness.phone('101');
    await mai.keepAlive();
    expect(mai.frames.at(-1)).toBe('\r\n');
  });

  test('is closed by its session, everywhere by "log out everywhere", and its credentials die with it', async () => {
    const [here, there] = [await harness.logIn('101'), await harness.logIn('101')];
    const [desk, laptop] = [
      await harness.phone('101', { cookie: here }),
      await harness.phone('101', { cookie: there }),
    ];
    const hung = await harness.phone('102');
    await harness.fetch('/api/logout', { method: 'POST', cookie: here });
    expect(await desk.closed).toEqual({ code: 1008, reason: 'notLoggedIn' });
    await laptop.settle();
    await harness.fetch('/api/logout-everywhere', { method: 'POST', cookie: there });
    expect((await laptop.closed).code).toBe(1008);
    await hung.settle();
    const cookie = await harness.logIn('101');
    const back = await RawClient.connect({ url: harness.board.url, cookie }, desk.credentials);
    back.sendRaw(back.request('REGISTER', 'sip:switchhook.local'));
    const challenge = await back.expectResponse(401);
    const answer = back.answer(challenge, 'REGISTER', 'sip:switchhook.local');
    back.sendRaw(back.request('REGISTER', 'sip:switchhook.local', [answer]));
    await back.expectResponse(401);
    back.ws.terminate();
  });

  test('is closed with 1001 when the switchboard stops', async () => {
    const mai = await harness.phone('101');
    await harness.board.close();
    expect((await mai.closed).code).toBe(1001);
  });

  test('that does not answer pings is cut', async () => {
    await harness.stop();
    harness = await Harness.start({ limits: { pingMs: 30 } });
    const mai = await harness.phone('101');
    mai.ws.pause();
    await expect.poll(() => harness.board.stats.sockets).toBe(0);
  });
});

describe('too much', () => {
  test('closes the socket, and leaves nothing behind', async () => {
    await harness.stop();
    harness = await Harness.start({ limits: { messagesPerSecond: 1, messageBurst: 20 } });
    const mai = await harness.phone('101');
    for (let i = 0; i < 2000; i++) mai.sendRaw(mai.request('INVITE', uriOf('102')));
    expect(await mai.closed).toEqual({ code: 1008, reason: 'rateLimited' });
    // What was answered before that is the burst, and no more.
    expect(mai.frames.length).toBeLessThanOrEqual(20);
    await expect
      .poll(() => harness.board.stats)
      .toMatchObject({
        sockets: 0,
        devices: 0,
        serverTransactions: 0,
        clientTransactions: 0,
      });
  });

  test('open transactions are refused with 503', async () => {
    await harness.stop();
    harness = await Harness.start({ limits: { maxTransactionsPerSocket: 3 } });
    const mai = await harness.phone('101', { register: false });
    // Challenged and never acknowledged: each waits for its ACK.
    for (let i = 0; i < 3; i++) mai.sendRaw(mai.request('INVITE', uriOf('102')));
    mai.sendRaw(mai.request('INVITE', uriOf('102')));
    await mai.expectResponse(503, 'INVITE');
  });

  test('a repeated request is not handled twice', async () => {
    const [mai, hung] = [await harness.phone('101'), await harness.phone('102')];
    const text = mai.request('INVITE', uriOf('102'));
    mai.sendRaw(text);
    mai.sendRaw(text);
    await mai.expectResponse(407, 'INVITE');
    await mai.settle();
    expect(mai.has((m) => m.kind === 'response' && m.status === 407)).toBe(false);
    await hung.settle();
  });
});
