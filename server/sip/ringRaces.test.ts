/** What happens in the same tick as something else: over the loopback, with faked time. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SipRequest } from './headers.ts';
import { headerValue } from './headers.ts';
import type { Received } from './message.ts';
import { invite } from './testing/dialogs.ts';
import { Loopback, type LoopbackOptions } from './testing/loopback.ts';
import type { RawClient } from './testing/rawClient.ts';

const RING_MS = 45_000;
/** Longer than any timer of a call that is over. */
const LONG_AFTER_MS = 10 * 60_000;

let board: Loopback;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
  board = new Loopback({ ringMs: RING_MS });
});
afterEach(async () => {
  board.closeAll();
  await vi.advanceTimersByTimeAsync(LONG_AFTER_MS);
  expect(board.sip.sizes).toEqual({ devices: 0, serverTransactions: 0, clientTransactions: 0, rings: 0 });
  vi.useRealTimers();
});

const isFinal = (m: Received) => m.kind === 'response' && m.envelope.cseq.method === 'INVITE' && m.status >= 200;
const isCall = (m: Received) => m.kind === 'request' && m.method === 'INVITE';

/** Mai calls Hung; a new page of his is connected and about to register. */
async function racing(options?: LoopbackOptions) {
  if (options) board = new Loopback(options);
  const [mai, hung] = [await board.phone('101', 'm'), await board.phone('102', 'h')];
  const sent = await invite(mai, '102');
  const incoming = await hung.expectRequest('INVITE');
  hung.respond(incoming, 180);
  await mai.expectResponse(180);
  const page = board.connect('102', 'h');
  return { mai, hung, sent, incoming, page, register: await page.prepareRegister() };
}

async function expectRings(mai: RawClient, page: RawClient): Promise<void> {
  page.respond(await page.expectRequest('INVITE'), 200, { tag: 'page' });
  expect((await mai.expectResponse(200, 'INVITE')).envelope.to.params.get('tag')).toBe('page');
  await page.settle();
  expect(page.has(isCall)).toBe(false);
  expect(mai.has(isFinal)).toBe(false);
}

async function expectSilent(mai: RawClient, page: RawClient, status: number): Promise<void> {
  await mai.expectResponse(status, 'INVITE');
  await page.expectResponse(200, 'REGISTER');
  await page.settle();
  await mai.settle();
  expect(mai.has(isFinal)).toBe(false);
}

type Step = (all: Awaited<ReturnType<typeof racing>>) => unknown;
const bothOrders = (step: Step): [string, Step[]][] => {
  const register: Step = (all) => all.register();
  return [
    ['before', [register, step]],
    ['after', [step, register]],
  ];
};

describe('a REGISTER in the same tick', () => {
  test.each(bothOrders(({ hung }) => hung.ws.terminate()))('%s the close of the old socket', async (_order, steps) => {
    const all = await racing();
    for (const step of steps) step(all);
    await expectRings(all.mai, all.page);
  });

  test.each(bothOrders(({ mai, sent }) => mai.cancel(sent)))('%s the CANCEL', async (_order, steps) => {
    const all = await racing();
    for (const step of steps) step(all);
    await expectSilent(all.mai, all.page, 487);
    // Whatever the order was: a page that was called is also told that it is over.
    if (!all.page.has(isCall)) return;
    all.page.respond(await all.page.expectRequest('INVITE'), 100);
    await all.page.expectRequest('CANCEL');
  });

  test.each(bothOrders(() => vi.advanceTimersByTime(RING_MS)))('%s the ring deadline', async (_order, steps) => {
    const all = await racing();
    all.hung.ws.terminate();
    for (const step of steps) step(all);
    await expectSilent(all.mai, all.page, 408);
    expect(all.page.has(isCall)).toBe(false);
  });

  test.each(bothOrders(({ hung, incoming }) => hung.respond(incoming, 486)))(
    '%s the 486 of the old socket: the old one had the call, or has it no more',
    async (order, steps) => {
      const all = await racing();
      for (const step of steps) step(all);
      if (order === 'after') {
        await expectSilent(all.mai, all.page, 486);
        expect(all.page.has(isCall)).toBe(false);
      } else if (all.page.has(isCall)) await expectRings(all.mai, all.page);
      else await all.mai.expectResponse(486, 'INVITE');
    },
  );

  test.each(bothOrders(({ hung, incoming }) => hung.respond(incoming, 200, { tag: 'old' })))(
    '%s the 200 of the old socket: one 2xx reaches the caller',
    async (_order, steps) => {
      const all = await racing();
      const { mai, hung, page } = all;
      for (const step of steps) step(all);
      await page.expectResponse(200, 'REGISTER');
      await page.settle();
      if (!page.has(isCall)) {
        expect((await mai.expectResponse(200, 'INVITE')).envelope.to.params.get('tag')).toBe('old');
        return;
      }
      await hung.expectRequest('ACK');
      await hung.expectRequest('BYE');
      await expectRings(mai, page);
    },
  );
});

