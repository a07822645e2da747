/** Who may talk to the switchboard, by Host and Origin: pure decisions. */
import { BlockList, isIP } from 'node:net';
import type { Config } from '../config.ts';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether an address or name can be reached from this machine only (RFC 1122 3.2.1.3, RFC 4291 2.5.3, RFC 6761). */
export function isLoopback(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return host === 'localhost';
  return loopback.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

/**
 * Whether the demo accounts may exist: nobody but this machine can come in. A reverse proxy on the same machine
 * brings strangers to a loopback address, so its settings count as not loopback.
 */
export function allowsDemo({ host, trustProxy, publicOrigins }: Config): boolean {
  return isLoopback(host) && !trustProxy && publicOrigins.every((origin) => isLoopback(hostNameOf(origin)));
}

function hostNameOf(origin: string): string {
  return bare(new URL(origin).hostname);
}

function bare(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

/**
 * Whether a Host header names this server. A DNS name that an attacker points at us (DNS rebinding) is not among them:
 * addresses cannot be rebound, and names must be known.
 */
export function isAllowedHost(host: string | undefined, config: Pick<Config, 'host' | 'publicOrigins'>): boolean {
  if (host === undefined || !URL.canParse(`http://${host}`)) return false;
  const url = new URL(`http://${host}`);
  // Nothing but host and port: whatever else the parser would accept has no place in this header.
  if (url.pathname !== '/' || url.username !== '' || url.search !== '' || url.hash !== '' || /[/?#@\\]/u.test(host)) {
    return false;
  }
  const name = bare(url.hostname);
  if (isIP(name) !== 0 || name === 'localhost' || name === config.host.toLowerCase()) return true;
  return config.publicOrigins.some((origin) => hostNameOf(origin) === name);
}

/** Whether a page of this origin may change things: our own (same host and port), or one that the config names. */
export function isAllowedOrigin(origin: string, host: string, config: Pick<Config, 'publicOrigins'>): boolean {
  if (config.publicOrigins.includes(origin)) return true;
  if (!URL.canParse(origin)) return false;
  const { protocol, host: originHost } = new URL(origin);
  // The default ports are left out by browsers, and may be written by others.
  return ['http:', 'https:'].includes(protocol) && originHost === new URL(`${protocol}//${host}`).host;
}
