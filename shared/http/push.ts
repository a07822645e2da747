/** What pages, workers and the switchboard say to each other about push, over HTTP. Errors as in `api.ts`. */

import * as v from 'valibot';
import { pushPayload, pushPeer } from '../push/payload.ts';
import { deviceId } from './api.ts';

/** `GET /api/push/key`: the server's own VAPID key (RFC 8292), uncompressed P-256 point, base64url. */
export const pushKey = v.object({ publicKey: v.string() });

/** A push subscription as `PushSubscription.toJSON()` gives it (Push API 3.4). */
export const subscription = v.object({
  endpoint: v.pipe(v.string(), v.url(), v.maxLength(2048)),
  keys: v.object({
    p256dh: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{80,100}={0,2}$/u)),
    auth: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{16,32}={0,2}$/u)),
  }),
});

/** `PUT /api/push/subscription`: one per account and device; the same again renews it. 204. */
export const subscribeRequest = v.object({
  device: deviceId,
  subscription,
  /** For the list of devices: what a person knows it by, e.g. "Firefox on Linux". Empty: as it was. */
  name: v.pipe(v.string(), v.maxLength(128)),
});

/** `DELETE /api/push/subscription?device=`: 204, whether there was one or not. */

/** `GET /api/devices`: my devices; `DELETE /api/devices/:device`: its log-in, subscription, credentials and sockets go. 204. */
export const devices = v.object({
  devices: v.array(
    v.object({
      device: deviceId,
      name: v.string(),
      /** Has a live socket now. */
      online: v.boolean(),
      /** Can be woken by push. */
      push: v.boolean(),
      /** ms since the epoch. */
      lastSeen: v.number(),
    }),
  ),
});

/** `GET /api/push/pending?device=`: what rings for this device now; for a push that carries nothing (RFC 8599). */
export const pendingPushes = v.object({ pushes: v.array(pushPayload) });

/** `POST /api/push/test` {device}: a genuine push of a test ring to this device. 202, or 404 `notFound` without a subscription. */
export const testRequest = v.object({ device: deviceId });

/** How long a test ring rings, ms: enough for a slow push service, short enough to be watched. Ours. */
export const TEST_RING = 15_000;

/**
 * `GET /api/calls/missed?since=<ms>&device=`: calls to me that nobody answered, ended after `since`, or within the last day
 * where that is not said; at most 50, newest first.
 */
export const missedCalls = v.object({
  /** ms since the epoch by the server's clock: what to give as `since` the next time. */
  serverTime: v.number(),
  calls: v.array(v.object({ callId: v.string(), peer: pushPeer, createdAt: v.number(), endedAt: v.number() })),
});

/**
 * `POST /api/calls/{callId}/ringing|answer|decline` with `Authorization: Bearer <token of the push>`; callId percent-encoded.
 * Idempotent. 200 with this body; 403 for a forged, foreign or replayed token; 410 `tooLate` when the ring is over.
 */
export const respondRequest = v.object({
  /** For decline: this device only, or all. */
  everywhere: v.optional(v.boolean(), false),
  /** For answer: gives a claim back (no microphone). */
  release: v.optional(v.boolean(), false),
});

export const respondResult = v.object({
  /** `ringing`: acknowledged. `claimed`: this device has the call for `until`. `declined`. */
  state: v.picklist(['ringing', 'claimed', 'released', 'declined']),
  /** ms since the epoch by the server's clock; the end of the claim, or of the ring. */
  until: v.number(),
});

/** What a 410 of these three says besides its `error`: how the ring ended, as far as this device is concerned. */
export const ringOver = v.object({
  ended: v.picklist(['canceled', 'missed', 'answeredElsewhere', 'declinedElsewhere']),
});

export type PushSubscriptionData = v.InferOutput<typeof subscription>;
export type Devices = v.InferOutput<typeof devices>;
export type MissedCalls = v.InferOutput<typeof missedCalls>;
export type RingOver = v.InferOutput<typeof ringOver>;
export type RespondResult = v.InferOutput<typeof respondResult>;
