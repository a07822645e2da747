import { describe, expect, it } from 'vitest';
import { ask, refusal, settle } from '../../shared/calls/intents.ts';
import type { CallRecord, IntentOutcome } from '../../shared/calls/record.ts';
import { applyFact, applyOutcome } from '../../shared/calls/reduce.ts';
import { note } from '../../shared/calls/timeline.ts';
import { at, callIn, incoming, NOW, uuid, withFacts } from '../../shared/testing/samples.ts';
import { answerText, endedBecause, stateText } from './callText.ts';

const ANSWER = { id: uuid(7), action: 'answer' } as const;
const answering = ask(incoming(), ANSWER, at());
const over = (call: CallRecord, response: NonNullable<CallRecord['disconnect']>['response']) =>
  applyFact(call, { kind: 'disconnected', response, endCode: null }, at());
const failed = (code: Extract<IntentOutcome, { result: 'failed' }>['code']): IntentOutcome => ({
  result: 'failed',
  at: NOW,
  code,
  reason: 'test',
});

it('a ring that is being answered says so', () => {
  expect(stateText(incoming(), 'en')).toBe('Incoming audio call');
  expect(stateText(answering, 'en')).toBe('Answering…');
  expect(stateText(settle(answering, ANSWER.id, failed('microphoneInUse'), at()), 'vi')).toBe('Cuộc gọi thoại đến');
});

describe('why a call that was to be answered was not', () => {
  it.each([
    ['answeredElsewhere', 'Another device was faster than your answer.'],
    ['declinedElsewhere', 'It was declined on another device before your answer arrived.'],
    ['canceled', 'The caller hung up before your answer arrived.'],
    ['missed', 'Too late: it had stopped ringing before your answer arrived.'],
    ['remote', 'Too late: it had stopped ringing before your answer arrived.'],
  ] as const)('it ended as %s meanwhile', (response, expected) => {
    expect(answerText(over(answering, response), 'en')).toBe(expected);
  });

  it('it was over when the answer was asked for', () => {
    const late = note(over(incoming(), 'canceled'), at(1_000), 'refused', refusal('answer', 'disconnected'));
    expect(answerText(late, 'vi')).toBe('Người gọi đã gác máy trước khi bạn kịp trả lời.');
  });

  it('the microphone could not be had, and the claim was given back', () => {
    const without = over(settle(answering, ANSWER.id, failed('microphoneAbsent'), at()), 'missed');
    expect(answerText(without, 'en')).toBe('No microphone was found. Plug one in and try again.');
  });

  it('it took too long', () => {
    const late = over(settle(answering, ANSWER.id, { result: 'timedOut', at: NOW }, at()), 'missed');
    expect(answerText(late, 'en')).toMatch(/^That took too long/u);
  });

  it.each([
    ['nobody wanted to answer', over(incoming(), 'missed')],
    ['it was answered in the end', over(applyFact(answering, { kind: 'accepted' }, at()), 'remote')],
    ['it went out', callIn('dialing')],
  ])('nothing to say: %s', (_, call) => {
    expect(answerText(call, 'en')).toBeNull();
  });
});

const BROKEN = { kind: 'disconnected', response: 'error', endCode: null } as const;

describe('why a call ended', () => {
  it('says what kept it from being dialled', () => {
    const asked = ask(callIn('initiated'), { id: uuid(9), action: 'dial' }, at());
    const outcome = { result: 'failed', at: at().now, code: 'noRelay', reason: 'none' } as const;
    const failed = withFacts(applyOutcome(asked, uuid(9), outcome, at()), BROKEN);
    expect(endedBecause(failed, 'en')).toMatch(/through the relay only/u);
    expect(endedBecause(failed, 'vi')).toMatch(/máy chủ chuyển tiếp/u);
  });

  it('says nothing where nobody knows more', () => {
    expect(endedBecause(withFacts(callIn('active'), BROKEN), 'en')).toBeNull();
    expect(endedBecause(callIn('disconnected'), 'en')).toBeNull();
  });
});
