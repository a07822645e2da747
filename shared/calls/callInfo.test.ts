import { describe, expect, it } from 'vitest';
import { at, callIn, incoming, NOW, outgoing, uuid, withFacts } from '../testing/samples.ts';
import { callInfo, numericState } from './callInfo.ts';
import type { CallFact } from './facts.ts';
import { ask } from './intents.ts';
import type { CallRecord } from './record.ts';
import { applyFact, applyOutcome } from './reduce.ts';
import { CALL_STATES } from './states.ts';

const accepted: CallFact = { kind: 'accepted' };
const connected: CallFact = { kind: 'connected' };
const ended = (code: number): CallFact => ({ kind: 'ended', by: 'remote', code, reason: null, text: null });

describe('the call info record (1.5)', () => {
  it('of an answered incoming call has every field and nothing else', () => {
    const answered = applyFact(applyFact(incoming(), accepted, at(3_000)), connected, at(3_200));
    expect(callInfo(applyFact(answered, ended(200), at(60_000)))).toEqual({
      transaction_id: uuid(1),
      direction: 'inbound',
      source_number: '102',
      destination_number: '101',
      time_start_to_answer: NOW + 3_000,
      time_end: NOW + 60_000,
      sip_user: '101',
      disposition: 'answered',
    });
  });

  it('of an incoming call that was answered too late: another device had it', () => {
    const late = applyFact(incoming(), accepted, at(3_000));
    const reason = { protocol: 'SIP', cause: 200 } as const;
    const over = applyFact(late, { kind: 'ended', by: 'remote', code: 487, reason, text: null }, at(3_100));
    expect(over.disconnect?.response).toBe('answeredElsewhere');
    expect(callInfo(over)).toMatchObject({ time_start_to_answer: null, disposition: 'no_answered' });
  });

  it('of an outgoing call that rang in vain', () => {
    const ringing = withFacts(outgoing(), { kind: 'progress', ringing: true });
    expect(callInfo(applyFact(ringing, ended(480), at(30_000)))).toEqual({
      transaction_id: uuid(1),
      direction: 'outbound',
      source_number: '101',
      destination_number: '102',
      time_start_to_answer: null,
      time_end: NOW + 30_000,
      sip_user: '101',
      disposition: 'no_answered',
    });
  });

  it.each([
    [403, 'failed'],
    [486, 'busy'],
    [603, 'rejected'],
    [487, 'no_answered'],
  ])('an outgoing call that ended with %d is %s', (code, disposition) => {
    expect(callInfo(withFacts(outgoing(), ended(code)))?.disposition).toBe(disposition);
  });

  it.each(CALL_STATES.filter((state) => state !== 'disconnected'))('there is none while a call is %s', (state) => {
    expect(callInfo(callIn(state))).toBeNull();
  });
});

describe('numeric states for integrators who come from OMICALL (1.5)', () => {
  const views = (call: CallRecord, ...facts: CallFact[]): number[] => {
    const seen = [numericState(call)];
    facts.reduce((current, fact) => {
      const next = applyFact(current, fact, at());
      seen.push(numericState(next));
      return next;
    }, call);
    return seen;
  };
  const progress = (ringing: boolean): CallFact => ({ kind: 'progress', ringing });

  it.each([
    [
      'outgoing 1 → 3 → 4 → 5 → 6',
      views(outgoing(), progress(false), progress(true), accepted, connected, ended(200)),
      [0, 1, 3, 4, 5, 6],
    ],
    ['incoming and answered 2 → 4 → 5 → 6', views(incoming(), accepted, connected, ended(200)), [2, 4, 5, 6]],
    ['incoming and rejected 2 → 6', views(incoming(), ended(603)), [2, 6]],
    [
      'lost and found again 5 → 4 → 5',
      views(callIn('active'), { kind: 'mediaLost' }, { kind: 'mediaBack' }),
      [5, 4, 5],
    ],
    [
      'held by the far side 5 ⇄ 7',
      views(callIn('active'), { kind: 'heldByRemote', held: true }, { kind: 'heldByRemote', held: false }),
      [5, 7, 5],
    ],
    ['torn down', [numericState(callIn('disconnecting'))], [6]],
  ])('%s', (_, seen, expected) => expect(seen).toEqual(expected));

  it('held by us 5 → 7', () => {
    const asked = ask(callIn('active'), { id: 'h', action: 'hold' }, at());
    expect(numericState(asked)).toBe(5);
    expect(numericState(applyOutcome(asked, 'h', { result: 'fulfilled', at: NOW }, at()))).toBe(7);
  });
});
