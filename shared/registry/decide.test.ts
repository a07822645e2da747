import { describe, expect, it } from 'vitest';
import { ask, DIAL, fails, only, PEER, REPORT, stateAfter, succeeds } from '../testing/asking.ts';
import { callIn, HOST, incoming, lastEntry, NOW, registry, uuid } from '../testing/samples.ts';
import type { RegistryInput } from './input.ts';

describe('dial', () => {
  it('makes one outgoing call with a pending intent that no host has claimed yet', () => {
    const decision = ask(registry(), DIAL);
    expect(decision.result).toEqual(succeeds(uuid(7)));
    expect(only(decision)).toMatchObject({ id: uuid(7), direction: 'outgoing', state: 'initiated', host: null });
    expect(only(decision).intents).toMatchObject([{ id: uuid(500), action: 'dial', epoch: null, outcome: null }]);
  });

  it('is refused for an id that is taken, for our own number, and when there are as many calls as may be', () => {
    const state = stateAfter(registry(), ask(registry(), DIAL));
    expect(ask(state, DIAL)).toMatchObject({ calls: [], result: fails('callExists') });
    expect(ask(registry(), { ...DIAL, account: '102' })).toMatchObject({ calls: [], result: fails('notAllowed') });
    expect(ask(registry([incoming()]), DIAL)).toMatchObject({ calls: [], result: fails('maxCalls') });
    expect(ask(registry([callIn('disconnecting')]), DIAL).result).toEqual(succeeds(uuid(7)));
  });

  it('rings as long as the account says', () => {
    const state = registry([], { settings: { ...registry().settings, ringTime: 10_000 } });
    expect(only(ask(state, DIAL)).ringDeadline).toBe(NOW + 10_000);
  });
});

describe('newCall', () => {
  it('makes a ringing call of the host that reports it, and of nobody when an integrator does', () => {
    expect(only(ask(registry(), REPORT))).toMatchObject({
      state: 'ringing',
      host: HOST,
      providerCallId: 'new@example.test',
    });
    expect(only(ask(registry(), { ...REPORT, epoch: null })).host).toBeNull();
  });

  it.each([
    ['our id', { ...REPORT, providerCallId: 'other@example.test' }],
    ["the network's id", { ...REPORT, callId: uuid(9) }],
  ])('twice with %s is one call', (_, again) => {
    const state = stateAfter(registry(), ask(registry(), REPORT));
    const decision = ask(state, { ...again, peer: { ...PEER, displayName: 'Robert' }, data: '{"a":1}' });
    expect(decision.result).toEqual(succeeds(uuid(8)));
    expect(only(decision)).toMatchObject({ id: uuid(8), providerCallId: 'new@example.test', data: '{"a":1}' });
    expect(only(decision).peer.displayName).toBe('Robert');
    expect(lastEntry(only(decision))).toBe('fact: reported again');
    expect(stateAfter(state, decision).live).toHaveLength(1);
  });

  it("with the network's id of another account or direction is another call", () => {
    const settings = { ...registry().settings, maxCalls: 5 };
    const state = stateAfter(registry([], { settings }), ask(registry([], { settings }), REPORT));
    for (const other of [{ account: '109' }, { direction: 'outgoing', entry: 'active' }] as const)
      expect(only(ask(state, { ...REPORT, callId: uuid(9), ...other })).id).toBe(uuid(9));
  });

  it("with our id of one call and the network's of another is refused: it would make two calls one", () => {
    const dialled = callIn('dialing', { id: uuid(8) });
    const other = callIn('active', { id: uuid(9), direction: 'outgoing', providerCallId: 'taken@example.test' });
    const state = registry([dialled, other]);
    const report: RegistryInput = {
      ...REPORT,
      direction: 'outgoing',
      entry: 'initiated',
      providerCallId: 'taken@example.test',
    };
    expect(ask(state, report)).toMatchObject({ calls: [], result: fails('callExists') });
    const fact = { kind: 'identified', providerCallId: 'taken@example.test' } as const;
    const stated: RegistryInput = { kind: 'fact', call: { id: uuid(8) }, fact, epoch: 1 };
    expect(ask(state, stated)).toMatchObject({ calls: [], result: fails('callExists') });
    expect(only(ask(state, { ...stated, call: { id: uuid(9) } })).providerCallId).toBe('taken@example.test');
  });

  it('never sets the state of a call that is known', () => {
    const active = callIn('active', { id: uuid(8) });
    expect(only(ask(registry([active]), REPORT)).state).toBe('active');
  });

  it('of a call that is over is too late, live or finished', () => {
    for (const state of [
      registry([callIn('disconnecting', { id: uuid(8) })]),
      registry([], { finished: callIn('disconnected', { id: uuid(8) }) }),
    ]) {
      const decision = ask(state, REPORT);
      expect(decision.result).toEqual(fails('tooLate'));
      expect(lastEntry(only(decision))).toBe('refused: reported again after its end');
    }
  });

  it('is busy when there are as many calls as may be: it is turned away with 486 and stays busy', () => {
    const state = registry([callIn('active')]);
    const decision = ask(state, REPORT);
    expect(decision.result).toEqual(succeeds(uuid(8)));
    const busy = only(decision);
    expect(busy).toMatchObject({ state: 'disconnecting', disconnect: { response: 'busy', endCode: 486 } });
    expect(busy.intents).toMatchObject([{ action: 'decline', argument: 'busy', outcome: null }]);
    const late = stateAfter(state, decision).live.filter((call) => call.id === uuid(8));
    expect(only(ask(registry(late), { kind: 'tick' }, {}, 5_000)).disconnect?.response).toBe('busy');
  });
});

