/**
 * A strict, bounded reader of SIP messages (RFC 3261 7, over WebSocket as RFC 7118 has it). Everything that a proxy acts
 * on is checked here once; the rest of the code works on what came out.
 */
import { Buffer } from 'node:buffer';
import { type Header, header, headerValue, headerValues, type SipMessage, type SipRequest } from './headers.ts';
import { isToken, malformed, parseDigits, parseParams, splitOutside } from './scan.ts';
import { type NameAddr, parseHostPort, parseNameAddr } from './uri.ts';

/** A Via value (RFC 3261 20.42). */
export interface Via {
  transport: string;
  host: string;
  port: number | undefined;
  branch: string;
}

/** What every message carries, parsed. */
export interface Envelope {
  callId: string;
  cseq: { number: number; method: string };
  from: NameAddr;
  to: NameAddr;
  /** The topmost Via. */
  via: Via;
}

export type Received<M extends SipMessage = SipMessage> = M & { readonly envelope: Envelope };

/** Headers of one message. A JsSIP INVITE has about 15; 128 leaves room for long Via and Route sets. */
const MAX_HEADERS = 128;
/** Characters of one header line after unfolding. Digest and push parameters stay below 1 KiB. */
const MAX_LINE = 8192;
/** Characters of a Call-ID, a tag or a branch: they are kept in memory and in call records. */
const MAX_IDENTIFIER = 255;
/** RFC 3261 8.1.1.5: a CSeq number is below 2**31. */
const MAX_CSEQ = 2 ** 31 - 1;
/** Longest method name; the registered ones have at most nine letters. */
const MAX_METHOD = 32;
/** RFC 3261 8.1.1.7: what every branch of an RFC 3261 element starts with. */
const MAGIC_COOKIE = 'z9hG4bK';

/** Headers whose comma-separated values are taken apart, because a proxy adds and removes single ones. */
const LISTS: ReadonlySet<string> = new Set(['via', 'route', 'record-route', 'contact', 'path']);
/** Headers that may appear once only (RFC 3261 7.3.1): two of them would be read differently by two elements. */
const SINGLE: readonly string[] = [
  'from',
  'to',
  'call-id',
  'cseq',
  'max-forwards',
  'content-length',
  'content-type',
  'expires',
];

interface Structure {
  startLine: string;
  headers: Header[];
  body: string;
}

/**
 * Reads one message, which must be all of `text` (a WebSocket frame holds exactly one, RFC 7118 5).
 * @throws SwitchhookError `invalidArgument` with `field` and what was wrong with it.
 */
export function parseMessage(text: string): Received {
  const { startLine, headers, body } = readStructure(text);
  const start = readStartLine(startLine);
  for (const key of SINGLE) if (headerValues({ headers }, key).length > 1) throw malformed(key, 'repeated');
  const envelope = readEnvelope(headers);
  checkLength(headers, body);
  if (start.kind === 'request') {
    if (envelope.cseq.method !== start.method) throw malformed('CSeq', 'method differs from the request');
    return { ...start, headers, body, envelope };
  }
  return { ...start, headers, body, envelope };
}

/**
 * What a 400 answer to a malformed request needs, when at least that much can be read; undefined for a response, an
 * ACK (which is never answered) or a text without the five headers that an answer repeats.
 */
export function readForRefusal(text: string): SipRequest | undefined {
  try {
    const { startLine, headers } = readStructure(text);
    const start = readStartLine(startLine);
    if (start.kind !== 'request' || start.method === 'ACK') return undefined;
    readEnvelope(headers);
    return { ...start, headers, body: '' };
  } catch (error) {
    if (error instanceof Error && error.name === 'SwitchhookError') return undefined;
    throw error;
  }
}

function readStructure(text: string): Structure {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) throw malformed('message', 'no empty line after the headers');
  const lines = text.slice(0, end).split('\r\n');
  const startLine = lines[0] ?? '';
  refuseControls(startLine, 'start line');
  const unfolded: string[] = [];
  for (const line of lines.slice(1)) {
    refuseControls(line, 'header');
    if (line.startsWith(' ') || line.startsWith('\t')) {
      const last = unfolded.length - 1;
      if (last < 0) throw malformed('header', 'continuation without a header');
      unfolded[last] = `${unfolded[last]} ${line.trim()}`;
    } else unfolded.push(line);
    if (unfolded.length > MAX_HEADERS) throw malformed('header', 'too many');
    if ((unfolded.at(-1)?.length ?? 0) > MAX_LINE) throw malformed('header', 'too long');
  }
  const headers = unfolded.flatMap(readHeader);
  if (headers.length > MAX_HEADERS) throw malformed('header', 'too many values');
  return { startLine, headers, body: text.slice(end + 4) };
}

