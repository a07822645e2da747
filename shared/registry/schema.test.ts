import { describe, expect, it } from 'vitest';
import { ACTIONS } from '../calls/commands.ts';
import { MAX_DATA_CHARS } from '../calls/record.ts';
import { SwitchhookError } from '../errors.ts';
import { DIALOG, submission as sample, uuid } from '../testing/samples.ts';
import { parse } from '../validate.ts';
import type { RegistryInput } from './input.ts';
import { submission } from './schema.ts';

const peer = { handle: '102', displayName: null, avatarUrl: null, userId: null };
const dial = { kind: 'dial', callId: uuid(1), account: '101', peer, type: 'audio', capabilities: ['mute'] } as const;
const newCall = {
  ...dial,
  kind: 'newCall',
  providerCallId: 'x@y',
  direction: 'incoming',
  entry: 'ringing',
  ringDeadline: 1,
  data: '{}',
  epoch: null,
} as const;
const fact = { kind: 'fact', call: { id: uuid(1) }, epoch: 1 } as const;
const settings = { kind: 'configure', settings: {} } as const;

const GOOD: RegistryInput[] = [
  dial,
  newCall,
  { ...newCall, direction: 'outgoing', entry: 'initiated' },
  { ...newCall, direction: 'outgoing', entry: 'active' },
  { ...newCall, data: 'x'.repeat(MAX_DATA_CHARS) },
  { ...fact, fact: { kind: 'progress', ringing: true } },
  { ...fact, fact: { kind: 'dialog', dialog: DIALOG } },
  { ...dial, kind: 'take', direction: 'incoming', dialog: DIALOG },
  { ...fact, fact: { kind: 'ended', by: 'remote', code: 486, reason: { protocol: 'Q.850', cause: 17 }, text: 'Busy' } },
  { ...fact, fact: { kind: 'attributes', changes: { muted: true } } },
  { ...fact, call: { account: '101', direction: 'incoming', providerCallId: 'x@y' }, fact: { kind: 'accepted' } },
  { kind: 'claim', callId: uuid(1), intentId: uuid(2), epoch: 1 },
  { kind: 'settle', callId: uuid(1), intentId: uuid(2), outcome: { result: 'fulfilled' }, epoch: 1 },
  { kind: 'claimHost' },
  { kind: 'tick' },
  { kind: 'seen' },
  settings,
  { kind: 'configure', settings: { maxCalls: 2, ringTime: 20_000, language: 'vi', notifications: false } },
];

const COMMANDS = [
  ...Object.keys(ACTIONS)
    .filter((action) => action !== 'none')
    .map((kind) => ({ kind })),
  { kind: 'dtmf', digits: '12#' },
  { kind: 'transfer', target: '103' },
  { kind: 'attendedTransfer', with: uuid(2) },
  { kind: 'merge', with: uuid(2) },
  { kind: 'takeHere' },
  { kind: 'switchCamera' },
];

describe('a submission of the agreed form', () => {
  it.each(GOOD)('$kind is taken as it is', (input) => {
    const asked = sample(input);
    expect(parse(submission, asked, 'submission')).toEqual(asked);
  });

  it.each(COMMANDS)('command $kind', (command) => {
    const asked = { ...sample(settings), input: { kind: 'command', callId: uuid(1), command } };
    expect(parse(submission, asked, 'submission')).toEqual(asked);
  });

  it('loses what nobody agreed on', () => {
    const asked = { ...sample({ kind: 'tick' }), admin: true };
    expect(parse(submission, asked, 'submission')).toEqual(sample({ kind: 'tick' }));
  });
});

const command = (value: unknown) => ({ kind: 'command', callId: uuid(1), command: value });

