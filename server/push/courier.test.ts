import { describe, expect, test, vi } from 'vitest';
import { Courier } from './courier.ts';
import type { PushAnswer, PushMessage } from './sender.ts';
import { makeSubscription } from './testing/pushService.ts';

const LIMITS = { pushesInFlight: 2, pushesQueued: 2, pushTimeoutMs: 60_000 };

function setUp(gone: (endpoint: string) => Promise<void> = () => Promise.resolve(), limits = LIMITS) {
  const sent: { message: PushMessage; answer(answer: PushAnswer): void; fail(): void }[] = [];
  const log = { debug: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const send = (message: PushMessage): Promise<PushAnswer> =>
    new Promise((resolve, reject) => sent.push({ message, answer: resolve, fail: () => reject(new Error('network')) }));
  return { sent, log, courier: new Courier(send, gone, limits, log) };
}

const make = (): PushMessage => ({
  subscription: makeSubscription('secret-endpoint'),
  payload: 'secret-payload',
  ttl: 1,
  urgency: 'high',
  topic: 't',
});

describe('the courier', () => {
  test('has a bounded number under way and a bounded number waiting; the rest may try again later', async () => {
    const { sent, courier } = setUp();
    const deliveries = [1, 2, 3, 4, 5].map(() => courier.deliver(make));
    await expect(deliveries[4]).resolves.toEqual({ kind: 'later', status: 0, afterMs: 0 });
    expect(sent).toHaveLength(2);
    sent[0]?.answer({ status: 201 });
    await vi.waitFor(() => expect(sent).toHaveLength(3));
    for (const { answer } of sent) answer({ status: 201 });
    await vi.waitFor(() => expect(sent).toHaveLength(4));
    sent[3]?.answer({ status: 201 });
    await expect(Promise.all(deliveries.slice(0, 4))).resolves.toHaveLength(4);
    expect(courier.counters).toEqual({ pushesSent: 4, pushesFailed: 0, pushesDropped: 1 });
  });

  test('gives up on a service that does not answer', async () => {
    const { courier } = setUp(undefined, { ...LIMITS, pushTimeoutMs: 20 });
    await expect(courier.deliver(make)).resolves.toMatchObject({ kind: 'later', status: 0 });
  });

  test('counts a connection that fails as something that may pass', async () => {
    const { sent, courier } = setUp();
    const delivery = courier.deliver(make);
    sent[0]?.fail();
    await expect(delivery).resolves.toMatchObject({ kind: 'later', status: 0 });
  });

  test('forgets a subscription that is gone, and lives with a database that fails', async () => {
    const gone = vi.fn((_endpoint: string) => Promise.reject(new Error('disk')));
    const { sent, courier, log } = setUp(gone);
    const delivery = courier.deliver(make);
    sent[0]?.answer({ status: 410 });
    await expect(delivery).resolves.toEqual({ kind: 'gone', status: 410 });
    expect(gone).toHaveBeenCalledWith(make().subscription.endpoint);
    expect(log.error).toHaveBeenCalledOnce();
  });

  test('frees the place of a push that cannot be made', async () => {
    const { sent, courier } = setUp();
    const broken = (): PushMessage => {
      throw new Error('no payload');
    };
    for (let i = 0; i < 3; i++) await expect(courier.deliver(broken)).resolves.toMatchObject({ kind: 'refused' });
    void courier.deliver(make);
    expect(sent).toHaveLength(1);
  });

  test('writes codes into the log, and nothing of a person', async () => {
    const { sent, courier, log } = setUp();
    for (const status of [410, 429, 403]) {
      const delivery = courier.deliver(make);
      sent.at(-1)?.answer({ status });
      await delivery;
    }
    const written = JSON.stringify([log.debug.mock.calls, log.warn.mock.calls, log.error.mock.calls]);
    expect(written).toContain('429');
    expect(written).not.toContain('secret');
  });

  test('waits for what is under way, and for what follows it, but not for ever', async () => {
    const { sent, courier } = setUp();
    const first = courier.deliver(make);
    courier.track(first.then(() => courier.deliver(make)));
    const settled = courier.settled(4000);
    sent[0]?.answer({ status: 201 });
    await vi.waitFor(() => expect(sent).toHaveLength(2));
    sent[1]?.answer({ status: 201 });
    await settled;
    expect(courier.counters.pushesSent).toBe(2);
    void courier.deliver(make);
    await courier.settled(1);
    expect(courier.counters.pushesSent).toBe(2);
  });
});
