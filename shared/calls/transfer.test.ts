import { describe, expect, it } from 'vitest';
import { at, callIn, lastEntry, withFacts } from '../testing/samples.ts';
import { ask } from './intents.ts';
import { applyDeadlines, applyOutcome } from './reduce.ts';
import { isTransferring, type Transfer, transferFailure, wasTransferred } from './transfer.ts';

const target = { handle: '103', displayName: null, avatarUrl: null, userId: null };
const transfer = (state: Transfer['state'], changes: Partial<Transfer> = {}): Transfer => ({
  by: 'local',
  target,
  state,
  code: null,
  ...changes,
});
const told = (...states: Transfer['state'][]) =>
  withFacts(callIn('active'), ...states.map((state) => ({ kind: 'transfer', transfer: transfer(state) }) as const));

describe('a transfer', () => {
  it('is told step by step, in the record and on the timeline', () => {
    const call = told('trying', 'ringing', 'accepted');
    expect(call.transfer).toEqual(transfer('accepted'));
    expect(call.timeline.slice(-3).map(({ detail }) => detail)).toEqual([
      'transfer to 103: trying',
      'transfer to 103: ringing',
      'transfer to 103: accepted',
    ]);
    expect(call.state).toBe('active');
  });

  it('says with which code it failed', () => {
    const call = withFacts(callIn('active'), { kind: 'transfer', transfer: transfer('failed', { code: 486 }) });
    expect(lastEntry(call)).toBe('fact: transfer to 103: failed (486)');
  });

  it.each([
    ['trying', true, false],
    ['ringing', true, false],
    ['accepted', false, true],
    ['failed', false, false],
  ] as const)('%s: under way %s, done %s', (state, underWay, done) => {
    expect([isTransferring(told(state)), wasTransferred(told(state))]).toEqual([underWay, done]);
    expect(wasTransferred({ transfer: transfer(state, { by: 'remote' }) })).toBe(false);
  });

  it('is none in a call without one', () => {
    expect([isTransferring(callIn('active')), wasTransferred(callIn('active'))]).toEqual([false, false]);
  });

  it.each([
    [{ result: 'failed', code: 'transferFailed', reason: 'test' }, 'failed'],
    [{ result: 'timedOut' }, 'failed'],
    [{ result: 'fulfilled' }, 'ringing'],
  ] as const)('that was asked for and settles as %o is %s', (outcome, state) => {
    const asked = ask(told('trying', 'ringing'), { id: 't', action: 'transfer', argument: '103' }, at());
    expect(applyOutcome(asked, 't', { ...outcome, at: at().now }, at()).transfer?.state).toBe(state);
  });

  it('that nobody tells the end of has failed when its time is over', () => {
    const asked = ask(told('trying'), { id: 't', action: 'transfer', argument: '103' }, at());
    expect(applyDeadlines(asked, at(90_000))).toMatchObject({ state: 'active', transfer: { state: 'failed' } });
  });

  it('is done when the far side takes it on and hangs up', () => {
    const bye = { kind: 'ended', by: 'remote', code: 200, reason: null, text: null } as const;
    const asked = ask(told('trying'), { id: 't', action: 'transfer', argument: '103' }, at());
    expect(withFacts(asked, bye).intents).toMatchObject([{ outcome: { result: 'fulfilled' } }]);
    const refused = ask(told('failed'), { id: 't', action: 'transfer', argument: '103' }, at());
    expect(withFacts(refused, bye).intents).toMatchObject([{ outcome: { result: 'failed', code: 'tooLate' } }]);
  });
});

describe('the reason of a failure', () => {
  it.each([
    [486, 'targetBusy'],
    [600, 'targetBusy'],
    [404, 'targetNotFound'],
    [410, 'targetNotFound'],
    [484, 'targetNotFound'],
    [604, 'targetNotFound'],
    [408, 'targetNoAnswer'],
    [480, 'targetNoAnswer'],
    [487, 'targetNoAnswer'],
    [603, 'targetRefused'],
    [500, 'transferFailed'],
    [null, 'transferFailed'],
  ] as const)('%s: %s', (code, reason) => expect(transferFailure(code)).toBe(reason));
});
