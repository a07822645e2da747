/** Random interleavings of everything that can happen to a ring: whatever the order, the same few things hold. */
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  type Action,
  checkCaller,
  finals,
  LONG_AFTER_MS,
  RING_MS,
  Run,
  requests,
  type Step,
  TEST_MS,
} from './testing/ringRun.ts';

/** Each takes about ten milliseconds. */
const RUNS = 150;

const step: fc.Arbitrary<Step> = fc.record({
  action: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom<Action>('register', 'settle') },
    { weight: 3, arbitrary: fc.constantFrom<Action>('close', 'vanish') },
    { weight: 4, arbitrary: fc.constantFrom<Action>(100, 180, 183, 200, 486, 603) },
    { weight: 1, arbitrary: fc.constantFrom<Action>('cancel', 'deadline', 'callerCloses') },
  ),
  which: fc.nat(9),
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test(
  'never two answers, never a ring after the end, nothing left behind',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const { run, sent } = await Run.start();
        const calls = () => run.callee.reduce((sum, { phone }) => sum + requests(phone, 'INVITE').length, 0);
        let callsAtEnd: number | undefined;
        for (const each of steps) {
          await run.take(each, sent);
          if (callsAtEnd !== undefined) expect(calls()).toBe(callsAtEnd);
          if (run.board.sip.sizes.rings === 0) callsAtEnd ??= calls();
        }
        await vi.advanceTimersByTimeAsync(RING_MS);
        expect(run.board.sip.sizes.rings).toBe(0);
        if (run.mai.ws.readyState === run.mai.ws.OPEN) expect(finals(run.mai)).toHaveLength(1);
        checkCaller(run);
        run.board.closeAll();
        await vi.advanceTimersByTimeAsync(LONG_AFTER_MS);
        expect(run.board.sip.sizes).toEqual({ devices: 0, serverTransactions: 0, clientTransactions: 0, rings: 0 });
      }),
      { numRuns: RUNS },
    );
  },
  TEST_MS,
);
