/** The form of every submission, checked in the worker before anything else looks at it. */

import * as v from 'valibot';
import { ACTIONS, type CallAction, type CallCommand, DIALABLE, DTMF_DIGITS } from '../calls/commands.ts';
import { DISCONNECT_RESPONSES } from '../calls/disconnect.ts';
import { CALL_CAPABILITIES, MAX_DATA_CHARS } from '../calls/record.ts';
import { TRANSFER_STATES } from '../calls/transfer.ts';
import type { ErrorCode } from '../errors.ts';
import type { RegistryInput, Submission } from './input.ts';

/** Longest identifier of a network that we keep. RFC 3261 sets no bound for a Call-ID; real ones stay under 128. */
const MAX_ID = 256;
/** Longest name, number, URL: what a screen can show, and a URL that servers accept. Ours. */
const MAX_TEXT = 2048;

const id = v.pipe(v.string(), v.uuid());
const networkId = v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_ID));
const text = v.pipe(v.string(), v.maxLength(MAX_TEXT));
const time = v.pipe(v.number(), v.finite(), v.minValue(0));
const nullable = <S extends v.GenericSchema>(schema: S) => v.nullable(schema);

const peer = v.object({
  handle: v.pipe(text, v.minLength(1)),
  displayName: nullable(text),
  avatarUrl: nullable(text),
  userId: nullable(text),
});
const type = v.picklist(['audio', 'video', 'screenShare']);
const direction = v.picklist(['incoming', 'outgoing']);
const capabilities = v.pipe(
  v.array(v.picklist(CALL_CAPABILITIES)),
  v.maxLength(CALL_CAPABILITIES.length),
  v.readonly(),
);
const epoch = v.pipe(v.number(), v.integer(), v.minValue(1));
const endCode = v.pipe(v.number(), v.integer(), v.minValue(100), v.maxValue(999));
const reason = v.object({ protocol: v.picklist(['SIP', 'Q.850']), cause: v.pipe(v.number(), v.integer()) });

const simple = (Object.keys(ACTIONS) as CallAction[]).filter((action) => action !== 'none');

const command: v.GenericSchema<unknown, CallCommand> = v.variant('kind', [
  v.object({ kind: v.picklist(simple as Exclude<CallAction, 'none'>[]) }),
  v.object({ kind: v.literal('dtmf'), digits: v.pipe(v.string(), v.regex(DTMF_DIGITS)) }),
  v.object({ kind: v.literal('transfer'), target: v.pipe(v.string(), v.regex(DIALABLE)) }),
  v.object({ kind: v.literal('attendedTransfer'), with: id }),
  v.object({ kind: v.literal('merge'), with: id }),
  v.object({ kind: v.literal('takeHere') }),
  v.object({ kind: v.literal('switchCamera') }),
]);

const attributes = v.object({
  muted: v.exactOptional(v.boolean()),
  held: v.exactOptional(v.boolean()),
  heldByRemote: v.exactOptional(v.boolean()),
  silenced: v.exactOptional(v.boolean()),
  videoEnabled: v.exactOptional(v.boolean()),
  speaker: v.exactOptional(v.boolean()),
});

const transfer = v.object({
  by: v.picklist(['local', 'remote']),
  target: peer,
  state: v.picklist(TRANSFER_STATES),
  code: nullable(endCode),
});

