import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CallHealth,
  doubtedAt,
  FAR_SIDE_PATIENCE,
  FAR_SIDE_PATIENCE_MOVED,
  lostAt,
  RECOVERY_BUDGET,
  RESTART_EVERY,
  recoveryStep,
} from './recovery.ts';

const LOST: CallHealth = {
  signalling: true,
  media: false,
  lostFor: 0,
  ours: true,
  sinceRestart: null,
  sinceFarRestart: null,
  moved: false,
};
const step = (changes: Partial<CallHealth>) => recoveryStep({ ...LOST, ...changes });

describe('what is wrong', () => {
  it('is a doubt from the first change of network on, and a loss from the loss on', () => {
    const doubt = doubtedAt(null, 1_000);
    expect(doubt).toEqual({ since: 1_000, lost: false });
    expect(doubtedAt(doubt, 2_000)).toEqual(doubt);
    const loss = lostAt(doubt, RECOVERY_BUDGET + 1_000);
    expect(loss).toEqual({ since: RECOVERY_BUDGET + 1_000, lost: true });
    expect(lostAt(loss, RECOVERY_BUDGET + 2_000)).toEqual(loss);
    expect(doubtedAt(loss, RECOVERY_BUDGET + 2_000)).toEqual(loss);
    expect(lostAt(null, 5)).toEqual({ since: 5, lost: true });
  });
});

describe('a call that is heard', () => {
  it('needs nothing, or its line made again', () => {
    expect(step({ media: true })).toEqual({ do: 'nothing', again: null });
    expect(step({ media: true, signalling: false })).toEqual({ do: 'reconnect', again: null });
  });
});

describe('a call that is not heard', () => {
  it('has its line made again first', () => {
    expect(step({ signalling: false, lostFor: 10_000 })).toEqual({ do: 'reconnect', again: RECOVERY_BUDGET - 10_000 });
  });

  it('restarts ICE at once and every 1.5 s, at the side that sent the INVITE', () => {
    expect(step({})).toEqual({ do: 'restartIce', again: RESTART_EVERY });
    expect(step({ sinceRestart: 400, lostFor: 400 })).toEqual({ do: 'nothing', again: RESTART_EVERY - 400 });
    expect(step({ sinceRestart: RESTART_EVERY, lostFor: 2_000 }).do).toBe('restartIce');
  });

  it('waits for that side at the other one, and does it where that side does not', () => {
    const theirs = { ours: false };
    expect(step(theirs)).toEqual({ do: 'nothing', again: FAR_SIDE_PATIENCE });
    expect(step({ ...theirs, lostFor: FAR_SIDE_PATIENCE }).do).toBe('restartIce');
    expect(step({ ...theirs, lostFor: 20_000, sinceFarRestart: 1_000 })).toEqual({
      do: 'nothing',
      again: FAR_SIDE_PATIENCE - 1_000,
    });
    expect(step({ ...theirs, moved: true, lostFor: FAR_SIDE_PATIENCE_MOVED }).do).toBe('restartIce');
  });

  it('is over after the budget, whatever still works', () => {
    for (const signalling of [true, false])
      expect(step({ signalling, lostFor: RECOVERY_BUDGET })).toEqual({ do: 'giveUp', again: null });
  });
});

const since = fc.option(fc.nat(60_000), { nil: null });
const health = fc.record<CallHealth>({
  signalling: fc.boolean(),
  media: fc.boolean(),
  lostFor: fc.nat(60_000),
  ours: fc.boolean(),
  sinceRestart: since,
  sinceFarRestart: since,
  moved: fc.boolean(),
});

describe('in every state', () => {
  it('only lost signalling is connected again, only lost media is restarted, only what is not heard is given up', () => {
    fc.assert(
      fc.property(health, (now) => {
        const { do: what, again } = recoveryStep(now);
        if (what === 'reconnect') expect(now.signalling).toBe(false);
        if (what === 'restartIce') expect(now).toMatchObject({ signalling: true, media: false });
        expect(what === 'giveUp').toBe(!now.media && now.lostFor >= RECOVERY_BUDGET);
        if (again !== null) expect(again).toBeGreaterThan(0);
      }),
    );
  });
});

/** Two sides of one outage: when each loses and regains its line. Time goes in steps of 50 ms. */
const outage = fc.record({
  callerBack: fc.nat(30_000),
  calleeBack: fc.nat(30_000),
  network: fc.integer({ min: 100, max: 40_000 }),
});
const STEP = 50;

describe('two sides of one outage', () => {
  it('never restart at the same time while both can speak, and one restarts within 1.5 s of the end', () => {
    fc.assert(
      fc.property(outage, ({ callerBack, calleeBack, network }) => {
        const restarts = { caller: [] as number[], callee: [] as number[] };
        const sinceLast = (list: number[], now: number) => (list.length > 0 ? now - (list.at(-1) ?? 0) : null);
        for (let now = 0; now <= network + RESTART_EVERY; now += STEP) {
          const up = { caller: now >= callerBack, callee: now >= calleeBack };
          for (const side of ['caller', 'callee'] as const) {
            const far = side === 'caller' ? 'callee' : 'caller';
            // A re-INVITE arrives where both lines are up.
            const heard = restarts[far].filter((at) => at >= Math.max(callerBack, calleeBack));
            const { do: what } = recoveryStep({
              ...LOST,
              ours: side === 'caller',
              signalling: up[side],
              lostFor: now,
              sinceRestart: sinceLast(restarts[side], now),
              sinceFarRestart: sinceLast(heard, now),
            });
            if (what === 'restartIce') restarts[side].push(now);
          }
        }
        const both = Math.max(callerBack, calleeBack) + FAR_SIDE_PATIENCE;
        const late = restarts.callee.filter((at) => at > both);
        expect(late, 'the callee restarts though the caller does').toEqual([]);
        const last = Math.max(network, callerBack);
        if (last <= network) expect(restarts.caller.some((at) => at >= network)).toBe(true);
      }),
    );
  });
});
