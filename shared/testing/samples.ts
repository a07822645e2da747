/** Calls, registries and submissions for the tests: each built by the model itself, so that none is impossible. */

import type { CallDialog } from '../calls/dialog.ts';
import type { CallFact, NewCall } from '../calls/facts.ts';
import type { CallRecord } from '../calls/record.ts';
import { applyFact, beginEnd, createCall } from '../calls/reduce.ts';
import type { CallState } from '../calls/states.ts';
import type { Origin } from '../calls/timeline.ts';
import { DEFAULT_SETTINGS } from '../registry/decide.ts';
import type { Host, RegistryInput, RegistryState, Submission } from '../registry/input.ts';

/** Any fixed time will do: the model reads no clock. */
export const NOW = 1_700_000_000_000;

export const at = (ms = 0): Origin => ({ now: NOW + ms, source: 'provider', tab: null });

/** A readable UUID: `uuid(7)` is the seventh one. */
export const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

export const DIALOG: CallDialog = {
  callId: 'abc@example.test',
  localTag: 'ours',
  remoteTag: 'theirs',
  target: 'sip:102@example.test;gr=urn:uuid:00000000-0000-4000-8000-000000000102',
};

export const HOST: Host = { tab: uuid(900), epoch: 1 };

export function newCall(changes: Partial<NewCall> = {}): NewCall {
  return {
    id: uuid(1),
    providerCallId: 'abc@example.test',
    account: '101',
    direction: 'incoming',
    entry: 'ringing',
    type: 'audio',
    peer: { handle: '102', displayName: 'Bob', avatarUrl: null, userId: null },
    capabilities: ['hold', 'mute', 'dtmf', 'silence'],
    ringDeadline: null,
    data: null,
    ...changes,
  };
}

export const incoming = (changes: Partial<NewCall> = {}): CallRecord => createCall(newCall(changes), at());

export const outgoing = (changes: Partial<NewCall> = {}): CallRecord =>
  createCall(newCall({ direction: 'outgoing', entry: 'initiated', providerCallId: null, ...changes }), at());

export const withFacts = (call: CallRecord, ...facts: CallFact[]): CallRecord =>
  facts.reduce((current, fact) => applyFact(current, fact, at()), call);

const OUTGOING_ONLY: readonly CallState[] = ['initiated', 'dialing'];

/** A call that came to `state` by the network's facts; outgoing where only an outgoing one can be there. */
export function callIn(state: CallState, changes: Partial<NewCall> = {}): CallRecord {
  const goesOut = changes.direction === 'outgoing' || OUTGOING_ONLY.includes(state);
  const call = goesOut ? outgoing(changes) : incoming(changes);
  const accepted: CallFact = { kind: 'accepted' };
  const connected: CallFact = { kind: 'connected' };
  switch (state) {
    case 'initiated':
    case 'ringing':
      return call;
    case 'dialing':
      return withFacts(call, { kind: 'progress', ringing: false });
    case 'connecting':
      return withFacts(call, accepted);
    case 'active':
      return withFacts(call, accepted, connected);
    case 'reconnecting':
      return withFacts(call, accepted, connected, { kind: 'mediaLost' });
    case 'disconnecting':
      return beginEnd(withFacts(call, accepted, connected), { response: 'local', endCode: null, reason: null }, at());
    case 'disconnected':
      return withFacts(call, accepted, connected, { kind: 'disconnected', response: 'remote', endCode: 200 });
  }
}

export function registry(live: readonly CallRecord[] = [], changes: Partial<RegistryState> = {}): RegistryState {
  return {
    rev: 1,
    host: HOST,
    settings: { ...DEFAULT_SETTINGS, maxCalls: 1 }, // full with one call, so that fullness is easily tried
    live,
    finished: null,
    ...changes,
  };
}

export function submission(input: RegistryInput, changes: Partial<Submission> = {}): Submission {
  return { id: uuid(500), tab: HOST.tab, source: 'api', input, ...changes };
}

export const lastEntry = (call: CallRecord): string => {
  const entry = call.timeline.at(-1);
  return entry ? `${entry.what}: ${entry.detail}` : '';
};

/** Freezes a value and all that it holds: a write to it throws (modules are strict code). */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
