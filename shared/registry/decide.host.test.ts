import { describe, expect, it } from 'vitest';
import type { CallRecord } from '../calls/record.ts';
import { applyDeadlines } from '../calls/reduce.ts';
import { CALL_STATES, type CallState } from '../calls/states.ts';
import { ask, DIAL, only, perform, stateAfter } from '../testing/asking.ts';
import { at, callIn, DIALOG, HOST, incoming, NOW, registry, uuid, withFacts } from '../testing/samples.ts';
import type { RegistryInput, RegistryState } from './input.ts';

describe('claimHost', () => {
  const tab = uuid(902);
  const take = (state: RegistryState) => ask(state, { kind: 'claimHost' }, { tab });
  const hosted = (state: CallState, changes = {}): CallRecord => ({ ...callIn(state, changes), host: HOST });

  it('raises the epoch, from nothing too', () => {
    expect(take(registry())).toMatchObject({ host: { tab, epoch: 2 }, result: { ok: true, epoch: 2 } });
    expect(take(registry([], { host: null }))).toMatchObject({ host: { tab, epoch: 1 }, result: { epoch: 1 } });
  });

  const KEPT: readonly CallState[] = ['ringing', 'active', 'reconnecting', 'disconnecting', 'disconnected'];

  it.each(CALL_STATES.filter((state) => !KEPT.includes(state)))(
    'ends a call in %s that the lost host held',
    (state) => {
      const call = only(take(registry([hosted(state)])));
      expect(call).toMatchObject({ state: 'disconnected', disconnect: { response: 'error' } });
    },
  );

  it.each(['active', 'reconnecting'] as const)(
    'leaves a call in %s to be resumed, or ended, by the next host',
    (state) => {
      const call = only(take(registry([hosted(state)])));
      expect(call).toMatchObject({ state: 'reconnecting', host: null });
      expect(applyDeadlines(call, { now: NOW + 60_000, source: 'timer', tab: null })).toMatchObject({
        state: 'disconnected',
        disconnect: { response: 'error' },
      });
    },
  );

  it('leaves a call that was just answered to the next host, where it has a dialog to take up', () => {
    const connecting = { ...hosted('connecting'), dialog: DIALOG };
    expect(only(take(registry([connecting])))).toMatchObject({ state: 'connecting', host: null, dialog: DIALOG });
  });

  it('is followed by a host that has a call once it has its dialog', () => {
    const left = take(registry([hosted('active')]));
    const state = { ...registry(left.calls), host: left.host };
    const fact = { kind: 'dialog', dialog: DIALOG } as const;
    const told = only(ask(state, { kind: 'fact', call: { id: only(left).id }, fact, epoch: 2 }));
    expect(told).toMatchObject({ state: 'reconnecting', host: { tab, epoch: 2 }, dialog: DIALOG });
  });

  it('gives a goodbye that was under way to the next host, and the deadline ends it otherwise', () => {
    const active = hosted('active');
    const asked = stateAfter(registry([active]), perform(active, { kind: 'hangUp' }));
    const claimed = stateAfter(asked, ask(asked, { kind: 'claim', callId: active.id, intentId: uuid(500), epoch: 1 }));
    const call = only(take(claimed));
    expect(call).toMatchObject({
      state: 'disconnecting',
      host: null,
      intents: [{ action: 'hangUp', epoch: null, outcome: null }],
    });
    expect(applyDeadlines(call, { now: NOW + 60_000, source: 'timer', tab: null })).toMatchObject({
      state: 'disconnected',
      disconnect: { response: 'local' },
    });
  });

  it('lets a ringing call ring on, and gives its answer to the next host', () => {
    const ringing = hosted('ringing');
    const asked = stateAfter(registry([ringing]), perform(ringing, { kind: 'answer' }));
    const claimed = stateAfter(asked, ask(asked, { kind: 'claim', callId: ringing.id, intentId: uuid(500), epoch: 1 }));
    const decision = take(claimed);
    expect(only(decision)).toMatchObject({
      state: 'ringing',
      intents: [{ action: 'answer', epoch: null, outcome: null }],
    });
    const next = ask(stateAfter(claimed, decision), {
      kind: 'claim',
      callId: ringing.id,
      intentId: uuid(500),
      epoch: 2,
    });
    expect(only(next)).toMatchObject({ host: { tab, epoch: 2 }, intents: [{ epoch: 2 }] });
  });

  it('fails what cannot be done twice with hostLost', () => {
    const active = hosted('active');
    const asked = stateAfter(registry([active]), perform(active, { kind: 'dtmf', digits: '1' }));
    const claimed = stateAfter(asked, ask(asked, { kind: 'claim', callId: active.id, intentId: uuid(500), epoch: 1 }));
    expect(only(take(claimed)).intents).toMatchObject([{ outcome: { result: 'failed', code: 'hostLost' } }]);
  });

  it('gives up a transfer of which nobody will hear the end', () => {
    const target = { handle: '103', displayName: null, avatarUrl: null, userId: null };
    const transfer = { by: 'remote', target, state: 'ringing', code: null } as const;
    const call = withFacts(hosted('active'), { kind: 'transfer', transfer });
    expect(only(take(registry([call])))).toMatchObject({ state: 'reconnecting', transfer: { state: 'failed' } });
  });

  it("leaves alone what has no host: an integrator's own call, one that was dialled before there was one", () => {
    const dialled = stateAfter(registry([], { host: null }), ask(registry([], { host: null }), DIAL));
    expect(take(dialled).calls).toEqual([]);
    expect(take(registry([callIn('active')])).calls).toEqual([]);
  });
});

describe('time', () => {
  it('every input finds the registry as its timers would have left it', () => {
    const state = registry([incoming(), callIn('connecting', { id: uuid(2) })]);
    const decision = ask(state, { kind: 'configure', settings: { language: 'vi' } }, {}, 50_000);
    expect(decision.calls.map((call) => call.disconnect?.response)).toEqual(['missed', 'error']);
    expect(decision.calls.map((call) => call.timeline.at(-1)?.source)).toEqual(['timer', 'timer']);
    expect(decision.settings).toEqual({ ...state.settings, language: 'vi' });
  });

  it('a missed call makes room for the next', () => {
    const decision = ask(registry([incoming()]), DIAL, {}, 45_000);
    expect(decision.calls.map((call) => call.state)).toEqual(['disconnected', 'initiated']);
  });

  it('changes nothing when nothing is overdue', () => {
    expect(ask(registry([incoming(), callIn('active')]), { kind: 'tick' }, {}, 10).calls).toEqual([]);
    expect(ask(registry([incoming()]), { kind: 'seen' }).calls).toEqual([]);
  });
});

it('says who did it, on the timeline', () => {
  const call = incoming();
  const input: RegistryInput = { kind: 'command', callId: call.id, command: { kind: 'silence' } };
  const silenced = only(ask(registry([call]), input, { source: 'notification', tab: null }, at(9).now - NOW));
  expect(silenced.timeline.at(-1)).toMatchObject({ at: NOW + 9, source: 'notification', tab: null });
});