const dialog = v.object({
  callId: networkId,
  localTag: networkId,
  remoteTag: networkId,
  target: v.pipe(text, v.regex(/^sips?:[^\s<>"]+$/iu)),
});

const fact = v.variant('kind', [
  v.object({ kind: v.literal('progress'), ringing: v.boolean(), earlyMedia: v.exactOptional(v.boolean()) }),
  v.object({ kind: v.literal('identified'), providerCallId: networkId }),
  v.object({ kind: v.literal('moved'), providerCallId: networkId, peer: nullable(peer) }),
  v.object({ kind: v.picklist(['claimed', 'accepted', 'connected', 'mediaLost', 'mediaBack']) }),
  v.object({
    kind: v.literal('ended'),
    by: v.picklist(['local', 'remote']),
    code: nullable(endCode),
    reason: nullable(reason),
    text: nullable(text),
  }),
  v.object({ kind: v.literal('disconnected'), response: v.picklist(DISCONNECT_RESPONSES), endCode: nullable(endCode) }),
  v.object({ kind: v.literal('heldByRemote'), held: v.boolean() }),
  v.object({ kind: v.literal('attributes'), changes: attributes }),
  v.object({ kind: v.literal('answeredBy'), who: text }),
  v.object({ kind: v.literal('dialog'), dialog }),
  v.object({ kind: v.literal('transfer'), transfer }),
  v.object({ kind: v.literal('type'), type }),
  v.object({ kind: v.literal('capabilities'), capabilities }),
  v.object({ kind: v.literal('peer'), peer }),
]);

const callRef = v.union([
  v.object({ id }),
  v.object({ account: v.pipe(text, v.minLength(1)), direction, providerCallId: networkId }),
]);

/** Codes that a host may give for a failed intent: any of ours. The worker stores what it is told and shows it by code. */
const errorCode = v.custom<ErrorCode>((value) => typeof value === 'string' && /^[a-zA-Z]{1,32}$/u.test(value));

const intentReport = v.variant('result', [
  v.object({ result: v.literal('fulfilled') }),
  v.object({ result: v.literal('failed'), code: errorCode, reason: text }),
]);

const settings = v.object({
  maxCalls: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(16))),
  ringTime: v.exactOptional(v.pipe(v.number(), v.minValue(1_000), v.maxValue(300_000))),
  language: v.exactOptional(v.picklist(['en', 'vi'])),
  notifications: v.exactOptional(v.boolean()),
  clockOffset: v.exactOptional(v.pipe(v.number(), v.finite())),
  caughtUp: v.exactOptional(nullable(v.object({ account: v.pipe(text, v.minLength(1)), until: time }))),
  line: v.exactOptional(nullable(v.object({ account: v.pipe(text, v.minLength(1)), device: id }))),
  retention: v.exactOptional(
    v.object({ calls: v.pipe(v.number(), v.integer(), v.minValue(1)), days: v.pipe(v.number(), v.minValue(1)) }),
  ),
});

const input = v.variant('kind', [
  v.object({ kind: v.literal('dial'), callId: id, account: v.pipe(text, v.minLength(1)), peer, type, capabilities }),
  v.object({ kind: v.literal('command'), callId: id, command }),
  v.pipe(
    v.object({
      kind: v.literal('newCall'),
      callId: id,
      providerCallId: nullable(networkId),
      account: v.pipe(text, v.minLength(1)),
      direction,
      entry: v.picklist(['ringing', 'initiated', 'active']),
      type,
      peer,
      capabilities,
      ringDeadline: nullable(time),
      data: nullable(v.pipe(v.string(), v.maxLength(MAX_DATA_CHARS))),
      epoch: nullable(epoch),
    }),
    v.forward(
      v.check(
        ({ entry, direction }) => entry !== 'ringing' || direction === 'incoming',
        'an outgoing call does not ring',
      ),
      ['entry'],
    ),
  ),
  v.object({
    kind: v.literal('take'),
    callId: id,
    account: v.pipe(text, v.minLength(1)),
    direction,
    peer,
    type,
    capabilities,
    dialog,
  }),
  v.object({
    kind: v.literal('networkEnd'),
    callId: id,
    account: v.pipe(text, v.minLength(1)),
    providerCallId: networkId,
    response: v.picklist(['canceled', 'missed', 'answeredElsewhere', 'declinedElsewhere']),
    endCode: nullable(endCode),
    peer: nullable(peer),
    type,
    times: nullable(v.object({ createdAt: time, endedAt: time })),
  }),
  v.object({ kind: v.literal('fact'), call: callRef, fact, epoch: nullable(epoch) }),
  v.object({ kind: v.literal('claim'), callId: id, intentId: id, epoch }),
  v.object({ kind: v.literal('settle'), callId: id, intentId: id, outcome: intentReport, epoch }),
  v.object({ kind: v.picklist(['claimHost', 'tick', 'seen']) }),
  v.object({ kind: v.literal('configure'), settings }),
]);

export const submission = v.object({
  id,
  tab: nullable(id),
  source: v.picklist(['api', 'notification', 'push', 'provider', 'timer', 'recovery']),
  input,
});

// The schema and the type say the same thing, or this does not compile.
type Same<A, B> = [A] extends [B] ? true : never;
export const schemaFitsType: Same<v.InferOutput<typeof submission>['input'], RegistryInput> = true;
export const typeFitsSchema: Same<Submission, v.InferOutput<typeof submission>> = true;
