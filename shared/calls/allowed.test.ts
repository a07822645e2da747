import { describe, expect, it } from 'vitest';
import { at, callIn, incoming, NOW, uuid } from '../testing/samples.ts';
import { allowedCommands } from './allowed.ts';
import type { CommandKind } from './commands.ts';
import { ask } from './intents.ts';
import { CALL_CAPABILITIES, type CallAttributes, type CallCapability, type CallRecord } from './record.ts';
import { applyDeadlines, applyFact } from './reduce.ts';
import { CALL_STATES, type CallState, isAnswered, isLive } from './states.ts';

const LIVE = CALL_STATES.filter(isLive);
const ALL: readonly CallCapability[] = CALL_CAPABILITIES;

const can = (call: CallRecord, kind: CommandKind, others: CallRecord[] = [], now = NOW) =>
  allowedCommands(call, { others, now }).has(kind);

const able = (state: CallState, ...capabilities: CallCapability[]) => callIn(state, { capabilities });
const other = (state: CallState) => callIn(state, { id: uuid(2) });
const withAttributes = (call: CallRecord, changes: Partial<CallAttributes>) =>
  applyFact(call, { kind: 'attributes', changes }, at());

describe('answer, decline, declineEverywhere', () => {
  it.each(CALL_STATES)('in %s: only while it rings', (state) => {
    for (const kind of ['answer', 'decline', 'declineEverywhere'] as const)
      expect(can(able(state, ...ALL), kind)).toBe(state === 'ringing');
  });

  it('end with the deadline of the ring, to the millisecond', () => {
    const call = incoming({ ringDeadline: NOW + 10, capabilities: ALL });
    for (const kind of ['answer', 'decline', 'declineEverywhere', 'answerWithVideo'] as const) {
      expect(can(call, kind, [], NOW + 9)).toBe(true);
      expect(can(call, kind, [], NOW + 10)).toBe(false);
    }
    expect(can(call, 'hangUp', [], NOW + 10)).toBe(true);
  });

  it('are not offered while another way of answering is under way, but saying no still is', () => {
    for (const action of ['answer', 'answerWithVideo', 'holdAndAnswer', 'endAndAnswer'] as const) {
      const answering = ask(incoming({ capabilities: ALL }), { id: 'a', action }, at());
      const allowed = allowedCommands(answering, { others: [other('active')], now: NOW });
      for (const kind of ['answer', 'answerWithVideo', 'holdAndAnswer', 'endAndAnswer'] as const)
        expect(allowed.has(kind)).toBe(false);
      expect(allowed.has('decline')).toBe(true);
      expect(allowed.has('hangUp')).toBe(true);
    }
  });
});

describe('answerWithVideo', () => {
  it.each(CALL_STATES)('in %s: ringing and capability video', (state) => {
    expect(can(able(state, 'video'), 'answerWithVideo')).toBe(state === 'ringing');
    expect(can(able(state, 'screenShare'), 'answerWithVideo')).toBe(false);
  });
});

describe('holdAndAnswer, endAndAnswer', () => {
  it.each(CALL_STATES)('ringing while another call is %s: only when that is live', (state) => {
    for (const kind of ['holdAndAnswer', 'endAndAnswer'] as const) {
      expect(can(incoming(), kind, [other(state)])).toBe(isLive(state));
      expect(can(callIn('active'), kind, [other(state)])).toBe(false);
    }
  });

  it('does not take the call itself for another one', () => {
    const call = incoming();
    expect(can(call, 'holdAndAnswer', [call])).toBe(false);
  });
});

describe('silence', () => {
  it.each(CALL_STATES)('in %s: ringing, capability silence, not yet silenced', (state) => {
    const call = able(state, 'silence');
    expect(can(call, 'silence')).toBe(state === 'ringing');
    expect(can({ ...call, attributes: { ...call.attributes, silenced: true } }, 'silence')).toBe(false);
    expect(can(able(state), 'silence')).toBe(false);
  });
});

describe('dismiss', () => {
  it.each(CALL_STATES)('in %s: a ring that is shown', (state) => {
    expect(can(callIn(state), 'dismiss')).toBe(state === 'ringing');
    expect(can({ ...callIn(state), dismissed: true }, 'dismiss')).toBe(false);
  });

  it('a missed call until it has been seen', () => {
    const missed = applyDeadlines(incoming(), at(60_000));
    expect(can(missed, 'dismiss')).toBe(true);
    expect(can({ ...missed, unseen: false }, 'dismiss')).toBe(false);
  });
});

describe('hangUp', () => {
  it.each(CALL_STATES)('in %s: any live state', (state) => expect(can(callIn(state), 'hangUp')).toBe(isLive(state)));
});

describe('callback', () => {
  it.each(CALL_STATES)('in %s: a finished call that knows its peer', (state) => {
    const call = callIn(state);
    expect(can(call, 'callback')).toBe(state === 'disconnected');
    expect(can({ ...call, peer: { ...call.peer, handle: '' } }, 'callback')).toBe(false);
  });
});

