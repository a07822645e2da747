import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callInfo } from '../calls/callInfo.ts';
import { DISCONNECT_RESPONSES, type DisconnectResponse, isAllowedResponse } from '../calls/disconnect.ts';
import { isPending } from '../calls/intents.ts';
import { wasAnswered } from '../calls/missed.ts';
import { type CallRecord, MAX_TIMELINE } from '../calls/record.ts';
import { CALL_STATES, type CallState, canMove, ENTRY_STATES, isLive, isOver } from '../calls/states.ts';
import { history, type Step, submit } from '../testing/histories.ts';
import { deepFreeze, NOW, registry } from '../testing/samples.ts';
import { type Decision, decide } from './decide.ts';
import type { RegistryInput, RegistryState, Submission } from './input.ts';

/** One decision, with what was before it and what was after it. */
interface Turn {
  before: RegistryState;
  asked: Submission;
  now: number;
  decision: Decision;
  /** Every call that there was, by id, over or not. */
  known: ReadonlyMap<string, CallRecord>;
  after: ReadonlyMap<string, CallRecord>;
}

/** Keeps what the worker's database keeps, and shows `decide` what the worker shows it. */
function play(steps: readonly Step[], check: (turn: Turn) => void): void {
  let known: ReadonlyMap<string, CallRecord> = new Map();
  let state = registry();
  let now = NOW;
  steps.forEach((step, n) => {
    now += step.wait;
    const asked = deepFreeze(submit(step.make(state, [...known.values()]), n));
    const before = deepFreeze({ ...state, finished: finishedCall(asked.input, known) });
    const decision = decide(before, asked, now);
    const after = new Map([...known, ...decision.calls.map((call): [string, CallRecord] => [call.id, call])]);
    check({ before, asked, now, decision, known, after });
    known = after;
    const live = [...after.values()].filter((call) => !isOver(call.state));
    state = { ...state, host: decision.host, settings: decision.settings, live };
  });
}

/** The finished call that the input names, as the worker looks it up. */
function finishedCall(input: RegistryInput, known: ReadonlyMap<string, CallRecord>): CallRecord | null {
  const names = (call: CallRecord): boolean => {
    if (input.kind === 'fact' && 'providerCallId' in input.call)
      return call.providerCallId === input.call.providerCallId && call.direction === input.call.direction;
    if (input.kind === 'fact') return 'id' in input.call && input.call.id === call.id;
    return 'callId' in input && input.callId === call.id;
  };
  return [...known.values()].find((call) => isOver(call.state) && names(call)) ?? null;
}

// Enough for every state and every response to come up many times over; a second each on a slow machine.
const RUNS = { numRuns: 500 };
const TIMEOUT = 60_000;

/** A law that holds at every turn of every history. */
function law(name: string, check: (turn: Turn) => void): void {
  it(name, { timeout: TIMEOUT }, () =>
    fc.assert(
      fc.property(history, (steps) => play(steps, check)),
      RUNS,
    ),
  );
}

const moves = (call: CallRecord): string[] =>
  call.timeline.filter((entry) => entry.what === 'state').map((entry) => entry.detail.split(':')[0] ?? '');

const isState = (text: string): text is CallState => CALL_STATES.some((state) => state === text);

