/** What a running switchboard does beside the rings themselves: its keys, its log, its end. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { defaultLimits } from '../limits.ts';
import { invite } from '../sip/testing/dialogs.ts';
import { Harness } from '../sip/testing/harness.ts';
import { Courier } from './courier.ts';
import { PushGateway } from './gateway.ts';
import { PushHarness } from './testing/pushHarness.ts';

const keyOf = async (harness: Harness): Promise<unknown> => (await harness.fetch('/api/push/key')).json();

test('the key outlives a restart, and so does a token: late instead of forged', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'switchhook-'));
  const first = await PushHarness.start({ dataDir });
  const key = await keyOf(first.harness);
  const hung = await first.sleeper('102');
  await invite(await first.harness.phone('101'), '102');
  const { ring } = await first.service.expectRing(hung.device);
  await first.stop();
  const second = await PushHarness.start({ dataDir });
  expect(await keyOf(second.harness)).toEqual(key);
  expect(await second.respond(ring, 'decline')).toMatchObject({ status: 410 });
  await second.stop();
  const other = await Harness.start();
  expect(await keyOf(other)).not.toEqual(key);
  await other.stop();
  await rm(dataDir, { recursive: true });
});

test('a stop ends the rings, and waits until the devices have been told', async () => {
  const push = await PushHarness.start();
  const hung = await push.sleeper('102');
  await invite(await push.harness.phone('101'), '102');
  await push.service.expectRing(hung.device);
  await push.stop();
  expect(push.service.to(hung.device).at(-1)?.payload).toMatchObject({ type: 'cancel', response: 'canceled' });
});

test('the log holds no token, no endpoint, no key, no name and no number', async () => {
  const lines: string[] = [];
  const written = vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    lines.push(String(chunk));
    return true;
  });
  try {
    const push = await PushHarness.start({ logLevel: 'trace', limits: { pushResendMs: 20 } });
    const [hung, other] = [await push.sleeper('102'), await push.sleeper('102')];
    push.service.answers.set(other.subscription.endpoint, { status: 500 });
    const mai = await push.harness.phone('101');
    await invite(mai, '102');
    const { ring } = await push.service.expectRing(hung.device);
    await push.service.expectRing(other.device, 2);
    await push.respond(ring, 'ringing');
    await push.respond({ ...ring, respond: { ...ring.respond, token: `${ring.respond.token}x` } }, 'answer');
    await push.respond(ring, 'decline', { everywhere: true });
    await mai.expectResponse(603, 'INVITE');
    await push.stop();
    const log = lines.join('');
    expect(log).toContain('"status":500');
    expect(log).toContain('"rung":2');
    const { token } = ring.respond;
    const { endpoint, keys } = hung.subscription;
    const people = [ring.peer.displayName ?? '?', '"101"', '"102"'];
    for (const secret of [token, endpoint, 'fcm/send', keys.p256dh, keys.auth, ...people]) {
      expect(log).not.toContain(secret);
    }
  } finally {
    written.mockRestore();
  }
});

test('a database that cannot be read costs the push, not the call', async () => {
  const log = { info: vi.fn(), error: vi.fn(), debug: vi.fn(), warn: vi.fn() };
  const fail = (): Promise<never> => Promise.reject(new Error('disk'));
  const gateway = new PushGateway({
    accounts: { byExtension: fail, byId: fail },
    subscriptions: { ofAccount: fail },
    courier: new Courier(fail, fail, defaultLimits, log),
    tokenKey: Buffer.alloc(32),
    limits: defaultLimits,
    log,
  });
  const caller = { accountId: 'a', extension: '101', displayName: 'Mai', device: 'd' };
  await expect(gateway.find('102', caller)).resolves.toBeUndefined();
  expect(log.error).toHaveBeenCalledOnce();
});
