/** ICE servers for the pages: TURN with credentials that end, by the secret that coturn shares with us. */

import { createHmac } from 'node:crypto';
import type { IceServers } from '../shared/http/api.ts';

export interface TurnConfig {
  /** `turn:` and `turns:` URIs (RFC 7065), all of one server or of several with the same secret. */
  urls: string[];
  /** coturn's `static-auth-secret`; empty when there are no URIs. */
  secret: string;
  /** Seconds that credentials are good for. */
  ttlSeconds: number;
}

/**
 * Four hours: longer than a call, so that it is renewed in one only rarely, and short enough that who leaves the office has
 * soon stopped using its relay.
 */
export const defaultTurn: TurnConfig = { urls: [], secret: '', ttlSeconds: 14_400 };

export const hasRelay = ({ urls }: TurnConfig): boolean => urls.length > 0;

/**
 * The time-limited credentials that coturn calls its REST API (draft-uberti-behave-turn-rest-00 2.2): the user name says when
 * it ends, in seconds since the epoch, and the password is an HMAC-SHA1 of it, so the TURN server need not ask anybody.
 */
export function issueIceServers(turn: TurnConfig, account: string, now: number): IceServers {
  const { urls, secret, ttlSeconds: ttl } = turn;
  if (!hasRelay(turn)) return { iceServers: [], ttl };
  const username = `${Math.floor(now / 1000) + ttl}:${account}`;
  const credential = createHmac('sha1', secret).update(username).digest('base64');
  return { iceServers: [{ urls, username, credential }], ttl };
}

/** RFC 7065 3.1: `turn:host[:port][?transport=udp|tcp]`; an address in brackets if it is one of IPv6. */
const TURN_URI = /^turns?:([a-z0-9.-]{1,253}|\[[0-9a-f:.]+\])(:\d{1,5})?(\?transport=(udp|tcp))?$/iu;

export const isTurnUri = (uri: string): boolean => TURN_URI.test(uri);