/** What is wrong with the input, and the field that has to be named. */
const BAD: [field: string, input: unknown][] = [
  ['input.kind', { kind: 'rule the world' }],
  ['input', null],
  ['input', 'dial'],
  ['input.callId', { ...dial, callId: 'one' }],
  ['input.account', { ...dial, account: '' }],
  ['input.type', { ...dial, type: 'fax' }],
  ['input.peer', { ...dial, peer: '102' }],
  ['input.peer.handle', { ...dial, peer: { ...peer, handle: '' } }],
  ['input.peer.handle', { ...dial, peer: { ...peer, handle: 'x'.repeat(2_049) } }],
  ['input.peer.displayName', { ...dial, peer: { ...peer, displayName: 7 } }],
  ['input.capabilities.1', { ...dial, capabilities: ['mute', 'fly'] }],
  ['input.capabilities', { ...dial, capabilities: Array(9).fill('mute') }],
  ['input.direction', { ...newCall, direction: 'sideways' }],
  ['input.entry', { ...newCall, entry: 'disconnected' }],
  ['input.entry', { ...newCall, direction: 'outgoing' }],
  ['input.data', { ...newCall, data: 'x'.repeat(MAX_DATA_CHARS + 1) }],
  ['input.ringDeadline', { ...newCall, ringDeadline: -1 }],
  ['input.ringDeadline', { ...newCall, ringDeadline: Number.NaN }],
  ['input.ringDeadline', { ...newCall, ringDeadline: Number.POSITIVE_INFINITY }],
  ['input.epoch', { ...newCall, epoch: 0 }],
  ['input.epoch', { ...newCall, epoch: 1.5 }],
  ['input.fact.dialog.target', { ...fact, fact: { kind: 'dialog', dialog: { ...DIALOG, target: 'javascript:1' } } }],
  ['input.fact.dialog.callId', { ...fact, fact: { kind: 'dialog', dialog: { ...DIALOG, callId: '' } } }],
  ['input.fact.kind', { ...fact, fact: { kind: 'rumour' } }],
  ['input.fact.code', { ...fact, fact: { kind: 'ended', by: 'remote', code: 20, reason: null, text: null } }],
  ['input.fact.response', { ...fact, fact: { kind: 'disconnected', response: 'tired', endCode: null } }],
  ['input.fact.changes.muted', { ...fact, fact: { kind: 'attributes', changes: { muted: 'yes' } } }],
  ['input.call', { ...fact, call: { account: '101' }, fact: { kind: 'accepted' } }],
  ['input.command.kind', command({ kind: 'none' })],
  ['input.command.kind', command({ kind: 'hang-up' })],
  ['input.command.digits', command({ kind: 'dtmf', digits: '1;rm' })],
  ['input.command.target', command({ kind: 'transfer', target: '' })],
  ['input.command.target', command({ kind: 'transfer', target: 'sip:103@evil.example' })],
  ['input.command.with', command({ kind: 'merge', with: 'me' })],
  ['input.settings.maxCalls', { kind: 'configure', settings: { maxCalls: 0 } }],
  ['input.settings.ringTime', { kind: 'configure', settings: { ringTime: 999 } }],
];

const problem = (value: unknown): unknown => {
  try {
    return parse(submission, value, 'submission');
  } catch (error) {
    return error;
  }
};

describe('a submission that is not', () => {
  it.each(BAD)('names %s', (field, input) => {
    const error = problem({ ...sample({ kind: 'tick' }), input });
    expect(error).toBeInstanceOf(SwitchhookError);
    expect(error).toMatchObject({ code: 'invalidArgument', field });
  });

  it.each([
    ['id', { id: 'x' }],
    ['tab', { tab: 7 }],
    ['source', { source: 'elsewhere' }],
  ])('names %s', (field, changes) => {
    expect(problem({ ...sample({ kind: 'tick' }), ...changes })).toMatchObject({ code: 'invalidArgument', field });
  });

  it('names the whole when there is no field to name', () => {
    expect(problem(undefined)).toMatchObject({ code: 'invalidArgument', field: 'submission' });
  });

  it('does not quote what it was given: it may hold a secret', () => {
    const error = problem({ ...sample({ kind: 'tick' }), input: { ...dial, account: { password: 'hunter2' } } });
    expect(error).toMatchObject({ code: 'invalidArgument', reason: expect.stringContaining('got object') });
    expect(String(error)).not.toContain('hunter2');
  });
});
