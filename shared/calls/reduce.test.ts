import { describe, expect, it } from 'vitest';
import { at, callIn, DIALOG, incoming, lastEntry, NOW, newCall, outgoing, withFacts } from '../testing/samples.ts';
import type { CallFact } from './facts.ts';
import type { CallRecord } from './record.ts';
import { applyDeadlines, applyFact, createCall } from './reduce.ts';
import { CALL_STATES, type CallState, isOver } from './states.ts';

const states = (call: CallRecord) =>
  call.timeline.filter((entry) => entry.what === 'state').map((entry) => entry.detail);

describe('a new call', () => {
  it.each([
    ['initiated', null],
    ['ringing', null],
    ['active', NOW],
  ] as const)('may begin as %s', (entry, answeredAt) => {
    const direction = entry === 'ringing' ? 'incoming' : 'outgoing';
    const call = createCall(newCall({ entry, direction }), at());
    expect(call).toMatchObject({ state: entry, answeredAt, createdAt: NOW, endedAt: null, disconnect: null, rev: 0 });
    expect(states(call)).toEqual([entry]);
  });

  it.each([
    ['audio', false],
    ['video', true],
    ['screenShare', true],
  ] as const)('of type %s: video on is %s', (type, videoEnabled) => {
    expect(incoming({ type }).attributes.videoEnabled).toBe(videoEnabled);
  });
});

/** Where each fact leads from each state; a state that is not named refuses it. */
const FACTS: readonly [fact: CallFact, leads: Partial<Record<CallState, CallState>>][] = [
  [
    { kind: 'progress', ringing: false },
    { initiated: 'dialing', dialing: 'dialing' },
  ],
  [
    { kind: 'progress', ringing: true },
    { initiated: 'dialing', dialing: 'dialing' },
  ],
  [{ kind: 'accepted' }, { initiated: 'connecting', dialing: 'connecting', ringing: 'connecting' }],
  [
    { kind: 'connected' },
    { initiated: 'active', dialing: 'active', ringing: 'active', connecting: 'active', reconnecting: 'active' },
  ],
  [{ kind: 'mediaLost' }, { active: 'reconnecting' }],
  [{ kind: 'mediaBack' }, { reconnecting: 'active' }],
];

const CELLS = FACTS.flatMap(([fact, leads]) =>
  CALL_STATES.map((from) => ({ what: `${fact.kind} in ${from}`, fact, from, to: leads[from] })),
);

describe('what a fact does', () => {
  it.each(CELLS)('$what: $to', ({ fact, from, to }) => {
    const call = callIn(from);
    const after = applyFact(call, fact, at(1));
    expect(after.state).toBe(to ?? from);
    if (to !== undefined) return;
    expect({ ...after, timeline: call.timeline }).toEqual(call);
    expect(lastEntry(after)).toMatch(/^refused: /u);
  });

  it('passes through dialing when the answer is the first thing heard (RFC 3261 13.3.1.4)', () => {
    expect(states(withFacts(outgoing(), { kind: 'accepted' }))).toEqual(['initiated', 'dialing', 'connecting']);
    expect(states(withFacts(outgoing(), { kind: 'connected' }))).toEqual(['initiated', 'dialing', 'active']);
  });

  it('remembers that the far side is heard before it answers', () => {
    const dialing = withFacts(outgoing(), { kind: 'progress', ringing: true });
    expect(dialing.earlyMedia).toBeUndefined();
    const early = { kind: 'progress', ringing: true, earlyMedia: true } as const;
    expect(withFacts(outgoing(), early)).toMatchObject({ earlyMedia: true, remoteRingingAt: NOW });
    const both = withFacts(dialing, early, early, { kind: 'progress', ringing: true });
    expect(both.earlyMedia).toBe(true);
    expect(both.timeline.filter(({ detail }) => detail === 'early media')).toHaveLength(1);
  });

  it('never dials an incoming call that had not begun to ring', () => {
    const call = incoming({ entry: 'initiated' });
    expect(withFacts(call, { kind: 'progress', ringing: true }).state).toBe('initiated');
    expect(states(withFacts(call, { kind: 'accepted' }))).toEqual(['initiated', 'ringing', 'connecting']);
  });

  it('keeps the time of the answer, whatever comes after it', () => {
    const answered = applyFact(incoming(), { kind: 'accepted' }, at(1));
    const active = applyFact(answered, { kind: 'connected' }, at(2));
    const lost = applyFact(active, { kind: 'mediaLost' }, at(3));
    const back = applyFact(lost, { kind: 'connected' }, at(4));
    expect([answered, active, lost, back].map((call) => call.answeredAt)).toEqual(Array(4).fill(NOW + 1));
  });
});

