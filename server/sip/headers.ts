/** Headers as data: ordered, each with its canonical spelling, looked up without regard to case. */

export interface Header {
  /** Lower case, compact form expanded: what a lookup compares. */
  readonly key: string;
  /** As it is written on the wire. */
  readonly name: string;
  readonly value: string;
}

export interface SipRequest {
  readonly kind: 'request';
  readonly method: string;
  /** Request-URI as written. */
  readonly uri: string;
  readonly headers: readonly Header[];
  readonly body: string;
}

export interface SipResponse {
  readonly kind: 'response';
  /** 100 to 699. */
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly Header[];
  readonly body: string;
}

export type SipMessage = SipRequest | SipResponse;

/** RFC 3261 7.3.3 and the registry of SIP compact forms. */
const COMPACT: ReadonlyMap<string, string> = new Map([
  ['a', 'accept-contact'],
  ['b', 'referred-by'],
  ['c', 'content-type'],
  ['d', 'request-disposition'],
  ['e', 'content-encoding'],
  ['f', 'from'],
  ['i', 'call-id'],
  ['j', 'reject-contact'],
  ['k', 'supported'],
  ['l', 'content-length'],
  ['m', 'contact'],
  ['o', 'event'],
  ['r', 'refer-to'],
  ['s', 'subject'],
  ['t', 'to'],
  ['u', 'allow-events'],
  ['v', 'via'],
  ['x', 'session-expires'],
  ['y', 'identity'],
]);

/** Spellings that capitalising each word does not give. */
const SPELLING: ReadonlyMap<string, string> = new Map([
  ['call-id', 'Call-ID'],
  ['cseq', 'CSeq'],
  ['www-authenticate', 'WWW-Authenticate'],
  ['mime-version', 'MIME-Version'],
  ['rack', 'RAck'],
  ['rseq', 'RSeq'],
]);

/** Longest known name; anything longer is passed on as it was written. */
const LONGEST_KNOWN_NAME = 32;

export function header(name: string, value: string): Header {
  const lower = name.toLowerCase();
  const key = COMPACT.get(lower) ?? lower;
  if (key.length > LONGEST_KNOWN_NAME) return { key, name, value };
  return { key, name: SPELLING.get(key) ?? capitalise(key), value };
}

function capitalise(key: string): string {
  return key
    .split('-')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('-');
}

export function headerValue(message: { headers: readonly Header[] }, key: string): string | undefined {
  return message.headers.find((h) => h.key === key)?.value;
}

export function headerValues(message: { headers: readonly Header[] }, key: string): string[] {
  return message.headers.filter((h) => h.key === key).map((h) => h.value);
}

export function withoutHeaders(headers: readonly Header[], ...keys: string[]): Header[] {
  return headers.filter((h) => !keys.includes(h.key));
}

/** Comma-separated option tags of Require, Proxy-Require and Supported, lower case. */
export function optionTags(message: { headers: readonly Header[] }, key: string): string[] {
  return headerValues(message, key)
    .flatMap((value) => value.split(','))
    .map((tag) => tag.trim().toLowerCase())
    .filter((tag) => tag !== '');
}