describe('a fact', () => {
  const accepted = { kind: 'accepted' } as const;

  it('finds its call by our id and by that of the network', () => {
    const call = incoming();
    for (const ref of [
      { id: call.id },
      { account: '101', direction: 'incoming', providerCallId: 'abc@example.test' },
    ] as const) {
      const decision = ask(registry([call]), { kind: 'fact', call: ref, fact: accepted, epoch: 1 });
      expect(decision.result).toEqual(succeeds(call.id));
      expect(only(decision).state).toBe('connecting');
    }
  });

  it.each([
    { account: '109', direction: 'incoming', providerCallId: 'abc@example.test' },
    { account: '101', direction: 'outgoing', providerCallId: 'abc@example.test' },
    { id: uuid(99) },
  ] as const)('about %o is about no call of ours', (ref) => {
    const decision = ask(registry([incoming()]), { kind: 'fact', call: ref, fact: accepted, epoch: 1 });
    expect(decision).toMatchObject({ calls: [], result: fails('callNotFound') });
  });

  it('about a finished call is on its timeline, and that is all', () => {
    const finished = callIn('disconnected');
    const decision = ask(registry([], { finished }), {
      kind: 'fact',
      call: { id: finished.id },
      fact: accepted,
      epoch: 1,
    });
    expect({ ...only(decision), timeline: finished.timeline }).toEqual(finished);
    expect(lastEntry(only(decision))).toMatch(/^refused: /u);
  });
});

describe('an epoch that is not the present one', () => {
  const call = callIn('active');
  const inputs: RegistryInput[] = [
    REPORT,
    { kind: 'fact', call: { id: call.id }, fact: { kind: 'mediaLost' }, epoch: 1 },
    { kind: 'claim', callId: call.id, intentId: uuid(500), epoch: 1 },
    { kind: 'settle', callId: call.id, intentId: uuid(500), outcome: { result: 'fulfilled' }, epoch: 1 },
  ];

  it.each(inputs)('is refused for $kind and changes nothing', (input) => {
    const newer = registry([call], { host: { ...HOST, epoch: 2 } });
    expect(ask(newer, input)).toMatchObject({ calls: [], result: fails('staleEpoch') });
    expect(ask(registry([call], { host: null }), input).result).toEqual(fails('staleEpoch'));
  });

  it("does not concern an integrator's own report, which has none", () => {
    const input: RegistryInput = { kind: 'fact', call: { id: call.id }, fact: { kind: 'mediaLost' }, epoch: null };
    expect(only(ask(registry([call], { host: null }), input)).state).toBe('reconnecting');
  });
});
