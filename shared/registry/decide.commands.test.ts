import { describe, expect, it } from 'vitest';
import { wasAnsweredLate } from '../calls/intents.ts';
import { CALL_STATES, type CallState } from '../calls/states.ts';
import { ask, fails, only, perform, stateAfter, succeeds } from '../testing/asking.ts';
import { callIn, HOST, incoming, lastEntry, NOW, registry, uuid } from '../testing/samples.ts';
import type { RegistryInput } from './input.ts';

describe('a command', () => {
  it('answer asks the host; the call rings on until the network has taken it', () => {
    const call = incoming();
    const decision = perform(call, { kind: 'answer' });
    expect(decision.result).toEqual(succeeds(call.id));
    expect(only(decision)).toMatchObject({
      state: 'ringing',
      intents: [{ id: uuid(500), action: 'answer', outcome: null }],
    });
  });

  it('answer is refused a second time, from whichever tab', () => {
    const state = registry([incoming()]);
    const answering = stateAfter(state, perform(incoming(), { kind: 'answer' }));
    const second = ask(
      answering,
      { kind: 'command', callId: uuid(1), command: { kind: 'answer' } },
      { id: uuid(501), tab: uuid(901) },
    );
    expect(second.result).toEqual(fails('notAllowed'));
    expect(only(second).intents).toHaveLength(1);
    expect(lastEntry(only(second))).toBe('refused: answer in ringing');
  });

  it.each(['answer', 'answerWithVideo', 'holdAndAnswer', 'endAndAnswer'] as const)(
    '%s after the ring is too late',
    (kind) => {
      const call = incoming({ capabilities: ['video'] });
      const decision = perform(call, { kind }, registry([call]), 45_000);
      expect(decision.result).toEqual(fails('tooLate'));
      expect(only(decision)).toMatchObject({ state: 'disconnected', disconnect: { response: 'missed' } });
      expect(wasAnsweredLate(only(decision))).toBe(true);
      expect(wasAnsweredLate(call)).toBe(false);
    },
  );

  const HANG_UPS: [CallState, string][] = [
    ['initiated', 'canceled'],
    ['dialing', 'canceled'],
    ['ringing', 'declined'],
    ['connecting', 'local'],
    ['active', 'local'],
    ['reconnecting', 'local'],
  ];
  it.each(HANG_UPS)('hangUp in %s: %s, shown at once, and the host tells the network', (from, response) => {
    const ending = only(perform(callIn(from), { kind: 'hangUp' }));
    expect(ending).toMatchObject({ state: 'disconnecting', endedFrom: from, disconnect: { response } });
    expect(ending.timeline.some((entry) => entry.what === 'coerced')).toBe(false);
    expect(ending.intents.at(-1)).toMatchObject({ action: 'hangUp', outcome: null });
  });

  it.each([
    ['decline', 486],
    ['declineEverywhere', 603],
  ] as const)('%s ends the ring with %d', (kind, endCode) => {
    expect(only(perform(incoming(), { kind }))).toMatchObject({
      state: 'disconnecting',
      disconnect: { response: 'declined', endCode },
      intents: [{ action: kind }],
    });
  });

  it('silence and dismiss are done here and ask nobody', () => {
    const silenced = only(perform(incoming(), { kind: 'silence' }));
    expect(silenced).toMatchObject({ state: 'ringing', attributes: { silenced: true }, intents: [] });
    const dismissed = only(perform(incoming(), { kind: 'dismiss' }));
    expect(dismissed).toMatchObject({ state: 'ringing', dismissed: true, intents: [] });
  });

  it('callback dials the same peer, and counts as having looked', () => {
    const missed = only(ask(registry([incoming({ type: 'video' })]), { kind: 'tick' }, {}, 45_000));
    const decision = perform(missed, { kind: 'callback' }, registry([], { finished: missed }));
    expect(decision.result).toEqual(succeeds(uuid(500)));
    const [seen, call] = decision.calls;
    expect(seen).toMatchObject({ id: missed.id, unseen: false, state: 'disconnected' });
    expect(call).toMatchObject({ direction: 'outgoing', type: 'video', peer: missed.peer, account: missed.account });
  });

  it('callback during another call is refused', () => {
    const finished = callIn('disconnected');
    const state = registry([callIn('active', { id: uuid(2) })], { finished });
    expect(perform(finished, { kind: 'callback' }, state)).toMatchObject({ calls: [], result: fails('maxCalls') });
  });

  it('DTMF carries its digits', () => {
    expect(only(perform(callIn('active'), { kind: 'dtmf', digits: '1#' })).intents).toMatchObject([{ argument: '1#' }]);
  });

  it.each(CALL_STATES.filter((state) => state !== 'active'))('transfer in %s is refused and noted', (state) => {
    const decision = perform(callIn(state), { kind: 'transfer', target: '103' });
    expect(decision.result).toEqual(fails('notAllowed'));
    expect(lastEntry(only(decision))).toBe(`refused: transfer in ${state}`);
  });

  describe('transfer', () => {
    const able = (changes = {}) => callIn('active', { capabilities: ['transfer'], ...changes });
    const other = able({ id: uuid(2), providerCallId: 'other', peer: { ...able().peer, handle: '103' } });

    it('is asked of the host', () => {
      const asked = only(perform(able(), { kind: 'transfer', target: '103' }));
      expect(asked.intents).toMatchObject([{ action: 'transfer', argument: '103', outcome: null }]);
      const both = perform(able(), { kind: 'attendedTransfer', with: other.id }, registry([able(), other]));
      expect(only(both).intents).toMatchObject([{ action: 'attendedTransfer', argument: other.id }]);
    });

    it.each([
      ['to oneself', { kind: 'transfer', target: '101' }],
      ['to whom one talks to', { kind: 'transfer', target: '102' }],
      ['to the same call', { kind: 'attendedTransfer', with: able().id }],
      ['to a call that is not there', { kind: 'attendedTransfer', with: uuid(9) }],
    ] as const)('%s is refused', (_, command) => {
      const decision = perform(able(), command, registry([able(), other]));
      expect(decision.result).toEqual(fails('notAllowed'));
      expect(only(decision).intents).toEqual([]);
    });

    it('is not asked for twice, and nobody is held or taken back meanwhile', () => {
      const capabilities = ['transfer', 'hold'] as const;
      const state = registry([able({ capabilities }), other]);
      const under = stateAfter(state, perform(able({ capabilities }), { kind: 'transfer', target: '104' }, state));
      const [call = able()] = under.live.filter(({ id }) => id === able().id);
      const commands = [
        { kind: 'transfer', target: '105' },
        { kind: 'attendedTransfer', with: other.id },
        { kind: 'hold' },
      ] as const;
      for (const command of commands) expect(perform(call, command, under).result).toEqual(fails('notAllowed'));
      expect(perform(call, { kind: 'hangUp' }, under).result.ok).toBe(true);
    });
  });

  it('to a call that is not there is refused', () => {
    expect(perform(incoming(), { kind: 'answer' }, registry())).toMatchObject({
      calls: [],
      result: fails('callNotFound'),
    });
  });
});

