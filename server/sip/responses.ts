/** Answers that the switchboard makes itself, and the small requests that a proxy originates (ACK, CANCEL, BYE). */
import { randomBytes } from 'node:crypto';
import { type Header, header, headerValue, type SipRequest, type SipResponse } from './headers.ts';
import { parseNameAddr } from './uri.ts';

/** Reason phrases of RFC 3261 21, RFC 5626 (430), RFC 3329 and RFC 7118 as far as they are used here. */
const PHRASES: ReadonlyMap<number, string> = new Map([
  [100, 'Trying'],
  [180, 'Ringing'],
  [200, 'OK'],
  [400, 'Bad Request'],
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'Not Found'],
  [405, 'Method Not Allowed'],
  [407, 'Proxy Authentication Required'],
  [408, 'Request Timeout'],
  [416, 'Unsupported URI Scheme'],
  [420, 'Bad Extension'],
  [423, 'Interval Too Brief'],
  [480, 'Temporarily Unavailable'],
  [481, 'Call/Transaction Does Not Exist'],
  [482, 'Loop Detected'],
  [483, 'Too Many Hops'],
  [486, 'Busy Here'],
  [487, 'Request Terminated'],
  [500, 'Server Internal Error'],
  [501, 'Not Implemented'],
  [503, 'Service Unavailable'],
  [603, 'Decline'],
]);

/** An answer that is not a success, as the pure checks return it. */
export interface Refusal {
  status: number;
  /** Replaces the usual phrase, when it can say more. */
  reason?: string;
  headers?: readonly Header[];
}

/** A response to `request` as RFC 3261 8.2.6 has it; everything above 100 gets a To tag when there is none. */
export function makeResponse(
  request: SipRequest,
  status: number,
  options: { reason?: string; headers?: readonly Header[] } = {},
): SipResponse {
  const headers = request.headers
    .filter((h) => ['via', 'from', 'to', 'call-id', 'cseq'].includes(h.key))
    .map((h) => (h.key === 'to' && status > 100 ? { ...h, value: tagged(h.value) } : h));
  const reason = options.reason ?? PHRASES.get(status) ?? 'Unknown';
  return { kind: 'response', status, reason, headers: [...headers, ...(options.headers ?? [])], body: '' };
}

function tagged(to: string): string {
  return parseNameAddr(to, 'To').params.has('tag') ? to : `${to};tag=${randomToken()}`;
}

/** 64 random bits in hex: RFC 3261 19.3 asks for at least 32 in a tag, 8.1.1.7 for a branch unique in space and time. */
export function randomToken(): string {
  return randomBytes(8).toString('hex');
}

const copied = (request: SipRequest, ...keys: string[]): Header[] =>
  request.headers.filter((h) => keys.includes(h.key));

function withMethod(request: SipRequest, method: string, step = 0): Header {
  const number = Number.parseInt(headerValue(request, 'cseq') ?? '', 10);
  return header('CSeq', `${number + step} ${method}`);
}

function topVia(request: SipRequest): Header[] {
  return request.headers.filter((h) => h.key === 'via').slice(0, 1);
}

const responseTo = (response: SipResponse): Header[] => response.headers.filter((h) => h.key === 'to').slice(0, 1);

/** CANCEL for a request that was sent (RFC 3261 9.1): same branch, same CSeq number, the reason as in RFC 3326. */
export function makeCancel(sent: SipRequest, reason: string | undefined): SipRequest {
  return {
    kind: 'request',
    method: 'CANCEL',
    uri: sent.uri,
    headers: [
      ...topVia(sent),
      header('Max-Forwards', '70'),
      ...copied(sent, 'route', 'from', 'to', 'call-id'),
      withMethod(sent, 'CANCEL'),
      ...(reason === undefined ? [] : [header('Reason', reason)]),
    ],
    body: '',
  };
}

/** ACK for a final response other than 2xx (RFC 3261 17.1.1.3): part of the INVITE's own transaction. */
export function makeHopAck(sent: SipRequest, response: SipResponse): SipRequest {
  return {
    kind: 'request',
    method: 'ACK',
    uri: sent.uri,
    headers: [
      ...topVia(sent),
      header('Max-Forwards', '70'),
      ...copied(sent, 'route', 'from', 'call-id'),
      ...responseTo(response),
      withMethod(sent, 'ACK'),
    ],
    body: '',
  };
}

/**
 * ACK or BYE towards a device whose 2xx came too late (RFC 3261 13.2.2.4): a request of the dialog that its answer
 * made, in the caller's name, because the caller has left.
 */
export function makeDialogRequest(
  method: 'ACK' | 'BYE',
  sent: SipRequest,
  response: SipResponse,
  options: { uri: string; via: string },
): SipRequest {
  return {
    kind: 'request',
    method,
    uri: options.uri,
    headers: [
      header('Via', options.via),
      header('Max-Forwards', '70'),
      ...copied(sent, 'from', 'call-id'),
      ...responseTo(response),
      withMethod(sent, method, method === 'BYE' ? 1 : 0),
    ],
    body: '',
  };
}
