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
]);

export type PbxEvent = v.InferOutput<typeof pbxEvent>;
export type PbxInvite = Extract<PbxEvent, { event: 'invite' }>;

export function deviceOf(text: string): string | undefined {
  const id = text.startsWith(URN) ? text.slice(URN.length) : text;
  return v.is(deviceId, id) ? id.toLowerCase() : undefined;
}
