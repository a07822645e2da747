/** The way to a push service. Tests put their own in its place. */
import { Agent } from 'node:https';
import webpush from 'web-push';
import type { PushSubscriptionData } from '../../shared/http/push.ts';
import { guardedLookup } from './endpoints.ts';

/** One push, before it is encrypted. */
export interface PushMessage {
  subscription: PushSubscriptionData;
  /** JSON of a `PushPayload`. */
  payload: string;
  /** Seconds that the push service keeps it for a device that is offline. */
  ttl: number;
  urgency: 'high' | 'normal';
  topic: string;
}

/** What the push service said; a connection that fails rejects instead. */
export interface PushAnswer {
  status: number;
  retryAfter?: string;
}

export type PushSender = (message: PushMessage) => Promise<PushAnswer>;

/** How the switchboard pushes; everything has a default. */
export interface PushConfig {
  /** Contact of the operator, `mailto:` or `https:`, for the push services (RFC 8292 2.1). */
  subject?: string;
  /** Push services beside the known ones: host names, or `*.` and a domain. */
  hosts?: readonly string[];
  /** HTTP proxy on the way to the push services, `http://host:port`. */
  proxy?: string;
  /** In place of the switchboard's own connections, e.g. with the certificate authority of a stand-in. */
  agent?: Agent;
  /** In place of the whole way: gets the messages as they are before encryption. */
  send?: PushSender;
}

export interface VapidKeys {
  publicKey: string;
  privateKey: string;
}

/** Encrypts (RFC 8291), signs (RFC 8292) and posts (RFC 8030). */
export function webPushSender(
  keys: VapidKeys,
  subject: string,
  { hosts = [], agent, proxy }: PushConfig,
  timeoutMs: number,
): PushSender {
  const own = agent ?? new Agent({ keepAlive: true, lookup: guardedLookup(hosts) });
  const way = proxy === undefined ? { agent: own } : { proxy };
  return async ({ subscription, payload, ttl, urgency, topic }) => {
    try {
      const options = { ...way, vapidDetails: { subject, ...keys }, TTL: ttl, urgency, topic, timeout: timeoutMs };
      const { statusCode } = await webpush.sendNotification(subscription, payload, options);
      return { status: statusCode };
    } catch (error) {
      // What it throws holds the endpoint and the answer's text, which belong into no log: only the status leaves here.
      if (!(error instanceof webpush.WebPushError)) throw new Error('the push service was not reached');
      const { statusCode: status, headers } = error;
      const retryAfter = headers['retry-after'];
      return typeof retryAfter === 'string' ? { status, retryAfter } : { status };
    }
  };
}