const TRANSFER = {
  by: 'remote',
  target: { handle: '9', displayName: null, avatarUrl: null, userId: null },
  state: 'trying',
  code: null,
} as const;

const DESCRIPTIONS: readonly [CallFact, Partial<CallRecord>][] = [
  [{ kind: 'identified', providerCallId: 'z' }, { providerCallId: 'z' }],
  [{ kind: 'moved', providerCallId: 'z', peer: null }, { providerCallId: 'z' }],
  [
    { kind: 'moved', providerCallId: 'z', peer: TRANSFER.target },
    { providerCallId: 'z', peer: TRANSFER.target },
  ],
  [{ kind: 'answeredBy', who: '105' }, { answeredBy: '105' }],
  [{ kind: 'transfer', transfer: TRANSFER }, { transfer: TRANSFER }],
  [{ kind: 'dialog', dialog: DIALOG }, { dialog: DIALOG }],
  [{ kind: 'type', type: 'video' }, { type: 'video' }],
  [{ kind: 'capabilities', capabilities: ['mute'] }, { capabilities: ['mute'] }],
  [
    { kind: 'peer', peer: { handle: '9', displayName: null, avatarUrl: null, userId: null } },
    { peer: { handle: '9', displayName: null, avatarUrl: null, userId: null } },
  ],
];

describe('a description', () => {
  it.each(DESCRIPTIONS)('%o: is taken until the call is over', (fact, expected) => {
    for (const state of CALL_STATES) {
      const call = callIn(state);
      const after = applyFact(call, fact, at(1));
      expect(after.timeline).toHaveLength(call.timeline.length + 1);
      expect({ ...after, timeline: [] }).toEqual({ ...call, timeline: [], ...(isOver(state) ? {} : expected) });
    }
  });

  it('of its dialog is forgotten with its end: there is nothing to take up any more', () => {
    const over = withFacts(
      callIn('active'),
      { kind: 'dialog', dialog: DIALOG },
      { kind: 'ended', by: 'remote', code: 200, reason: null, text: null },
    );
    expect(over).not.toHaveProperty('dialog');
  });

  it('of a move to another party leaves behind what the old far side did', () => {
    const before = withFacts(
      callIn('active'),
      { kind: 'heldByRemote', held: true },
      { kind: 'answeredBy', who: '105' },
    );
    const same = withFacts(before, { kind: 'moved', providerCallId: 'z', peer: null });
    expect(same).toMatchObject({ answeredBy: '105', attributes: { heldByRemote: true } });
    const other = withFacts(before, { kind: 'moved', providerCallId: 'z', peer: TRANSFER.target });
    expect(other).toMatchObject({ answeredBy: null, peer: { handle: '9' }, attributes: { heldByRemote: false } });
  });

  it('of attributes changes those it names', () => {
    const call = withFacts(callIn('active'), { kind: 'attributes', changes: { muted: true, speaker: true } });
    expect(call.attributes).toMatchObject({ muted: true, speaker: true, held: false });
    expect(lastEntry(call)).toBe('attribute: muted on, speaker on');
    expect(withFacts(call, { kind: 'heldByRemote', held: true }).attributes.heldByRemote).toBe(true);
  });
});

describe('a missed call', () => {
  const ended = (code: number, cause: number | null = null): CallFact => ({
    kind: 'ended',
    by: 'remote',
    code,
    reason: cause === null ? null : { protocol: 'SIP', cause },
    text: null,
  });

  it.each([
    ['the caller gave up', withFacts(incoming(), ended(487)), true],
    ['nobody took it in time', applyDeadlines(incoming(), at(45_000)), true],
    ['answered on another device', withFacts(incoming(), ended(487, 200)), false],
    ['declined on another device', withFacts(incoming(), ended(487, 603)), false],
    ['declined here', withFacts(incoming(), ended(603)), false],
    ['it was answered', withFacts(callIn('active'), ended(200)), false],
    ['ours', withFacts(outgoing(), ended(480)), false],
  ])('%s: unseen is %3$s', (_, call, unseen) => {
    expect(isOver(call.state)).toBe(true);
    expect(call.unseen).toBe(unseen);
  });
});

it('a code is judged by whether the far side rang', () => {
  const unanswered: CallFact = {
    kind: 'ended',
    by: 'remote',
    code: 480,
    reason: null,
    text: 'Temporarily Unavailable',
  };
  const rang = withFacts(outgoing(), { kind: 'progress', ringing: true }, unanswered);
  expect(rang.disconnect).toEqual({ response: 'remote', endCode: 480, reason: 'Temporarily Unavailable' });
  expect(withFacts(outgoing(), unanswered).disconnect?.response).toBe('error');
});
