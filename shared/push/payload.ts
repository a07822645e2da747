/**
 * What a push carries (3.2): encrypted for one device (RFC 8291), versioned, validated. Times are ms since the epoch by the
 * server's clock; `serverTime` lets the device correct its own.
 */

import * as v from 'valibot';

/** Raised with every change that an older worker could not understand. */
export const PAYLOAD_VERSION = 1;

/** Longest payload that every push service takes, bytes, encrypted (RFC 8030 7.2). */
export const MAX_PAYLOAD = 4096;

const text = v.pipe(v.string(), v.maxLength(512));
const id = v.pipe(v.string(), v.minLength(1), v.maxLength(256));
const time = v.pipe(v.number(), v.finite(), v.minValue(0));

const base = {
  v: v.literal(PAYLOAD_VERSION),
  /** The call as the network names it: the SIP Call-ID. */
  callId: id,
  /** Of this push; the same again is a duplicate. */
  eventId: v.pipe(v.string(), v.uuid()),
  /** The number that is called. */
  account: id,
  /** The device that is meant: its SIP instance id. */
  device: v.pipe(v.string(), v.uuid()),
  serverTime: time,
};

export const pushPeer = v.object({
  handle: v.pipe(text, v.minLength(1)),
  displayName: v.nullable(text),
  avatarUrl: v.nullable(text),
  userId: v.nullable(text),
});

/** The worker's own way back to the switchboard: for this call and this device only, until the ring is over. */
export const respond = v.object({
  /** `<url>/ringing`, `<url>/answer`, `<url>/decline`; may be of another origin than the page. */
  url: v.pipe(v.string(), v.url(), v.maxLength(1024)),
  /** Bearer token (RFC 6750). */
  token: v.pipe(v.string(), v.minLength(16), v.maxLength(512)),
});

export const pushPayload = v.variant('type', [
  v.object({
    ...base,
    type: v.literal('ring'),
    peer: pushPeer,
    callType: v.picklist(['audio', 'video']),
    createdAt: time,
    /** When the ring is over. */
    expiresAt: time,
    respond,
  }),
  v.object({
    ...base,
    type: v.literal('cancel'),
    response: v.picklist(['canceled', 'missed', 'answeredElsewhere', 'declinedElsewhere']),
    endCode: v.nullable(v.number()),
  }),
  v.object({
    ...base,
    type: v.literal('missed'),
    peer: pushPeer,
    callType: v.picklist(['audio', 'video']),
    createdAt: time,
  }),
]);

export type PushPayload = v.InferOutput<typeof pushPayload>;
export type RingPayload = Extract<PushPayload, { type: 'ring' }>;
