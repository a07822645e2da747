import { describe, expect, it } from 'vitest';
import { at, callIn, incoming, lastEntry } from '../testing/samples.ts';
import { end, move } from './reduce.ts';
import { CALL_STATES, type CallState, canMove, ENTRY_STATES, isAnswered, isLive, isOver } from './states.ts';

/** The table of 1.1, read across: x = may go there. Columns in the order of CALL_STATES. */
const TABLE: Readonly<Record<CallState, string>> = {
  //             in ri di co ac re dg dd
  initiated: '    .  x  x  .  .  .  x  x',
  ringing: '      .  .  .  x  x  .  x  x',
  dialing: '      .  .  .  x  x  .  x  x',
  connecting: '   .  .  .  .  x  .  x  x',
  active: '       .  .  .  .  .  x  x  x',
  reconnecting: ' .  .  .  .  x  .  x  x',
  disconnecting: '.  .  .  .  .  .  .  x',
  disconnected: ' .  .  .  .  .  .  .  .',
};

const CELLS = CALL_STATES.flatMap((from) =>
  TABLE[from]
    .trim()
    .split(/\s+/u)
    .map((mark, column) => ({ from, to: CALL_STATES[column] ?? from, legal: mark === 'x' })),
);

describe('the table of transitions (1.1)', () => {
  it('has 64 cells', () => expect(CELLS).toHaveLength(64));

  it.each(CELLS)('$from → $to: $legal', ({ from, to, legal }) => {
    expect(canMove(from, to)).toBe(legal);
    const call = callIn(from);
    const moved = move(call, to, at(1));
    expect(moved.state).toBe(legal ? to : from);
    expect(lastEntry(moved)).toBe(legal ? `state: ${to}` : `refused: ${from} → ${to}`);
    if (!legal) expect({ ...moved, timeline: call.timeline }).toEqual(call);
  });
});

describe('groups of states', () => {
  it.each(CALL_STATES)('%s', (state) => {
    expect(isOver(state)).toBe(state === 'disconnected');
    expect(isLive(state)).toBe(!['disconnecting', 'disconnected'].includes(state));
    expect(isAnswered(state)).toBe(['connecting', 'active', 'reconnecting'].includes(state));
  });

  it('has the entry states of 1.1', () => {
    expect([...ENTRY_STATES].sort()).toEqual(['active', 'connecting', 'initiated', 'ringing']);
  });
});

describe('disconnected is terminal', () => {
  it('records a repeat and changes nothing', () => {
    const over = end(incoming(), { response: 'canceled', endCode: 487, reason: null }, at(1));
    const again = end(over, { response: 'error', endCode: 500, reason: 'late' }, at(2));
    expect({ ...again, timeline: over.timeline }).toEqual(over);
    expect(lastEntry(again)).toBe('refused: disconnected again: error');
  });
});
