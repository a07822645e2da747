/**
 * The token of a ring push: what a worker shows when it says "it rings", "answer" or "decline". It is an HMAC over the
 * call, the ring and the device, so nothing is stored, and what it opens is one device's part of one ring.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

export interface TokenSubject {
  /** Of this ring: a Call-ID may be used again, a token may not. */
  ringId: string;
  callId: string;
  device: string;
  /** Milliseconds since the epoch: nothing can come of it later. */
  expiresAt: number;
}

/** Part of the text under the HMAC, so that the key cannot be led to sign the same for another purpose. */
const PURPOSE = 'switchhook ring 1';

function macOf(key: Buffer, { ringId, callId, device, expiresAt }: TokenSubject): Buffer {
  // Lengths before texts: no two subjects have the same text under the HMAC.
  const parts = [PURPOSE, ringId, callId, device, String(expiresAt)].map((part) => `${part.length}:${part}`);
  return createHmac('sha256', key).update(parts.join('')).digest();
}

export function makeToken(key: Buffer, subject: TokenSubject): string {
  const { ringId, device, expiresAt } = subject;
  return [ringId, device, expiresAt.toString(36), macOf(key, subject).toString('base64url')].join('.');
}

/** What the token is for, or undefined when it is not ours or is for another call. Its age is for the caller to judge. */
export function readToken(key: Buffer, callId: string, token: string): TokenSubject | undefined {
  const [ringId, device, expires, mac, ...rest] = token.split('.');
  if (!ringId || !device || !expires || !mac || rest.length > 0) return undefined;
  const subject = { ringId, callId, device, expiresAt: Number.parseInt(expires, 36) };
  const [given, right] = [Buffer.from(mac, 'base64url'), macOf(key, subject)];
  return given.length === right.length && timingSafeEqual(given, right) ? subject : undefined;
}
