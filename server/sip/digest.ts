/** Digest access authentication (RFC 7616 with MD5 and qop=auth, the subset that SIP phones in browsers speak). */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type Header, header } from './headers.ts';
import { malformed, parseDigits, parseParams, quote, splitOutside } from './scan.ts';

/** The Authorization or Proxy-Authorization header, taken apart; nothing is believed yet. */
export interface DigestAnswer {
  username: string;
  realm: string;
  nonce: string;
  uri: string;
  response: string;
  cnonce: string;
  /** Eight hex digits as sent: they are part of what is hashed. */
  nc: string;
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** HA1 of RFC 7616 3.4.2, what is stored instead of the password. */
export function ha1Of(username: string, realm: string, password: string): string {
  return md5(`${username}:${realm}:${password}`);
}

/** The `response` value of RFC 7616 3.4.1 for qop=auth. */
export function digestResponse(
  ha1: string,
  method: string,
  answer: Pick<DigestAnswer, 'nonce' | 'nc' | 'cnonce' | 'uri'>,
): string {
  const ha2 = md5(`${method}:${answer.uri}`);
  return md5(`${ha1}:${answer.nonce}:${answer.nc}:${answer.cnonce}:auth:${ha2}`);
}

/** Compared in constant time, so that the time tells nothing about the stored HA1. */
export function digestMatches(ha1: string, method: string, answer: DigestAnswer): boolean {
  const expected = Buffer.from(digestResponse(ha1, method, answer));
  const given = Buffer.from(answer.response.toLowerCase());
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/**
 * @returns undefined when the scheme is not Digest, the algorithm not MD5 or the qop not `auth`: the client has not
 * answered our challenge.
 * @throws SwitchhookError `invalidArgument` when it is a Digest that cannot be read.
 */
export function parseDigestAnswer(value: string): DigestAnswer | undefined {
  const field = 'Authorization';
  const space = value.indexOf(' ');
  if (space < 0 || value.slice(0, space).toLowerCase() !== 'digest') return undefined;
  const params = parseParams(splitOutside(value.slice(space + 1), ',', field), field);
  if ((params.get('algorithm') ?? 'MD5').toUpperCase() !== 'MD5') return undefined;
  if (params.get('qop')?.toLowerCase() !== 'auth') return undefined;
  const required = (name: string): string => {
    const found = params.get(name);
    if (!found) throw malformed(field, `${name} expected`);
    return found;
  };
  const nc = required('nc');
  if (parseNonceCount(nc) === undefined) throw malformed(field, 'nc: eight hex digits expected');
  return {
    username: required('username'),
    realm: required('realm'),
    nonce: required('nonce'),
    uri: required('uri'),
    response: required('response'),
    cnonce: required('cnonce'),
    nc,
  };
}

/** RFC 7616 3.4: exactly eight hexadecimal digits. */
export function parseNonceCount(text: string): number | undefined {
  if (text.length !== 8) return undefined;
  for (const c of text.toLowerCase()) if (!'0123456789abcdef'.includes(c)) return undefined;
  return Number.parseInt(text, 16);
}

export function challengeHeader(realm: string, nonce: string, options: { proxy: boolean; stale: boolean }): Header {
  const stale = options.stale ? ', stale=true' : '';
  return header(
    options.proxy ? 'Proxy-Authenticate' : 'WWW-Authenticate',
    `Digest realm=${quote(realm)}, nonce="${nonce}", algorithm=MD5, qop="auth"${stale}`,
  );
}

/** Seconds of an `expires` parameter or header; undefined when it is not a number (RFC 3261 20.19: 2**32-1 at most). */
export function parseSeconds(text: string): number | undefined {
  return parseDigits(text.trim(), 2 ** 32 - 1);
}