describe('a socket', () => {
  test('that vanished without a close is left for the new one', async () => {
    const { mai, hung, page, register } = await racing();
    board.vanish(hung);
    register();
    await expectRings(mai, page);
  });

  test('that is cut while the INVITE is being sent is one that closed', async () => {
    const [mai, hung] = [await board.phone('101', 'm'), await board.phone('102', 'h')];
    board.clog(hung);
    await invite(mai, '102');
    expect(mai.has(isFinal)).toBe(false);
    await expectRings(mai, await board.phone('102', 'h'));
  });

  test('that is cut by the CANCEL does not change what the caller is told', async () => {
    const [mai, hung] = [await board.phone('101', 'm'), board.connect('102', 'h')];
    // Without +sip.instance, so that it is not waited for.
    await hung.register({ contact: `<${hung.contact}>` });
    const sent = await invite(mai, '102');
    hung.respond(await hung.expectRequest('INVITE'), 180);
    await mai.expectResponse(180);
    board.clog(hung);
    mai.cancel(sent);
    await mai.expectResponse(487, 'INVITE');
    await mai.settle();
    expect(mai.has(isFinal)).toBe(false);
  });

  test('that is cut by the CANCEL of one call ends another, which is not rung any more', async () => {
    const [mai, alice, hung] = [
      await board.phone('101', 'm'),
      await board.phone('103', 'a'),
      board.connect('102', 'h'),
    ];
    await hung.register({ contact: `<${hung.contact}>` });
    for (const caller of [mai, alice]) {
      await invite(caller, '102');
      hung.respond(await hung.expectRequest('INVITE'), 180);
      await caller.expectResponse(180);
    }
    board.clog(hung);
    const page = board.connect('102', 'h');
    await page.register({ contact: `<${page.contact}>` });
    await alice.expectResponse(480, 'INVITE');
    await expectRings(mai, page);
  });

  test('whose phone is silent for 64*T1 ends its part with 408', async () => {
    const [mai] = [await board.phone('101', 'm'), await board.phone('102', 'h')];
    await invite(mai, '102');
    await vi.advanceTimersByTimeAsync(31_999);
    expect(mai.has(isFinal)).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await mai.expectResponse(408, 'INVITE');
  });

  test('of a silent phone does not keep its next page from ringing', async () => {
    const [mai, , tablet] = [
      await board.phone('101', 'm'),
      await board.phone('102', 'h'),
      await board.phone('102', 't'),
    ];
    await invite(mai, '102');
    tablet.respond(await tablet.expectRequest('INVITE'), 180);
    await vi.advanceTimersByTimeAsync(32_000);
    expect(mai.has(isFinal)).toBe(false);
    await expectRings(mai, await board.phone('102', 'h'));
  });
});

test('the ring deadline is no longer waited for once the call is answered', async () => {
  const { mai, hung, incoming } = await racing();
  hung.respond(incoming, 200);
  await mai.expectResponse(200, 'INVITE');
  board.closeAll();
  await vi.advanceTimersByTimeAsync(RING_MS - 1000);
  expect(vi.getTimerCount()).toBe(0);
});

test('CANCEL waits for the first response of the branch that was moved', async () => {
  const [mai, hung] = [await board.phone('101', 'm'), await board.phone('102', 'h')];
  await invite(mai, '102');
  const incoming: SipRequest = await hung.expectRequest('INVITE');
  const page = await board.phone('102', 'h');
  await hung.settle();
  expect(hung.has((m) => m.kind === 'request' && m.method === 'CANCEL')).toBe(false);
  hung.respond(incoming, 180);
  expect(headerValue(await hung.expectRequest('CANCEL'), 'reason')).toContain('cause=302');
  await expectRings(mai, page);
});

test('a device that goes to and fro leaves one branch, and the others end', async () => {
  const { mai, page, register } = await racing();
  register();
  await page.expectRequest('INVITE');
  for (let i = 0; i < 20; i++) (await board.phone('102', 'h')).ws.terminate();
  // Two of sockets that are open still: the first, which was cancelled, and that of the page.
  expect(board.sip.sizes).toMatchObject({ clientTransactions: 2, rings: 1 });
  mai.ws.terminate();
  await vi.advanceTimersByTimeAsync(0);
  expect(board.sip.sizes.rings).toBe(0);
});

test('the ring deadline ends a ring, and timer C does not, however short', async () => {
  const { mai, hung, incoming } = await racing({ ringMs: RING_MS, limits: { timerCMs: 100 } });
  await vi.advanceTimersByTimeAsync(RING_MS - 1);
  await mai.settle();
  expect(mai.has(isFinal)).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await mai.expectResponse(408, 'INVITE');
  expect(headerValue(await hung.expectRequest('CANCEL'), 'reason')).toContain('cause=408');
  hung.respond(incoming, 487);
});