describe('claim and settle', () => {
  const call = callIn('active');
  const muting = stateAfter(registry([call]), perform(call, { kind: 'mute' }));
  const claim: RegistryInput = { kind: 'claim', callId: call.id, intentId: uuid(500), epoch: 1 };
  const settle = (outcome: Extract<RegistryInput, { kind: 'settle' }>['outcome']): RegistryInput => ({
    ...claim,
    kind: 'settle',
    outcome,
  });

  it('one host claims an intent once', () => {
    const decision = ask(muting, claim);
    expect(only(decision)).toMatchObject({ host: HOST, intents: [{ epoch: 1, outcome: null }] });
    expect(ask(stateAfter(muting, decision), claim)).toMatchObject({ calls: [], result: fails('notAllowed') });
  });

  it('nobody claims what is settled or was never asked', () => {
    const settled = stateAfter(muting, ask(muting, settle({ result: 'fulfilled' })));
    expect(ask(settled, claim)).toMatchObject({ calls: [], result: fails('tooLate') });
    expect(ask(registry([call]), claim)).toMatchObject({ calls: [], result: fails('callNotFound') });
  });

  it('fulfilled changes the call, failed does not', () => {
    expect(only(ask(muting, settle({ result: 'fulfilled' }))).attributes.muted).toBe(true);
    const failed = only(ask(muting, settle({ result: 'failed', code: 'media', reason: 'No.' })));
    expect(failed.attributes.muted).toBe(false);
    expect(failed.intents).toMatchObject([{ outcome: { result: 'failed', code: 'media', at: NOW } }]);
  });

  it('an outcome after the time for it is a no-op', () => {
    const late = only(ask(muting, settle({ result: 'fulfilled' }), {}, 10_000));
    expect(late.attributes.muted).toBe(false);
    expect(late.intents).toMatchObject([{ outcome: { result: 'timedOut' } }]);
    expect(lastEntry(late)).toBe(`refused: late fulfilled of ${uuid(500)}`);
  });
});