describe('at every turn of every history', () => {
  law('the same question has the same answer, and nothing that was given is changed', (turn) => {
    expect(decide(turn.before, turn.asked, turn.now)).toEqual(turn.decision);
  });

  law('no call makes an illegal move', ({ decision }) => {
    for (const call of decision.calls) {
      const [entry = '', ...rest] = moves(call);
      expect(ENTRY_STATES).toContain(entry);
      let from = entry;
      for (const to of rest) {
        expect(isState(from) && isState(to) && canMove(from, to), `${from} → ${to}`).toBe(true);
        from = to;
      }
      expect(from).toBe(call.state);
      expect(moves(call)).not.toContain(call.direction === 'incoming' ? 'dialing' : 'ringing');
    }
  });

  law(
    'a call ends once, and nothing of it changes after that but its timeline and whether it was looked at',
    (turn) => {
      for (const call of turn.decision.calls) {
        expect(moves(call).filter((to) => to === 'disconnected')).toHaveLength(isOver(call.state) ? 1 : 0);
        const earlier = turn.known.get(call.id);
        if (!earlier || !isOver(earlier.state)) continue;
        const { timeline, unseen, dismissed } = earlier;
        expect({ ...call, timeline, unseen, dismissed }).toEqual(earlier);
      }
    },
  );

  law('a call that is over says why, as the table allows it, and has nothing left to do', ({ decision }) => {
    for (const call of decision.calls.filter(({ state }) => isOver(state))) {
      const { endedFrom, disconnect } = call;
      expect(endedFrom !== null && isLive(endedFrom)).toBe(true);
      expect(endedFrom && disconnect && isAllowedResponse(endedFrom, disconnect.response)).toBe(true);
      expect(call.intents.filter(isPending)).toEqual([]);
      expect(call.deadline).toBeNull();
      const info = callInfo(call);
      expect(info?.time_end).toBeGreaterThanOrEqual(call.createdAt);
      expect(info?.disposition === 'answered').toBe(wasAnswered(call));
      expect(info?.time_start_to_answer).toBe(wasAnswered(call) ? call.answeredAt : null);
    }
  });

  law('a reason to end is fixed when the end begins, and only then is there one', ({ decision, known }) => {
    for (const call of decision.calls) {
      expect(call.disconnect !== null).toBe(!isLive(call.state));
      const earlier = known.get(call.id)?.disconnect;
      if (earlier) expect(call.disconnect?.response).toBe(earlier.response);
    }
  });

  law('nothing that is overdue is left', ({ after, now }) => {
    for (const call of after.values()) {
      if (isOver(call.state)) continue;
      if (call.deadline !== null) expect(call.deadline).toBeGreaterThan(now);
      for (const intent of call.intents.filter(isPending)) expect(intent.deadline).toBeGreaterThan(now);
    }
  });

  law('no call is lost, and none is two', ({ decision, known, after }) => {
    const ids = decision.calls.map((call) => call.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of known.keys()) expect(after.has(id)).toBe(true);
    if (decision.result.ok && decision.result.callId !== null) expect(after.has(decision.result.callId)).toBe(true);
    const networkIds = [...after.values()]
      .filter((call) => !isOver(call.state) && call.providerCallId !== null)
      .map((call) => `${call.direction} ${call.providerCallId}`);
    expect(new Set(networkIds).size).toBe(networkIds.length);
  });

  law('what a call is by its nature never changes', ({ decision, known }) => {
    for (const call of decision.calls) {
      const { id, account, direction, createdAt, ringDeadline, rev, answeredAt } = known.get(call.id) ?? call;
      expect(call).toMatchObject({ id, account, direction, createdAt, ringDeadline, rev });
      if (answeredAt !== null) expect(call.answeredAt).toBe(answeredAt);
    }
  });

  law('the timeline is only ever added to, by a few lines, in the order of time', ({ decision, known, asked }) => {
    for (const call of decision.calls) {
      const earlier = known.get(call.id);
      // A turn may settle every pending intent, move the call through three states, coerce a reason and note what was asked.
      const most = (earlier?.intents.filter(isPending).length ?? 0) + 6;
      const had = earlier?.timeline ?? [];
      expect(call.timeline.length - had.length).toBeLessThanOrEqual(most);
      expect(call.timeline.length).toBeLessThanOrEqual(MAX_TIMELINE);
      expect(call.timeline.slice(0, had.length)).toEqual(had);
      const times = call.timeline.map((entry) => entry.at);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      for (const entry of call.timeline.slice(had.length)) expect([asked.source, 'timer']).toContain(entry.source);
    }
  });

  law(
    'what is refused changes nothing: only time does, and the timeline',
    ({ before, asked, now, decision, known }) => {
      if (decision.result.ok) return;
      const ticked = decide(before, { ...asked, input: { kind: 'tick' } }, now);
      expect(decision).toMatchObject({ host: before.host, settings: before.settings });
      for (const call of decision.calls) {
        const expected = ticked.calls.find((other) => other.id === call.id) ?? known.get(call.id);
        expect({ ...call, timeline: [] }).toEqual({ ...expected, timeline: [] });
      }
    },
  );

  law('a person never gets more calls at once than may be', ({ before, asked, decision, after }) => {
    const count = (calls: Iterable<CallRecord>) => [...calls].filter((call) => isLive(call.state)).length;
    const rings = asked.input.kind === 'newCall' && asked.input.entry === 'ringing';
    if (asked.input.kind !== 'dial' && !rings) return;
    expect(count(after.values())).toBeLessThanOrEqual(Math.max(count(before.live), decision.settings.maxCalls));
  });
});

it('the histories reach every state and every response: the laws are not empty', { timeout: TIMEOUT }, () => {
  const states = new Set<CallState>();
  const responses = new Set<DisconnectResponse>();
  const refusals = new Set<string>();
  const look = ({ decision }: Turn) => {
    for (const call of decision.calls) {
      states.add(call.state);
      if (call.disconnect) responses.add(call.disconnect.response);
    }
    if (!decision.result.ok) refusals.add(decision.result.error.code);
  };
  fc.assert(
    fc.property(history, (steps) => play(steps, look)),
    { ...RUNS, seed: 1 },
  );
  expect([...states].sort()).toEqual([...CALL_STATES].sort());
  expect([...responses].sort()).toEqual([...DISCONNECT_RESPONSES].sort());
  const codes = ['callExists', 'callNotFound', 'maxCalls', 'notAllowed', 'staleEpoch', 'tooLate'];
  expect([...refusals].sort()).toEqual(codes);
});
