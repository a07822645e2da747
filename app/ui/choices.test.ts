import { describe, expect, it } from 'vitest';
import { allowedCommands } from '../../shared/calls/allowed.ts';
import { ask } from '../../shared/calls/intents.ts';
import type { CallRecord } from '../../shared/calls/record.ts';
import { at, callIn, NOW, uuid, withFacts } from '../../shared/testing/samples.ts';
import { waysToTake, wayToTakeUp } from './choices.ts';

const held = (call: CallRecord) => withFacts(call, { kind: 'attributes', changes: { held: true } });
const other = (state: Parameters<typeof callIn>[0]) => callIn(state, { id: uuid(2) });
const ringing = callIn('ringing');

describe('waysToTake', () => {
  const ways = (call: CallRecord, ...others: CallRecord[]) =>
    waysToTake(call, allowedCommands(call, { others, now: NOW }), others);

  it.each<[string, CallRecord[], string[]]>([
    ['nothing', [], ['answer']],
    ['a conversation', [other('active')], ['holdAndAnswer', 'endAndAnswer']],
    ['a conversation that has lost its media', [other('reconnecting')], ['holdAndAnswer', 'endAndAnswer']],
    ['a held call', [held(other('active'))], ['endAndAnswer', 'answer']],
    ['a call that is being dialled', [other('dialing')], ['endAndAnswer', 'answer']],
    ['another ring', [other('ringing')], ['answer']],
  ])('beside %s', (_, others, expected) => {
    expect(ways(ringing, ...others)).toEqual(expected);
  });

  it('keeps the one that is under way, whatever it was called', () => {
    for (const action of ['answer', 'endAndAnswer'] as const) {
      expect(ways(ask(ringing, { id: uuid(7), action }, at()), other('active'))).toEqual([action]);
    }
  });

  it('offers plain answer where the model does not offer more', () => {
    expect(waysToTake(ringing, new Set(['answer']), [other('active')])).toEqual(['answer']);
  });
});

describe('wayToTakeUp', () => {
  const waiting = held(callIn('active'));
  const way = (call: CallRecord, ...others: CallRecord[]) =>
    wayToTakeUp(call, allowedCommands(call, { others, now: NOW }), others);

  it.each<[string, CallRecord[], string]>([
    ['one that is heard', [other('active')], 'swap'],
    ['one that is held too', [held(other('active'))], 'unhold'],
    ['a ring, which nobody can hold', [other('ringing')], 'unhold'],
  ])('beside %s', (_, others, expected) => {
    expect(way(waiting, ...others)).toBe(expected);
  });

  it.each(['swap', 'unhold'] as const)('is %s while that is under way', (action) => {
    const others = action === 'swap' ? [held(other('active'))] : [other('active')];
    expect(way(ask(waiting, { id: uuid(7), action }, at()), ...others)).toBe(action);
  });
});
