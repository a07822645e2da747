import { describe, expect, it } from 'vitest';
import type { CallCommand } from '../../shared/calls/commands.ts';
import type { DisconnectResponse } from '../../shared/calls/disconnect.ts';
import { ask } from '../../shared/calls/intents.ts';
import type { CallRecord } from '../../shared/calls/record.ts';
import { at, callIn, uuid, withFacts } from '../../shared/testing/samples.ts';
import { soundFor } from './soundFor.ts';

const HERE = { ringer: true };
const asked = (call: CallRecord, action: CallCommand['kind']) => ask(call, { id: uuid(1), action }, at());
const ended = (call: CallRecord, response: DisconnectResponse) =>
  withFacts(call, { kind: 'disconnected', response, endCode: null });
const outgoing = { direction: 'outgoing' } as const;

describe('soundFor', () => {
  it('rings for a ringing call', () => {
    expect(soundFor([callIn('ringing')], HERE)).toBe('ringtone');
  });

  it('leaves the ringing to another tab', () => {
    expect(soundFor([callIn('ringing')], { ringer: false })).toBeNull();
  });

  it('is silent when the ring was silenced', () => {
    expect(
      soundFor([withFacts(callIn('ringing'), { kind: 'attributes', changes: { silenced: true } })], HERE),
    ).toBeNull();
  });

  it.each(['answer', 'answerWithVideo', 'decline', 'declineEverywhere', 'hangUp', 'silence'] as const)(
    'is silent as soon as the person asked for %s',
    (action) => {
      expect(soundFor([asked(callIn('ringing'), action)], HERE)).toBeNull();
    },
  );

  it('knocks while one is in a call', () => {
    expect(soundFor([callIn('ringing'), callIn('active', { id: uuid(2) })], HERE)).toBe('waiting');
  });

  it('plays ringback only once the far side rings', () => {
    const dialing = callIn('dialing');
    expect(soundFor([dialing], HERE)).toBeNull();
    const ringing = withFacts(dialing, { kind: 'progress', ringing: true });
    expect(soundFor([ringing], HERE)).toBe('ringback');
    expect(soundFor([asked(ringing, 'hangUp')], HERE)).toBeNull();
  });

  it('leaves early media to be heard alone', () => {
    const early = withFacts(callIn('dialing'), { kind: 'progress', ringing: true, earlyMedia: true });
    expect(soundFor([early], HERE)).toBeNull();
  });

  it('plays ringback to somebody who is handed on, while it rings there', () => {
    const target = { handle: '103', displayName: null, avatarUrl: null, userId: null };
    const handedOn = (by: 'local' | 'remote', state: 'trying' | 'ringing' | 'failed') =>
      withFacts(callIn('active'), { kind: 'transfer', transfer: { by, target, state, code: null } });
    expect(soundFor([handedOn('remote', 'ringing')], HERE)).toBe('ringback');
    expect(soundFor([handedOn('remote', 'trying')], HERE)).toBeNull();
    expect(soundFor([handedOn('local', 'ringing')], HERE)).toBeNull();
    expect(soundFor([handedOn('remote', 'ringing'), callIn('active', { id: uuid(2) })], HERE)).toBeNull();
  });

  it.each(['initiated', 'connecting', 'active', 'disconnecting'] as const)('is silent while %s', (state) => {
    expect(soundFor([callIn(state)], HERE)).toBeNull();
  });

  it('says quietly that a call is being connected again, unless it is on hold, or another is heard', () => {
    const lost = callIn('reconnecting');
    expect(soundFor([lost], HERE)).toBe('reconnecting');
    expect(soundFor([withFacts(lost, { kind: 'attributes', changes: { held: true } })], HERE)).toBeNull();
    expect(soundFor([asked(lost, 'hangUp')], HERE)).toBeNull();
    expect(soundFor([callIn('ringing', { id: uuid(2) }), lost], HERE)).toBe('waiting');
  });

  it('tells busy and refused', () => {
    expect(soundFor([ended(callIn('dialing'), 'busy')], HERE)).toBe('busy');
    expect(soundFor([ended(callIn('dialing'), 'rejected')], HERE)).toBe('busy');
  });

  it('tells that the far side ended it, and not what the person did', () => {
    expect(soundFor([ended(callIn('active'), 'remote')], HERE)).toBe('ended');
    expect(soundFor([ended(callIn('active', outgoing), 'error')], HERE)).toBe('ended');
    expect(soundFor([ended(callIn('active'), 'local')], HERE)).toBeNull();
    expect(soundFor([ended(callIn('ringing'), 'canceled')], HERE)).toBeNull();
    expect(soundFor([ended(callIn('ringing'), 'missed')], HERE)).toBeNull();
  });

  it('says no farewell into another call', () => {
    expect(soundFor([callIn('active'), ended(callIn('dialing', { id: uuid(2) }), 'busy')], HERE)).toBeNull();
  });

  it('is silent without calls', () => {
    expect(soundFor([], HERE)).toBeNull();
  });
});