/** Tab is the only control character that a header may hold; a bare CR or LF would split it for a laxer reader. */
function refuseControls(line: string, field: string): void {
  if (line.length > MAX_LINE) throw malformed(field, 'too long');
  for (let i = 0; i < line.length; i++) {
    const code = line.charCodeAt(i);
    if ((code < 32 && code !== 9) || code === 127) throw malformed(field, 'control character');
  }
}

function readHeader(line: string): Header[] {
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(colon, 0)).trimEnd();
  if (!isToken(name)) throw malformed('header', 'name expected');
  const one = header(name, line.slice(colon + 1).trim());
  if (!LISTS.has(one.key)) return [one];
  return splitOutside(one.value, ',', one.name).map((value) => {
    if (value === '') throw malformed(one.name, 'empty value');
    return { ...one, value };
  });
}

type StartLine =
  | { kind: 'request'; method: string; uri: string }
  | { kind: 'response'; status: number; reason: string };

function readStartLine(line: string): StartLine {
  const [first = '', second = '', ...rest] = line.split(' ');
  if (first === 'SIP/2.0') {
    const status = second.length === 3 ? parseDigits(second, 699) : undefined;
    if (status === undefined || status < 100) throw malformed('status', '100 to 699 expected');
    return { kind: 'response', status, reason: rest.join(' ') };
  }
  if (!isToken(first) || first.length > MAX_METHOD || first !== first.toUpperCase()) {
    throw malformed('method', 'upper-case token expected');
  }
  if (second === '' || rest.length !== 1 || rest[0] !== 'SIP/2.0') throw malformed('request line', 'SIP/2.0 expected');
  return { kind: 'request', method: first, uri: second };
}

function readEnvelope(headers: readonly Header[]): Envelope {
  const required = (key: string): string => {
    const value = headerValue({ headers }, key);
    if (value === undefined || value === '') throw malformed(key, 'missing');
    return value;
  };
  const callId = required('call-id');
  if (callId.length > MAX_IDENTIFIER || callId.includes(' ')) throw malformed('Call-ID', 'too long or with a space');
  const from = parseNameAddr(required('from'), 'From');
  const to = parseNameAddr(required('to'), 'To');
  const fromTag = from.params.get('tag');
  if (!fromTag) throw malformed('From', 'tag expected');
  for (const tag of [fromTag, to.params.get('tag')]) {
    if (tag !== undefined && (!isToken(tag) || tag.length > MAX_IDENTIFIER)) throw malformed('tag', 'token expected');
  }
  return { callId, from, to, cseq: readCSeq(required('cseq')), via: parseVia(required('via')) };
}

function readCSeq(value: string): Envelope['cseq'] {
  const [digits = '', method = '', ...rest] = value.split(/[ \t]/u).filter((part) => part !== '');
  const number = parseDigits(digits, MAX_CSEQ);
  if (number === undefined || !isToken(method) || method.length > MAX_METHOD || rest.length > 0) {
    throw malformed('CSeq', 'number and method expected');
  }
  return { number, method };
}

export function parseVia(value: string): Via {
  const [sent = '', ...parts] = splitOutside(value, ';', 'Via');
  const [protocol = '', sentBy = '', ...rest] = sent.split(/[ \t]/u).filter((part) => part !== '');
  const [name, version, transport] = protocol.split('/');
  if (name?.toUpperCase() !== 'SIP' || version !== '2.0' || transport === undefined || !isToken(transport)) {
    throw malformed('Via', 'SIP/2.0/transport expected');
  }
  if (rest.length > 0) throw malformed('Via', 'sent-by expected');
  const branch = parseParams(parts, 'Via').get('branch') ?? '';
  if (!branch.startsWith(MAGIC_COOKIE) || !isToken(branch) || branch.length > MAX_IDENTIFIER) {
    throw malformed('Via', 'branch of RFC 3261 expected');
  }
  return { transport: transport.toUpperCase(), ...parseHostPort(sentBy, 'Via'), branch };
}

/** Over a message-based transport Content-Length may be absent; where it is given it must be true (RFC 7118 5). */
function checkLength(headers: readonly Header[], body: string): void {
  const value = headerValue({ headers }, 'content-length');
  if (value === undefined) return;
  if (parseDigits(value, Number.MAX_SAFE_INTEGER) !== Buffer.byteLength(body)) {
    throw malformed('Content-Length', 'differs from the length of the body');
  }
}

/** The wire form; Content-Length is always written, and always right. */
export function serialize(message: SipMessage): string {
  const start =
    message.kind === 'request'
      ? `${message.method} ${message.uri} SIP/2.0`
      : `SIP/2.0 ${message.status} ${message.reason}`;
  const lines = message.headers.filter((h) => h.key !== 'content-length').map((h) => `${h.name}: ${h.value}`);
  return [start, ...lines, `Content-Length: ${Buffer.byteLength(message.body)}`, '', message.body].join('\r\n');
}
