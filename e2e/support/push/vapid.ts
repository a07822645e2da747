/** Who posts: the check of the `vapid` authentication scheme (RFC 8292). */

import { createPublicKey, verify } from 'node:crypto';

/** `vapid t=<JWT>, k=<key>`: RFC 8292 3. */
const CREDENTIALS = /^vapid\s+t=([^,\s]+)\s*,\s*k=([^,\s]+)$/i;
/** s; RFC 8292 2: "no more than 24 hours". */
const LONGEST = 24 * 60 * 60;

export interface Restriction {
  /** The key that the browser subscribed with, base64url. */
  key: string;
  /** The origin of the endpoint. */
  audience: string;
}

/** @returns the status to refuse the post with, and why; null when it is allowed (RFC 8292 4.2) */
export function refusal(authorization: string | undefined, wanted: Restriction): [status: number, why: string] | null {
  if (authorization === undefined) return [401, 'no credentials'];
  const [, token, key] = CREDENTIALS.exec(authorization) ?? [];
  if (token === undefined || key === undefined) return [403, 'no token or no key'];
  if (withoutPadding(key) !== withoutPadding(wanted.key)) return [403, 'the key is not the one of the subscription'];
  if (!isSigned(token, key)) return [403, 'the signature does not fit the key'];
  const { aud, exp } = claimsOf(token);
  if (aud !== wanted.audience) return [403, `the audience is not ${wanted.audience}`];
  const left = typeof exp === 'number' ? exp - Date.now() / 1000 : Number.NaN;
  return left > 0 && left <= LONGEST ? null : [403, 'the token is over, or valid for more than 24 hours'];
}

const withoutPadding = (base64: string) => base64.replace(/=+$/, '');

/** ES256 over header and claims (RFC 8292 2, RFC 7518 3.4). */
function isSigned(token: string, key: string): boolean {
  const [header, claims, signature] = token.split('.');
  // An uncompressed point of P-256 is 4, x, y: RFC 8292 3.2.
  const point = Buffer.from(key, 'base64url');
  if (!signature || point.length !== 65) return false;
  const [x, y] = [point.subarray(1, 33).toString('base64url'), point.subarray(33).toString('base64url')];
  const publicKey = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  const options = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
  return verify('sha256', Buffer.from(`${header}.${claims}`), options, Buffer.from(signature, 'base64url'));
}

function claimsOf(token: string): { aud?: unknown; exp?: unknown } {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}
