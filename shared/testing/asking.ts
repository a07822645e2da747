/** Asking `decide`, and reading what it says, in few words. */

import { expect } from 'vitest';
import type { CallCommand } from '../calls/commands.ts';
import type { CallRecord } from '../calls/record.ts';
import { type Decision, decide } from '../registry/decide.ts';
import type { RegistryInput, RegistryState, Submission } from '../registry/input.ts';
import { NOW, registry, submission, uuid } from './samples.ts';

export const PEER = { handle: '102', displayName: 'Bob', avatarUrl: null, userId: null };

export const DIAL = {
  kind: 'dial',
  callId: uuid(7),
  account: '101',
  peer: PEER,
  type: 'audio',
  capabilities: ['mute'],
} as const satisfies RegistryInput;

export const REPORT = {
  kind: 'newCall',
  callId: uuid(8),
  providerCallId: 'new@example.test',
  account: '101',
  direction: 'incoming',
  entry: 'ringing',
  type: 'audio',
  peer: PEER,
  capabilities: ['mute'],
  ringDeadline: null,
  data: null,
  epoch: 1,
} as const satisfies RegistryInput;

export const ask = (state: RegistryState, input: RegistryInput, changes: Partial<Submission> = {}, ms = 0): Decision =>
  decide(state, submission(input, changes), NOW + ms);

export const perform = (call: CallRecord, command: CallCommand, state = registry([call]), ms = 0): Decision =>
  ask(state, { kind: 'command', callId: call.id, command }, {}, ms);

/** The one call that a decision changed. */
export function only({ calls }: Decision): CallRecord {
  expect(calls).toHaveLength(1);
  const call = calls[0];
  if (!call) throw new Error('no call was changed');
  return call;
}

/** The registry after a decision. */
export const stateAfter = (state: RegistryState, { calls, host, settings }: Decision): RegistryState => ({
  ...state,
  host,
  settings,
  live: [...state.live.filter((call) => !calls.some((other) => other.id === call.id)), ...calls],
});

export const fails = (code: string) => ({ ok: false, error: expect.objectContaining({ code }) });
export const succeeds = (callId: string | null = null) => ({ ok: true, callId, epoch: null });