describe('mute and unmute', () => {
  it.each(CALL_STATES)('in %s: capability mute, live, by what is so now', (state) => {
    const call = able(state, 'mute');
    expect(can(call, 'mute')).toBe(isLive(state));
    expect(can(call, 'unmute')).toBe(false);
    const muted = { ...call, attributes: { ...call.attributes, muted: true } };
    expect(can(muted, 'mute')).toBe(false);
    expect(can(muted, 'unmute')).toBe(isLive(state));
    expect(can(able(state), 'mute')).toBe(false);
  });

  it('are not offered while either is under way', () => {
    const muting = ask(able('active', 'mute'), { id: 'm', action: 'mute' }, at());
    expect(can(muting, 'mute') || can(muting, 'unmute')).toBe(false);
    expect(can(withAttributes(muting, { muted: true }), 'unmute')).toBe(false);
  });
});

describe('hold and unhold', () => {
  it.each(CALL_STATES)('in %s: supportHold from the start, hold from active on', (state) => {
    const started = state === 'active' || state === 'reconnecting';
    expect(can(able(state, 'supportHold'), 'hold')).toBe(isLive(state));
    expect(can(able(state, 'hold'), 'hold')).toBe(started);
    expect(can(able(state), 'hold')).toBe(false);
    const call = able(state, 'hold');
    const held = { ...call, attributes: { ...call.attributes, held: true } };
    expect(can(held, 'hold')).toBe(false);
    expect(can(held, 'unhold')).toBe(started);
  });

  it('are not offered while either is under way', () => {
    const holding = ask(able('active', 'hold'), { id: 'h', action: 'hold' }, at());
    expect(can(holding, 'hold') || can(holding, 'unhold')).toBe(false);
  });
});

describe('the type of the call', () => {
  const TYPES = ['audio', 'video', 'screenShare'] as const;

  it.each(LIVE.flatMap((state) => TYPES.map((type) => ({ state, type }))))('$state, $type', ({ state, type }) => {
    const call = callIn(state, { type, capabilities: ALL });
    const allowed = allowedCommands(call, { others: [], now: NOW });
    expect(allowed.has('switchVideo')).toBe(type !== 'video');
    expect(allowed.has('switchScreenShare')).toBe(type !== 'screenShare');
    expect(allowed.has('switchAudio')).toBe(type !== 'audio');
    expect(allowed.has('disableVideo')).toBe(type !== 'audio');
    expect(allowed.has('enableVideo')).toBe(false);
    expect(allowed.has('switchCamera')).toBe(type === 'video');
    const dark = allowedCommands(withAttributes(call, { videoEnabled: false }), { others: [], now: NOW });
    expect(dark.has('disableVideo')).toBe(false);
    expect(dark.has('enableVideo')).toBe(type !== 'audio');
    expect(dark.has('switchCamera')).toBe(false);
  });

  it('is not to be changed to what the provider cannot do, nor after the end', () => {
    expect(can(able('active', 'screenShare'), 'switchVideo')).toBe(false);
    expect(can(able('active', 'video'), 'switchScreenShare')).toBe(false);
    for (const state of ['disconnecting', 'disconnected'] as const)
      for (const kind of ['switchVideo', 'switchAudio', 'switchScreenShare', 'enableVideo', 'disableVideo'] as const)
        expect(can(callIn(state, { type: 'video', capabilities: ALL }), kind)).toBe(false);
  });
});

describe('swap', () => {
  const held = (call: CallRecord) => withAttributes(call, { held: true });

  it('wants two live calls, one held', () => {
    expect(can(callIn('active'), 'swap', [held(other('active'))])).toBe(true);
    expect(can(held(callIn('active')), 'swap', [other('active')])).toBe(true);
    expect(can(callIn('active'), 'swap', [other('active')])).toBe(false);
    expect(can(held(callIn('active')), 'swap', [held(other('active'))])).toBe(false);
    expect(can(held(callIn('active')), 'swap')).toBe(false);
    expect(can(callIn('active'), 'swap', [held(other('disconnecting'))])).toBe(false);
  });
});

describe('DTMF and transfer', () => {
  it.each(CALL_STATES)('in %s: by capability, once there is somebody to hear', (state) => {
    expect(can(able(state, 'dtmf'), 'dtmf')).toBe(isAnswered(state));
    expect(can(able(state), 'dtmf')).toBe(false);
    expect(can(able(state, 'transfer'), 'transfer')).toBe(state === 'active');
    expect(can(able(state), 'transfer')).toBe(false);
    expect(can(able(state, 'transfer'), 'attendedTransfer', [other('active')])).toBe(state === 'active');
    expect(can(able(state, 'transfer'), 'attendedTransfer', [other('ringing')])).toBe(false);
  });
});

it('a call without capabilities that is being torn down allows nothing', () => {
  expect([...allowedCommands(callIn('disconnecting', { capabilities: ALL }), { others: [], now: NOW })]).toEqual([]);
});
