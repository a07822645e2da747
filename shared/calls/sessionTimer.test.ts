import { describe, expect, test } from 'vitest';
import { livesBy, REFRESH_AGAIN, type SessionClock, sessionStep } from './sessionTimer.ts';

const clock = (changes: Partial<SessionClock> = {}): SessionClock => ({
  expires: 90_000,
  agreed: true,
  refresher: true,
  elapsed: 0,
  ready: true,
  ...changes,
});

describe('whoever refreshes', () => {
  test('does so half-way, and again until something is heard', () => {
    expect(sessionStep(clock())).toEqual({ do: 'nothing', again: 45_000 });
    expect(sessionStep(clock({ elapsed: 44_999 }))).toEqual({ do: 'nothing', again: 1 });
    expect(sessionStep(clock({ elapsed: 45_000 }))).toEqual({ do: 'refresh', again: REFRESH_AGAIN });
    expect(sessionStep(clock({ elapsed: 98_000 }))).toEqual({ do: 'refresh', again: 1_000 });
  });

  test('waits while it cannot speak', () => {
    expect(sessionStep(clock({ elapsed: 50_000, ready: false }))).toEqual({ do: 'nothing', again: REFRESH_AGAIN });
  });
});

test('whoever does not waits for the end of the interval', () => {
  expect(sessionStep(clock({ refresher: false, elapsed: 60_000 }))).toEqual({ do: 'nothing', again: 39_000 });
});

test.each([true, false])(
  'the call is over when nothing was heard for the whole interval (refresher: %s)',
  (refresher) => {
    expect(sessionStep(clock({ refresher, elapsed: 98_999 })).do).not.toBe('end');
    expect(sessionStep(clock({ refresher, elapsed: 99_000, ready: false }))).toEqual({ do: 'end' });
  },
);

test('a far side that has agreed to no interval is asked, and never given up', () => {
  expect(sessionStep(clock({ agreed: false, elapsed: 45_000 })).do).toBe('refresh');
  expect(sessionStep(clock({ agreed: false, elapsed: 99_000 }))).toEqual({ do: 'nothing', again: null });
});

test('a refusal of the far side shows that it lives, one of a proxy does not', () => {
  expect([405, 403, 488, 491, 501].filter((status) => !livesBy(status))).toEqual([]);
  expect([404, 408, 480, 481, 500, 502, 503, 504].filter(livesBy)).toEqual([]);
});
