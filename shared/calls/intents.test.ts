import { describe, expect, it } from 'vitest';
import { at, callIn, incoming, lastEntry, NOW } from '../testing/samples.ts';
import { argumentOf, ask, effectOf, expireIntents, pendingIntent, settle, survivesHost } from './intents.ts';
import type { CallRecord, Intent, IntentOutcome } from './record.ts';
import { applyFact, applyOutcome, end } from './reduce.ts';

const asked = (action: Intent['action'], call: CallRecord = callIn('active')) => ask(call, { id: 'i', action }, at());
const fulfilled: IntentOutcome = { result: 'fulfilled', at: NOW + 10 };
const failed: IntentOutcome = { result: 'failed', at: NOW + 10, code: 'signalling', reason: 'The server said no.' };
const intentOf = (call: CallRecord) => call.intents.find((intent) => intent.id === 'i');

describe('an intent', () => {
  it('is pending from the asking on, and on the timeline', () => {
    const call = ask(callIn('active'), { id: 'i', action: 'dtmf', argument: '12#' }, at(7));
    expect(call.intents).toEqual([
      { id: 'i', action: 'dtmf', argument: '12#', askedAt: NOW + 7, deadline: NOW + 5_007, epoch: null, outcome: null },
    ]);
    expect(lastEntry(call)).toBe('action: dtmf');
    expect(pendingIntent(call, 'mute', 'dtmf')?.id).toBe('i');
    expect(pendingIntent(call, 'mute')).toBeUndefined();
    expect(pendingIntent(call)?.id).toBe('i');
  });

  it.each([
    [fulfilled, 'intent: hold fulfilled'],
    [failed, 'intent: hold failed: signalling'],
  ])('is settled once: %o', (outcome, line) => {
    const settled = settle(asked('hold'), 'i', outcome, at(10));
    expect(intentOf(settled)?.outcome).toEqual(outcome);
    expect(lastEntry(settled)).toBe(line);
    expect(settle(settled, 'i', { ...outcome, at: NOW + 15 }, at(15))).toEqual(settled); // said twice
    const late = settle(settled, 'i', { result: 'timedOut', at: NOW + 20 }, at(20));
    expect({ ...late, timeline: settled.timeline }).toEqual(settled);
    expect(lastEntry(late)).toBe('refused: late timedOut of i');
  });

  it('that nobody asked for changes nothing', () => {
    const call = callIn('active');
    expect({ ...settle(call, 'x', fulfilled, at()), timeline: call.timeline }).toEqual(call);
  });

  it.each([
    ['mute', 10_000],
    ['hold', 10_000],
    ['answer', 30_000],
    ['hangUp', 5_000],
    ['switchVideo', 15_000],
    ['transfer', 90_000],
  ] as const)('%s times out after %d ms', (action, patience) => {
    const call = asked(action);
    expect(expireIntents(call, at(patience - 1))).toBe(call);
    const expired = expireIntents(call, at(patience));
    expect(intentOf(expired)?.outcome).toEqual({ result: 'timedOut', at: NOW + patience });
    expect(lastEntry(expired)).toBe(`intent: ${action} timedOut`);
  });

  it('that was settled keeps its place among the last eight, and pending ones are never dropped', () => {
    let call = ask(callIn('active'), { id: 'pending', action: 'hold' }, at());
    for (let n = 0; n < 20; n++) {
      call = ask(call, { id: `d${n}`, action: 'dtmf', argument: '1' }, at());
      call = settle(call, `d${n}`, fulfilled, at());
    }
    call = ask(call, { id: 'last', action: 'dtmf', argument: '1' }, at());
    expect(call.intents.map((intent) => intent.id)).toEqual([
      ...Array.from({ length: 8 }, (_, n) => `d${n + 12}`),
      'pending',
      'last',
    ]);
  });
});

describe('what a fulfilled intent does to the record', () => {
  it.each([
    ['mute', { attributes: { muted: true } }],
    ['unmute', { attributes: { muted: false } }],
    ['hold', { attributes: { held: true } }],
    ['unhold', { attributes: { held: false } }],
    ['switchVideo', { type: 'video', attributes: { videoEnabled: true } }],
    ['switchAudio', { type: 'audio', attributes: { videoEnabled: false } }],
    ['switchScreenShare', { type: 'screenShare', attributes: { videoEnabled: true } }],
    ['enableVideo', { attributes: { videoEnabled: true } }],
    ['disableVideo', { attributes: { videoEnabled: false } }],
    ['answer', {}],
    ['dtmf', {}],
  ] as const)('%s: %o', (action, effect) => {
    expect(effectOf(action)).toEqual(effect);
    const call = asked(action);
    expect(applyOutcome(call, 'i', fulfilled, at(10))).toMatchObject(effect);
    expect(applyOutcome(call, 'i', failed, at(10))).toMatchObject({ type: call.type, attributes: call.attributes });
  });

  it('is nothing when it comes after the time for it, or after the call', () => {
    const tooSlow = expireIntents(asked('mute'), at(10_000));
    expect(applyOutcome(tooSlow, 'i', fulfilled, at(10_001)).attributes.muted).toBe(false);
    const over = applyFact(asked('mute'), { kind: 'disconnected', response: 'remote', endCode: null }, at(1));
    expect(applyOutcome(over, 'i', fulfilled, at(2)).attributes.muted).toBe(false);
  });
});

describe('the end of the call settles what is pending', () => {
  it.each([
    ['hangUp', { result: 'fulfilled', at: NOW + 5 }],
    ['decline', { result: 'fulfilled', at: NOW + 5 }],
    ['declineEverywhere', { result: 'fulfilled', at: NOW + 5 }],
    ['answer', { result: 'failed', at: NOW + 5, code: 'tooLate', reason: 'The call is over.' }],
    ['mute', { result: 'failed', at: NOW + 5, code: 'tooLate', reason: 'The call is over.' }],
  ] as const)('%s: %o', (action, outcome) => {
    const over = end(asked(action, incoming()), { response: 'canceled', endCode: 487, reason: null }, at(5));
    expect(intentOf(over)?.outcome).toEqual(outcome);
  });
});

describe('when a host is lost', () => {
  it.each(['answer', 'hangUp', 'hold', 'unhold', 'mute', 'unmute', 'enableVideo', 'disableVideo'] as const)(
    '%s is given to the next one',
    (action) => expect(survivesHost(action)).toBe(true),
  );
  it.each(['dtmf', 'transfer', 'attendedTransfer', 'dial'] as const)('%s is lost with it', (action) =>
    expect(survivesHost(action)).toBe(false),
  );
});

it.each([
  [{ kind: 'dtmf', digits: '12#' }, '12#'],
  [{ kind: 'transfer', target: '103' }, '103'],
  [{ kind: 'attendedTransfer', with: 'x' }, 'x'],
  [{ kind: 'merge', with: 'y' }, 'y'],
  [{ kind: 'answer' }, null],
] as const)('the argument of %o is %s', (command, argument) => expect(argumentOf(command)).toBe(argument));
