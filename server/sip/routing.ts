/** Where a request goes: pure decisions over the message and the location service. */
import { header, headerValue, headerValues, optionTags, type SipRequest } from './headers.ts';
import type { DeviceIdentity } from './identity.ts';
import type { Device, Location } from './location.ts';
import { parseVia, type Received } from './message.ts';
import type { Refusal } from './responses.ts';
import { parseDigits } from './scan.ts';
import { parseNameAddr, parseUri, type SipUri, schemeOf } from './uri.ts';

/** RFC 3261 8.1.1.6, for a request that names none. */
const MAX_FORWARDS = 70;

/** What RFC 3261 16.3 makes a proxy check before anything else. */
export function refuseUnroutable(request: Received<SipRequest>, domain: string): Refusal | undefined {
  const forwards = maxForwards(request);
  if (forwards === undefined) return { status: 400, reason: 'Max-Forwards: number expected' };
  if (forwards === 0 && request.method !== 'REGISTER') return { status: 483 };
  if (!['sip', 'sips'].includes(schemeOf(request.uri))) return { status: 416 };
  const key = request.method === 'REGISTER' ? 'require' : 'proxy-require';
  const unsupported = optionTags(request, key).filter((tag) => !SUPPORTED.has(tag));
  if (unsupported.length > 0) return { status: 420, headers: [header('Unsupported', unsupported.join(', '))] };
  // Our own Via below somebody else's: the request has been here (RFC 3261 16.3, item 4).
  if (headerValues(request, 'via').some((via) => parseVia(via).host === domain)) return { status: 482 };
  return undefined;
}

/** Extensions that a client may require of the registrar. */
const SUPPORTED: ReadonlySet<string> = new Set(['path', 'gruu', 'outbound']);

export function maxForwards(request: SipRequest): number | undefined {
  const value = headerValue(request, 'max-forwards');
  return value === undefined ? MAX_FORWARDS : parseDigits(value.trim(), 255);
}

export type Destination =
  /** Every device of the extension. */
  | { kind: 'account'; extension: string }
  /** One device; `uri` is the Request-URI that it knows itself by. */
  | { kind: 'device'; device: Device; uri: string }
  /** The domain itself, without a user. */
  | { kind: 'domain' }
  /** One of our devices that is not connected now. */
  | { kind: 'gone'; extension: string; instance: string }
  /** Nothing of ours: never relayed. */
  | { kind: 'foreign' };

/** Resolves a Request-URI: GRUU, address of record, or the Contact of a live device, in that order (RFC 5627 6). */
export function resolve(uriText: string, location: Location, domain: string): Destination {
  const uri = parseUri(uriText, 'Request-URI');
  if (uri.host !== domain) {
    const device = location.byContactHost(uri.host);
    return device ? { kind: 'device', device, uri: uriText } : { kind: 'foreign' };
  }
  if (uri.user === '') return { kind: 'domain' };
  const instance = uri.params.get('gr');
  if (instance === undefined) return { kind: 'account', extension: uri.user };
  const device = location.byInstance(uri.user, instance);
  if (!device) return { kind: 'gone', extension: uri.user, instance: instance.toLowerCase() };
  return { kind: 'device', device, uri: device.binding?.contact ?? uriText };
}

/**
 * Whether a From may be written by this identity: its address of record (with or without `gr`), or, for dialogs whose
 * far side had dialled a Contact, one of this device's own Contact hosts.
 */
export function speaksFor(
  from: string,
  identity: Pick<DeviceIdentity, 'extension'>,
  device: Device | undefined,
  domain: string,
): boolean {
  const uri: SipUri = parseUri(from, 'From');
  if (uri.host === domain) return uri.user === identity.extension;
  return device?.contactHosts.has(uri.host) ?? false;
}

/**
 * The request without our own topmost Route (RFC 3261 16.4). A Route that is not ours would make an open relay of the
 * switchboard, and is refused.
 */
export function stripOwnRoute<R extends SipRequest>(request: R, domain: string): R | Refusal {
  const [first, ...others] = headerValues(request, 'route');
  if (first === undefined) return request;
  if (others.length > 0 || !isOwnRoute(first, domain)) return { status: 403, reason: 'Route leads elsewhere' };
  return { ...request, headers: request.headers.filter((h) => h.key !== 'route') };
}

function isOwnRoute(route: string, domain: string): boolean {
  const uri = parseUri(parseNameAddr(route, 'Route').uri, 'Route');
  return uri.host === domain && uri.user === '' && uri.params.has('lr');
}

export function isRefusal(value: object): value is Refusal {
  return 'status' in value && !('kind' in value);
}
