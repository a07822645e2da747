import { isToken, malformed, parseDigits, parseParams, splitOutside, unquote } from './scan.ts';

/** A SIP URI (RFC 3261 19.1), the parts that a registrar and proxy look at. */
export interface SipUri {
  scheme: 'sip' | 'sips';
  /** Percent-decoded, without a password; empty when the URI names a host only. */
  user: string;
  /** Lower case. */
  host: string;
  port: number | undefined;
  /** Names lower-cased, values percent-decoded; `''` for a flag such as `lr`. */
  params: ReadonlyMap<string, string>;
}

/**
 * @throws SwitchhookError `invalidArgument` for anything but a sip: or sips: URI. The scheme alone is told apart by
 * {@link schemeOf}, because another scheme is 416 and not 400.
 */
export function parseUri(text: string, field = 'URI'): SipUri {
  refuseUnsafe(text, field);
  const scheme = schemeOf(text);
  if (scheme !== 'sip' && scheme !== 'sips') throw malformed(field, 'sip: or sips: expected');
  const rest = text.slice(scheme.length + 1);
  const at = rest.indexOf('@');
  if (at !== rest.lastIndexOf('@')) throw malformed(field, 'more than one @');
  const userInfo = at < 0 ? '' : rest.slice(0, at);
  const question = rest.indexOf('?', at + 1);
  const [hostPort = '', ...params] = rest.slice(at + 1, question < 0 ? undefined : question).split(';');
  const { host, port } = parseHostPort(hostPort, field);
  const user = decode(userInfo.split(':', 1)[0] ?? '', field);
  if (at >= 0 && user === '') throw malformed(field, 'user expected before @');
  return { scheme, user, host, port, params: uriParams(params, field) };
}

/** The URI's scheme in lower case, `''` when it has none. */
export function schemeOf(text: string): string {
  const colon = text.indexOf(':');
  return colon < 1 ? '' : text.slice(0, colon).toLowerCase();
}

function refuseUnsafe(text: string, field: string): void {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // Visible ASCII only (RFC 3986), and none of the characters that delimit a URI in a header.
    if (code <= 32 || code >= 127 || code === 34 || code === 60 || code === 62 || code === 92) {
      throw malformed(field, 'character that a URI cannot hold');
    }
  }
}

function uriParams(parts: readonly string[], field: string): Map<string, string> {
  const params = new Map<string, string>();
  // Names may also hold `[]/:&+$` (RFC 3261 25.1); nothing in use has one, so they are refused.
  for (const part of parts) {
    const equals = part.indexOf('=');
    const name = (equals < 0 ? part : part.slice(0, equals)).toLowerCase();
    if (!isToken(name) || params.has(name)) throw malformed(field, 'bad or repeated parameter');
    params.set(name, equals < 0 ? '' : decode(part.slice(equals + 1), field));
  }
  return params;
}

export function parseHostPort(text: string, field: string): { host: string; port: number | undefined } {
  const bracket = text.startsWith('[') ? text.indexOf(']') : -1;
  if (text.startsWith('[') && bracket < 0) throw malformed(field, 'unterminated IPv6 address');
  const colon = text.indexOf(':', Math.max(bracket, 0));
  const host = (colon < 0 ? text : text.slice(0, colon)).toLowerCase();
  if (bracket >= 0 ? host.length !== bracket + 1 || !isIpv6Literal(host) : !isHostName(host)) {
    throw malformed(field, 'host expected');
  }
  if (colon < 0) return { host, port: undefined };
  const port = parseDigits(text.slice(colon + 1), 65_535);
  if (port === undefined) throw malformed(field, 'port expected');
  return { host, port };
}

/** 253 is the longest host name (RFC 1035 2.3.4). */
function isHostName(host: string): boolean {
  return host.length > 0 && host.length <= 253 && allOf(host, 'abcdefghijklmnopqrstuvwxyz0123456789.-_');
}

function isIpv6Literal(host: string): boolean {
  return host.length > 3 && host.length <= 47 && allOf(host.slice(1, -1), 'abcdef0123456789:.');
}

function allOf(text: string, allowed: string): boolean {
  for (const c of text) if (!allowed.includes(c)) return false;
  return true;
}

function decode(text: string, field: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(text);
  } catch (cause) {
    throw malformed(field, `bad percent escape (${cause instanceof Error ? cause.name : 'unknown'})`);
  }
  for (let i = 0; i < decoded.length; i++) {
    if (decoded.charCodeAt(i) < 32 || decoded.charCodeAt(i) === 127) throw malformed(field, 'control character');
  }
  return decoded;
}

/** From, To, Contact, Route, …: a URI, perhaps with a name, and the header's own parameters (RFC 3261 20). */
export interface NameAddr {
  displayName: string;
  /** As written; {@link parseUri} reads it. */
  uri: string;
  /** The header's parameters, not the URI's. */
  params: ReadonlyMap<string, string>;
}

export function parseNameAddr(value: string, field: string): NameAddr {
  const [address = '', ...rest] = splitOutside(value, ';', field);
  const params = parseParams(rest, field);
  if (!address.endsWith('>')) {
    if (address === '' || address.includes('<') || address.includes('"')) throw malformed(field, 'address expected');
    return { displayName: '', uri: address, params };
  }
  // The last bracket: one inside the quoted display name comes before it, and splitOutside has matched the rest.
  const open = address.lastIndexOf('<');
  const uri = address.slice(open + 1, -1).trim();
  if (open < 0 || uri === '') throw malformed(field, 'address expected');
  return { displayName: unquote(address.slice(0, open).trim()), uri, params };
}
