/** Random interleavings of sockets and workers in one ring: whatever the order, the same few things hold. */

import fc from 'fast-check';
import Fastify from 'fastify';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SwitchhookError } from '../../shared/errors.ts';
import { defaultLimits } from '../limits.ts';
import {
  type Action,
  checkCaller,
  finals,
  LONG_AFTER_MS,
  RING_MS,
  Run,
  requests,
  TEST_MS,
} from '../sip/testing/ringRun.ts';
import { Courier } from './courier.ts';
import { PushGateway } from './gateway.ts';
import type { RingAnswer } from './ring.ts';
import { FakePushService, makeSubscription } from './testing/pushService.ts';

/** Each takes some tens of milliseconds. */
const RUNS = 100;
const log = Fastify().log;
/** Nobody answers pings here: without this the caller would be cut off before a claim can lapse. */
const NO_PINGS = { pingMs: 24 * 3_600_000 };

/** The first two have sockets as well; the last one is reached by push only. */
const DEVICES = ['desk', 'laptop', 'tablet'];
const subscription = makeSubscription();
const targets = DEVICES.map((device) => ({
  accountId: '102',
  device,
  sessionId: 's',
  origin: 'https://x.example',
  subscription,
}));

type Word = RingAnswer | 'forget' | 'wait';
type Step = { kind: 'sip'; action: Action; which: number } | { kind: 'worker'; word: Word; device: string };

const sip: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('sip' as const),
  action: fc.oneof(
    // What ends the ring is rare, so that much can happen before it.
    { weight: 8, arbitrary: fc.constantFrom<Action>('register', 'settle') },
    { weight: 6, arbitrary: fc.constantFrom<Action>('close', 'vanish', 100, 180) },
    { weight: 3, arbitrary: fc.constantFrom<Action>(200, 486) },
    { weight: 1, arbitrary: fc.constantFrom<Action>(603, 'cancel', 'deadline', 'callerCloses') },
  ),
  which: fc.nat(9),
});
const worker: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('worker' as const),
  word: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom<Word>({ kind: 'ringing' }, { kind: 'answer', release: false }, 'wait') },
    { weight: 2, arbitrary: fc.constantFrom<Word>({ kind: 'decline', everywhere: false }, 'forget') },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Word>({ kind: 'answer', release: true }, { kind: 'decline', everywhere: true }),
    },
  ),
  device: fc.constantFrom(...DEVICES),
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function setUp() {
  const service = new FakePushService({ validate: false });
  const nothing = (): Promise<void> => Promise.resolve();
  const gateway = new PushGateway({
    accounts: {
      byExtension: (extension) => Promise.resolve({ ...someone, id: extension, extension }),
      byId: () => Promise.resolve(someone),
    },
    subscriptions: { ofAccount: () => Promise.resolve(targets) },
    courier: new Courier(service.send, nothing, defaultLimits, log),
    tokenKey: Buffer.alloc(32, 1),
    limits: defaultLimits,
    log: { info: () => undefined, error: () => undefined },
  });
  return { service, gateway };
}

const someone = { id: '101', username: 'x', extension: '101', displayName: 'X', avatarUrl: null };

/** What a worker says once it has its push, and what that led to; refusals are part of the game. */
function say({ service, gateway }: ReturnType<typeof setUp>, device: string, word: RingAnswer): string | undefined {
  const ring = service.to(device).find(({ payload }) => payload.type === 'ring')?.payload;
  if (ring?.type !== 'ring') return undefined;
  try {
    return gateway.respond(ring.callId, ring.respond.token, word).state;
  } catch (error) {
    expect(SwitchhookError.from(error).code).toBe('tooLate');
    return undefined;
  }
}

const callsOfOthers = ({ callee }: Run, device: string | undefined): number =>
  callee
    .filter(({ phone }) => phone.credentials.device !== device)
    .reduce((sum, { phone }) => sum + requests(phone, 'INVITE').length, 0);

/** Who was rung is told the end, unless it was its own doing; and after the end there is no ring. */
function checkDevices(service: FakePushService, own: ReadonlySet<string>): void {
  for (const device of DEVICES) {
    const types = service.to(device).map(({ payload }) => payload.type);
    const end = types.findIndex((type) => type !== 'ring');
    if (end >= 0) expect(types.slice(end)).not.toContain('ring');
    if (types.length > 0 && !own.has(device)) expect(types.at(-1)).not.toBe('ring');
  }
}

test(
  'one end for the caller, an end for every device that was rung, nothing left behind',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(sip, worker), { maxLength: 30 }), async (steps) => {
        const all = setUp();
        const { service, gateway } = all;
        const { run, sent } = await Run.start({ waker: gateway, limits: NO_PINGS });
        /** Devices that had a say of their own: these need not be told. */
        const own = new Set<string>();
        let claim: { device: string; calls: number } | undefined;
        for (const step of steps) {
          if (step.kind === 'sip') {
            const socket = run.callee[step.which % run.callee.length];
            const isAnswer = typeof step.action === 'number' && step.action >= 200;
            if (isAnswer && socket) own.add(socket.phone.credentials.device);
            await run.take(step, sent);
          } else if (step.word === 'wait') await vi.advanceTimersByTimeAsync(2000);
          else if (step.word === 'forget') {
            own.add(step.device);
            gateway.forget(({ device }) => device === step.device);
          } else {
            const { kind } = step.word;
            if (kind !== 'ringing') own.add(step.device);
            const state = say(all, step.device, step.word);
            if (state === 'claimed') claim ??= { device: step.device, calls: callsOfOthers(run, step.device) };
          }
          // The call is kept for one device, whoever comes meanwhile, and nobody is called after it.
          if (claim) expect(callsOfOthers(run, claim.device)).toBe(claim.calls);
        }
        await vi.advanceTimersByTimeAsync(RING_MS + defaultLimits.claimMs);
        expect(gateway.size).toBe(0);
        expect(run.board.sip.sizes.rings).toBe(0);
        if (run.mai.ws.readyState === run.mai.ws.OPEN) expect(finals(run.mai)).toHaveLength(1);
        checkCaller(run);
        checkDevices(service, own);
        run.board.closeAll();
        await vi.advanceTimersByTimeAsync(LONG_AFTER_MS);
        expect(run.board.sip.sizes).toEqual({ devices: 0, serverTransactions: 0, clientTransactions: 0, rings: 0 });
      }),
      { numRuns: RUNS },
    );
  },
  TEST_MS,
);
