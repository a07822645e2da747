import { describe, expect, it } from 'vitest';
import type { CallFact, NewCall } from '../calls/facts.ts';
import { ask } from '../calls/intents.ts';
import type { CallRecord } from '../calls/record.ts';
import { applyFact, createCall } from '../calls/reduce.ts';
import { DEFAULT_SETTINGS } from '../registry/decide.ts';
import { ENDED_SHOWN, planNotifications, type View } from './plan.ts';

const NOW = 1_000_000;
const ORIGIN = { now: NOW, source: 'provider', tab: null } as const;

const START: NewCall = {
  id: 'call-1',
  providerCallId: 'sip-1',
  account: '101',
  direction: 'incoming',
  entry: 'ringing',
  type: 'audio',
  peer: { handle: '102', displayName: 'Trần Văn Hùng', avatarUrl: null, userId: null },
  capabilities: ['silence', 'mute', 'hold'],
  ringDeadline: null,
  data: null,
};

function call(start: Partial<NewCall> = {}, ...facts: CallFact[]): CallRecord {
  return facts.reduce((now, fact) => applyFact(now, fact, ORIGIN), createCall({ ...START, ...start }, ORIGIN));
}

function view(changes: Partial<View>): View {
  return { live: [], finished: [], visibleTabs: 0, settings: DEFAULT_SETTINGS, maxActions: 2, now: NOW, ...changes };
}

const plan = (changes: Partial<View>) => planNotifications(view(changes)).notifications;
const canceledBy = (cause: number | null): CallFact => ({
  kind: 'ended',
  by: 'remote',
  code: 487,
  reason: cause === null ? null : { protocol: 'SIP', cause },
  text: null,
});

describe('an incoming call', () => {
  it('rings until it is dealt with, with answer and decline', () => {
    expect(plan({ live: [call()] })).toMatchObject([
      {
        kind: 'incoming',
        title: 'Incoming audio call',
        body: 'Trần Văn Hùng',
        requireInteraction: true,
        silent: false,
        actions: [
          { action: 'answer', title: 'Answer' },
          { action: 'decline', title: 'Decline' },
        ],
      },
    ]);
  });

  it('speaks the language of the settings', () => {
    const [ring] = plan({ live: [call()], settings: { ...DEFAULT_SETTINGS, language: 'vi' } });
    expect(ring).toMatchObject({ title: 'Cuộc gọi thoại đến', actions: [{ title: 'Trả lời' }, { title: 'Từ chối' }] });
  });

  it('is the page\u2019s to show while a tab can be seen', () => {
    expect(plan({ live: [call()], visibleTabs: 1 })).toEqual([]);
  });

  it('is not shown again once dismissed, nor while it is being answered', () => {
    expect(plan({ live: [{ ...call(), dismissed: true }] })).toEqual([]);
    expect(plan({ live: [ask(call(), { id: 'i', action: 'answer' }, ORIGIN)] })).toEqual([]);
  });

  it('makes no sound and does not vibrate once silenced', () => {
    const silenced = call({}, { kind: 'attributes', changes: { silenced: true } });
    expect(plan({ live: [silenced] })).toMatchObject([{ silent: true, vibrate: [] }]);
  });

  it('offers no answer after its deadline', () => {
    const [ring] = plan({ live: [call()], now: NOW + 60_000 });
    expect(ring?.actions.map(({ action }) => action)).toEqual(['silence']);
  });

  it('while in a call says which, and offers to hold it', () => {
    const other = call({ id: 'call-0', entry: 'active', peer: { ...START.peer, displayName: 'Alice' } });
    const ring = plan({ live: [other, call()] }).find(({ kind }) => kind === 'incoming');
    expect(ring?.body).toContain('Alice');
    expect(ring?.actions.map(({ action }) => action)).toEqual(['hold-and-answer', 'decline']);
  });

  it('has no buttons where the browser has none', () => {
    expect(plan({ live: [call()], maxActions: 0 })).toMatchObject([{ actions: [] }]);
  });
});

describe('a call that goes on', () => {
  it('is shown silently, with hang up and mute, while no tab can be seen', () => {
    const active = call({}, { kind: 'accepted' }, { kind: 'connected' });
    expect(plan({ live: [active] })).toMatchObject([
      { kind: 'live', silent: true, actions: [{ action: 'hang-up' }, { action: 'mute' }], timestamp: NOW },
    ]);
    expect(plan({ live: [active], visibleTabs: 1 })).toEqual([]);
  });

  it('offers unmute once it is muted', () => {
    const muted = call(
      {},
      { kind: 'accepted' },
      { kind: 'connected' },
      { kind: 'attributes', changes: { muted: true } },
    );
    expect(plan({ live: [muted] })[0]?.actions.map(({ action }) => action)).toEqual(['hang-up', 'unmute']);
  });
});

describe('a missed call', () => {
  it('is one notification per caller with the count, about the last of them', () => {
    const missed = (id: string, at: number) => ({ ...call({ id }, canceledBy(null)), endedAt: at });
    const stranger = { ...call({ id: 'x', peer: { ...START.peer, handle: '103' } }, canceledBy(null)) };
    const shown = plan({ finished: [missed('a', NOW), missed('b', NOW + 5), stranger], visibleTabs: 1 });
    expect(shown).toMatchObject([
      {
        kind: 'missed',
        title: '2 missed calls',
        callId: 'b',
        actions: [{ action: 'callback' }, { action: 'dismiss' }],
      },
      { kind: 'missed', title: 'Missed call', callId: 'x' },
    ]);
  });

  it('is gone once it was looked at', () => {
    expect(plan({ finished: [{ ...call({}, canceledBy(null)), unseen: false }] })).toEqual([]);
  });
});

describe('a ring that another device took', () => {
  it('gives way to one silent line for five seconds', () => {
    const elsewhere = call({}, canceledBy(200));
    const planned = planNotifications(view({ finished: [elsewhere] }));
    expect(planned.notifications).toMatchObject([
      { kind: 'ended', tag: 'call:call-1', title: 'Answered on another device', silent: true, actions: [] },
    ]);
    expect(planned.reviseAt).toBe(NOW + ENDED_SHOWN);
    expect(plan({ finished: [elsewhere], now: NOW + ENDED_SHOWN })).toEqual([]);
  });

  it('says so when it was declined there', () => {
    expect(plan({ finished: [call({}, canceledBy(603))] })).toMatchObject([{ title: 'Declined on another device' }]);
  });
});

it('nothing is shown when notifications are off', () => {
  const off = { ...DEFAULT_SETTINGS, notifications: false };
  expect(planNotifications(view({ live: [call()], settings: off }))).toEqual({ notifications: [], reviseAt: null });
});
