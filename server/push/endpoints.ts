/**
 * Which addresses the server may push to. An endpoint is chosen by a client and called by the server: without a list of
 * known push services it would be a way to make the server call anything inside its own network (SSRF).
 */
import { createPublicKey } from 'node:crypto';
import { type LookupAddress, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { SwitchhookError } from '../../shared/errors.ts';
import type { PushSubscriptionData } from '../../shared/http/push.ts';

/** The push services of the browsers: Chromium (its unbranded builds included), Firefox, Edge, Safari. */
const SERVICES: readonly string[] = [
  'fcm.googleapis.com',
  'jmt17.google.com',
  'updates.push.services.mozilla.com',
  '*.push.services.mozilla.com',
  '*.notify.windows.com',
  'web.push.apple.com',
  '*.push.apple.com',
];

/** Addresses that are not of the public internet (RFC 6890 and its IPv6 kin). */
const inner = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  inner.addSubnet(net, prefix, 'ipv4');
}
for (const [net, prefix] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  inner.addSubnet(net, prefix, 'ipv6');
}

export function isInnerAddress(address: string): boolean {
  const family = isIP(address);
  return family === 0 || inner.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

function matches(host: string, pattern: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern;
}

/**
 * Whether the server may push there: https, a name (never an address), and a known service on its usual port, or a host
 * that the operator names, on any port. `extra` holds names, or `*.` and a domain.
 */
export function isAllowedEndpoint(endpoint: string, extra: readonly string[]): boolean {
  if (!URL.canParse(endpoint)) return false;
  const { protocol, hostname, port, username, password, hash, href } = new URL(endpoint);
  // Browsers give the canonical form. Any other might be read differently by whoever posts to it.
  if (href !== endpoint) return false;
  if (protocol !== 'https:' || username !== '' || password !== '' || hash !== '') return false;
  if (isIP(hostname) !== 0 || hostname.startsWith('[') || hostname.endsWith('.')) return false;
  if (extra.some((pattern) => matches(hostname, pattern))) return true;
  return port === '' && SERVICES.some((pattern) => matches(hostname, pattern));
}

/** A name for PUSH_HOSTS: addresses are not among them. */
export function isHostPattern(value: string): boolean {
  return /^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z]([a-z0-9-]*[a-z0-9])?$/u.test(value) && value.length <= 253;
}

/** A DNS lookup that finds no address inside: the name of a push service that leads there is a lie of the resolver. */
export function guardedLookup(extra: readonly string[]): LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      // A host that the operator names may be where he says.
      const trusted = extra.some((pattern) => matches(hostname, pattern));
      const usable = error ? [] : found.filter(({ address }) => trusted || !isInnerAddress(address));
      const [first] = usable;
      if (!first) done(error ?? refusedAddress(), '', 0);
      else if (options.all) done(null, usable);
      else done(null, first.address, first.family);
    });
  };
}

function refusedAddress(): NodeJS.ErrnoException {
  return Object.assign(new Error('the push service has no public address'), { code: 'ENOTFOUND' });
}

/** Bytes: an uncompressed P-256 point, and the secret of RFC 8291 3.2. */
const POINT_BYTES = 65;
const AUTH_BYTES = 16;

/**
 * Refuses at the door what could not be pushed to later.
 * @throws SwitchhookError `invalidArgument`
 */
export function checkSubscription({ endpoint, keys }: PushSubscriptionData, extra: readonly string[]): void {
  if (!isAllowedEndpoint(endpoint, extra)) throw invalid('endpoint', 'this push service is not known here');
  if (!isPoint(Buffer.from(keys.p256dh, 'base64url'))) throw invalid('keys.p256dh', 'a point of P-256 is expected');
  if (Buffer.from(keys.auth, 'base64url').length !== AUTH_BYTES) throw invalid('keys.auth', '16 bytes are expected');
}

function isPoint(point: Buffer): boolean {
  if (point.length !== POINT_BYTES || point[0] !== 4) return false;
  const [x, y] = [point.subarray(1, 33), point.subarray(33)];
  try {
    const key = { kty: 'EC', crv: 'P-256', x: x.toString('base64url'), y: y.toString('base64url') };
    createPublicKey({ key, format: 'jwk' });
    return true;
  } catch {
    return false;
  }
}

function invalid(field: string, reason: string): SwitchhookError {
  return new SwitchhookError('invalidArgument', { reason, field: `subscription.${field}` });
}
