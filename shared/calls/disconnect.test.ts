import { describe, expect, it } from 'vitest';
import { at, callIn, lastEntry } from '../testing/samples.ts';
import { coerceResponse, DISCONNECT_RESPONSES, type DisconnectResponse, isAllowedResponse } from './disconnect.ts';
import { applyFact, beginEnd, end } from './reduce.ts';
import { CALL_STATES, type CallState } from './states.ts';

/** The table of 1.2 without `unknown` and `error`, which are allowed everywhere. */
const TABLE: Readonly<Record<CallState, readonly DisconnectResponse[]>> = {
  initiated: ['local', 'remote', 'canceled', 'rejected', 'declined', 'busy'],
  dialing: ['local', 'remote', 'canceled', 'rejected', 'busy'],
  ringing: ['remote', 'canceled', 'missed', 'rejected', 'declined', 'busy', 'answeredElsewhere', 'declinedElsewhere'],
  connecting: ['local', 'remote', 'canceled', 'answeredElsewhere', 'declinedElsewhere'],
  active: ['local', 'remote'],
  reconnecting: ['local', 'remote'],
  disconnecting: [],
  disconnected: [],
};

/** What a response becomes where it is not allowed: who ended it is kept, then what became of it. */
const COERCED: readonly [CallState, DisconnectResponse, DisconnectResponse][] = [
  ['initiated', 'missed', 'remote'],
  ['initiated', 'answeredElsewhere', 'remote'],
  ['initiated', 'declinedElsewhere', 'rejected'],
  ['dialing', 'missed', 'remote'],
  ['dialing', 'declined', 'rejected'],
  ['dialing', 'answeredElsewhere', 'remote'],
  ['dialing', 'declinedElsewhere', 'rejected'],
  ['ringing', 'local', 'declined'],
  ['connecting', 'missed', 'remote'],
  ['connecting', 'rejected', 'remote'],
  ['connecting', 'declined', 'local'],
  ['connecting', 'busy', 'remote'],
  ...(['active', 'reconnecting'] as const).flatMap((state): [CallState, DisconnectResponse, DisconnectResponse][] => [
    [state, 'canceled', 'remote'], // of an incoming call: the caller is who gives up
    [state, 'missed', 'remote'],
    [state, 'rejected', 'remote'],
    [state, 'declined', 'local'],
    [state, 'busy', 'remote'],
    [state, 'answeredElsewhere', 'remote'],
    [state, 'declinedElsewhere', 'remote'],
  ]),
];

const CELLS = CALL_STATES.filter((state) => state !== 'disconnecting' && state !== 'disconnected').flatMap((state) =>
  DISCONNECT_RESPONSES.map((response) => {
    const allowed = TABLE[state].includes(response) || response === 'unknown' || response === 'error';
    const becomes = COERCED.find(([from, reported]) => from === state && reported === response)?.[2];
    return { state, response, allowed, becomes: allowed ? response : becomes };
  }),
);

const byOutgoing = (response: DisconnectResponse, incoming: DisconnectResponse | undefined) =>
  response === 'canceled' ? 'local' : incoming;

describe('why a call ended, by the state it ended from (1.2)', () => {
  it.each(CELLS)('$state, $response: recorded as $becomes', ({ state, response, allowed, becomes }) => {
    expect(isAllowedResponse(state, response)).toBe(allowed);
    const call = callIn(state);
    expect(coerceResponse(state, response, 'outgoing')).toBe(allowed ? response : byOutgoing(response, becomes));
    const over = applyFact(call, { kind: 'disconnected', response, endCode: 499 }, at(1));
    expect(over).toMatchObject({ state: 'disconnected', disconnect: { response: becomes, endCode: 499 } });
    const coerced = over.timeline.filter((entry) => entry.what === 'coerced').map((entry) => entry.detail);
    expect(coerced).toEqual(allowed ? [] : [`reported ${response} in ${state}, recorded ${becomes}`]);
  });

  it.each(DISCONNECT_RESPONSES)('%s is never recorded for a call that is being torn down or over', (response) => {
    for (const state of ['disconnecting', 'disconnected'] as const)
      expect(isAllowedResponse(state, response)).toBe(response === 'unknown' || response === 'error');
  });
});

describe('a call that is being torn down', () => {
  it('keeps the reason it had when that began, and takes a code it did not have', () => {
    const declined = beginEnd(callIn('ringing'), { response: 'declined', endCode: null, reason: null }, at(1));
    expect(declined).toMatchObject({ state: 'disconnecting', endedFrom: 'ringing' });
    const over = end(declined, { response: 'missed', endCode: 486, reason: null }, at(2));
    expect(over).toMatchObject({ state: 'disconnected', endedFrom: 'ringing' });
    expect(over.disconnect).toEqual({ response: 'declined', endCode: 486, reason: null });
  });

  it('is not torn down twice', () => {
    const leaving = callIn('disconnecting');
    const again = beginEnd(leaving, { response: 'error', endCode: null, reason: null }, at(1));
    expect({ ...again, timeline: leaving.timeline }).toEqual(leaving);
    expect(lastEntry(again)).toBe('refused: disconnecting → disconnecting');
  });
});
