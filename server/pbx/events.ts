/** What a PBX says to the gateway: `POST /api/pbx/calls`, an HTML form, with the shared secret as a bearer token. */
import * as v from 'valibot';
import { deviceId, extension } from '../../shared/http/api.ts';

/** Before the device in an instance id (RFC 5626 4.1). */
const URN = 'urn:uuid:';

/** Characters, as the SIP parser has it. */
const callId = v.pipe(v.string(), v.minLength(1), v.maxLength(255));
const device = v.pipe(deviceId, v.toLowerCase());
/** `urn:uuid:..` of a device, or nothing. Phones of others have instances of other kinds: they are none of ours. */
const instance = v.pipe(
  v.optional(v.string(), ''),
  v.maxLength(512),
  v.transform((text) => deviceOf(text)),
);
/** Instances with a slash after each, and a dash before them. */
const instances = v.pipe(
  v.optional(v.string(), '-'),
  v.maxLength(16_384),
  v.transform((text) =>
    text
      .slice(1)
      .split('/')
      .flatMap((each) => deviceOf(each) ?? []),
  ),
);
/** One word of RFC 3261 25.1 (token): it goes into a header again, as it is. */
const tag = v.pipe(v.string(), v.regex(/^[\w.!%*+`'~-]{1,255}$/u));
/** The same for a Call-ID, which may be two words. */
const dialogId = v.pipe(callId, v.regex(/^[\w.!%*+`'~()<>:\\"/[\]?{}@-]+$/u));
/** A GRUU (RFC 5627), or a dash for none: another Contact leads to one connection, which other devices do not have. */
const target = v.pipe(
  v.string(),
  v.maxLength(512),
  v.regex(/^(-|sips?:[^\s<>@]+@[^\s<>@]+;gr=urn:[^\s<>]+)$/u),
  v.transform((text) => (text === '-' ? null : text)),
);
/** Of a telephone that is no device of ours: nothing. */
const deviceOrNone = v.pipe(
  v.optional(v.string(), ''),
  v.maxLength(512),
  v.transform((text) => deviceOf(text) ?? null),
);
/** Seconds (RFC 4028 4); 0 where the two have not agreed on any. */
const seconds = v.pipe(v.optional(v.string(), '0'), v.regex(/^\d{1,10}$/u), v.transform(Number));
const status = v.pipe(v.string(), v.regex(/^[3-6]\d\d$/u), v.transform(Number));

export const pbxEvent = v.variant('event', [
  v.object({
    event: v.literal('invite'),
    callId,
    to: extension,
    from: extension,
    /** Of the caller: it is not woken by its own call. */
    device: v.optional(device),
    video: v.pipe(
      v.optional(v.string(), '0'),
      v.transform((text) => text === '1'),
    ),
    /** The one device that is called (a GRUU). */
    only: instance,
    /** Those that have the INVITE on a socket. The same call again with fewer: the others stayed silent. */
    live: instances,
  }),
  v.object({ event: v.literal('answered'), callId, by: v.pipe(v.optional(v.string(), ''), v.toLowerCase()) }),
  v.object({ event: v.literal('cancel'), callId }),
  v.object({ event: v.literal('timeout'), callId }),
  v.object({ event: v.literal('failed'), callId, status }),
  v.object({ event: v.literal('hangUp'), callId, from: extension }),
  v.object({
    event: v.literal('confirmed'),
    callId: dialogId,
    caller: extension,
    callerDevice: deviceOrNone,
    callerTag: tag,
    callerTarget: target,
    callee: extension,
    calleeDevice: deviceOrNone,
    calleeTag: tag,
    calleeTarget: target,
    /** Call-ID of the dialog in whose place it is (RFC 3891), or a dash. */
    replaced: v.pipe(
      v.optional(callId, '-'),
      v.transform((text) => (text === '-' ? null : text)),
    ),
    expires: seconds,
  }),
  v.object({ event: v.literal('refreshed'), callId, from: extension, expires: seconds }),
  v.object({ event: v.literal('gone'), callId, from: extension, device }),
]);

/** Of a call that is going on. */
const OF_DIALOGS = ['confirmed', 'refreshed', 'gone'] as const;

export type PbxEvent = v.InferOutput<typeof pbxEvent>;
export type PbxInvite = Extract<PbxEvent, { event: 'invite' }>;
export type DialogEvent = Extract<PbxEvent, { event: (typeof OF_DIALOGS)[number] }>;
export type RingEvent = Exclude<PbxEvent, DialogEvent>;

export const isOfDialog = (event: PbxEvent): event is DialogEvent =>
  (OF_DIALOGS as readonly string[]).includes(event.event);

export function deviceOf(text: string): string | undefined {
  const id = text.startsWith(URN) ? text.slice(URN.length) : text;
  return v.is(deviceId, id) ? id.toLowerCase() : undefined;
}
