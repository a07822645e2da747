import { describe, expect, it } from 'vitest';
import type { CallRecord } from '../calls/record.ts';
import type { MissedCalls } from '../http/push.ts';
import { planNotifications } from '../notifications/plan.ts';
import { DEFAULT_SETTINGS, decide } from '../registry/decide.ts';
import type { RegistryInput, Settings } from '../registry/input.ts';
import { NOW, registry, submission, uuid } from '../testing/samples.ts';
import { missedInputs, missedSince } from './missed.ts';

const HOUR = 3_600_000;
const ann = { handle: '101', displayName: 'Ann', avatarUrl: null, userId: 'u101' };
const carl = { ...ann, handle: '103', displayName: 'Carl' };

/** The switchboard's answer: its clock is an hour behind ours. */
const SERVER_TIME = NOW - HOUR;
const CLOCK = { now: NOW, offset: HOUR };
const missed = (id: string, peer: typeof ann, ago: number): MissedCalls['calls'][number] => ({
  callId: id,
  peer,
  createdAt: SERVER_TIME - ago - 30_000,
  endedAt: SERVER_TIME - ago,
});
const answer: MissedCalls = {
  serverTime: SERVER_TIME,
  calls: [missed('c', ann, 1 * HOUR), missed('b', carl, 2 * HOUR), missed('a', ann, 8 * HOUR)],
};

interface Device {
  history: CallRecord[];
  settings: Settings;
}
const FRESH: Device = { history: [], settings: { ...DEFAULT_SETTINGS, line: { account: '102', device: uuid(1) } } };

/** What a device knows after it was told. */
function told(device: Device, calls: MissedCalls): Device {
  let next = device.history.length;
  const newId = () => uuid(++next);
  return missedInputs(calls, { account: '102', clock: CLOCK, newId }).reduce(obey, device);
}

function obey({ history, settings }: Device, input: RegistryInput): Device {
  const named = input.kind === 'networkEnd' ? input.providerCallId : null;
  const finished = history.find(({ providerCallId }) => providerCallId === named) ?? null;
  const state = registry([], { settings, finished });
  const decision = decide(state, submission(input, { id: uuid(99), source: 'recovery' }), NOW);
  const changed = (id: string) => decision.calls.some((call) => call.id === id);
  return { settings: decision.settings, history: [...history.filter(({ id }) => !changed(id)), ...decision.calls] };
}

describe('calls that came while everything was off', () => {
  it('keep the times at which they came, by this clock', () => {
    const { history } = told(FRESH, answer);
    expect(history.map(({ createdAt, endedAt }) => [NOW - createdAt, NOW - (endedAt ?? 0)])).toEqual([
      [8 * HOUR + 30_000, 8 * HOUR],
      [2 * HOUR + 30_000, 2 * HOUR],
      [1 * HOUR + 30_000, 1 * HOUR],
    ]);
    for (const call of history) {
      expect(call).toMatchObject({ state: 'disconnected', disconnect: { response: 'missed' }, unseen: true });
      expect(call.timeline.map(({ at }) => at)).toEqual([call.createdAt, call.endedAt]);
    }
  });

  it('never come from the future, whatever the clocks say', () => {
    const late = missedInputs(answer, { account: '102', clock: { now: NOW, offset: 20 * HOUR }, newId: () => uuid(1) });
    const { history } = late.slice(0, 1).reduce(obey, FRESH);
    for (const { createdAt, endedAt } of history) {
      expect(createdAt).toBeLessThanOrEqual(endedAt ?? 0);
      expect(endedAt).toBeLessThanOrEqual(NOW);
    }
  });

  it('are one notification per caller, with their count; the newest can be called back', () => {
    const { history, settings } = told(FRESH, answer);
    const { notifications } = planNotifications({
      live: [],
      finished: history,
      visibleTabs: 0,
      settings,
      maxActions: 2,
      now: NOW,
    });
    expect(notifications.map(({ title, body }) => [title, body])).toEqual([
      ['2 missed calls', 'Ann'],
      ['Missed call', 'Carl'],
    ]);
    expect(notifications[0]).toMatchObject({
      timestamp: NOW - HOUR,
      callId: history.find(({ providerCallId }) => providerCallId === 'c')?.id,
      actions: [{ action: 'callback' }, { action: 'dismiss' }],
    });
  });

  it('are there once, however often they are told of', () => {
    const once = told(FRESH, answer);
    const seen = { ...once, history: once.history.map((call) => ({ ...call, unseen: false })) };
    const { history } = told(seen, answer);
    expect(history).toHaveLength(3);
    expect(history.filter(({ unseen }) => unseen)).toEqual([]);
  });
});

describe('from when on', () => {
  it('a device that has never asked hears what the switchboard tells', () => {
    expect(missedSince(null, '102')).toBeNull();
  });

  it('the next question begins a little before the last answer', () => {
    const { caughtUp } = told(FRESH, answer).settings;
    expect(missedSince(caughtUp, '102')).toBe(SERVER_TIME - 10_000);
  });

  it('another account has another past', () => {
    const { caughtUp } = told(FRESH, answer).settings;
    expect(missedSince(caughtUp, '103')).toBeNull();
  });
});
