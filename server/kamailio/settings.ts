import { SwitchhookError } from '../../shared/errors.ts';

/** What Kamailio is told; kamailio.cfg and its parts say what each is for. */
export interface KamailioSettings {
  domain: string;
  /** Address of the public listeners. */
  host: string;
  /** Of SIP over WebSocket, path `/sip`. */
  port: number;
  /** Of the gateway's word, health and metrics, on 127.0.0.1. */
  controlPort: number;
  /** Shared with the gateway, in both directions. */
  secret: string;
  databaseUrl: string;
  /** Origins of pages that may connect. */
  origins: readonly string[];
  ringSeconds: number;
  /** Milliseconds (limits.ts). */
  claimMs: number;
  silenceMs: number;
  /** `http://…/api/pbx/calls`; without one nobody is woken. */
  gatewayUrl?: string;
  /** Phones on UDP and TCP. */
  sipPort?: number;
  tls?: { port: number; key: string; certificate: string };
  /** `address:port` of rtpengine's control protocol (ng). */
  rtpengine?: string;
  /** Whether the demo accounts exist. */
  demo: boolean;
  /** SIP workers; WebSockets have as many again. */
  workers?: number;
  maxConnections?: number;
  /** Kamailio's levels: -1 errors, 0 warnings and notices, 2 and 3 everything. */
  debug?: number;
}

/** Processes: each waits for the database at times, and costs 8 MiB. */
const WORKERS = 4;
/** Connections, as many as fit into a few hundred MiB. */
const MAX_CONNECTIONS = 8192;

/** The file that Kamailio is started with: settings, and the configuration that they are for. */
export function writeSettings(settings: KamailioSettings, directory: string): string {
  const { tls, sipPort, gatewayUrl, rtpengine, demo } = settings;
  const values: Record<string, string | number> = {
    DOMAIN: settings.domain,
    HOST: settings.host,
    PORT: settings.port,
    CONTROL_PORT: settings.controlPort,
    SECRET: settings.secret,
    DATABASE: settings.databaseUrl,
    ORIGINS: originPattern(settings.origins),
    RING_SECONDS: settings.ringSeconds,
    RING_MS: settings.ringSeconds * 1000,
    CLAIMED_RING_MS: settings.ringSeconds * 1000 + settings.claimMs,
    CLAIM_MS: settings.claimMs,
    SILENCE_MS: settings.silenceMs,
    VISIBLE: demo ? '' : 'and a.demo = 0',
    WORKERS: settings.workers ?? WORKERS,
    MAX_CONNECTIONS: settings.maxConnections ?? MAX_CONNECTIONS,
    DEBUG: settings.debug ?? 0,
    ...(gatewayUrl === undefined ? {} : { GATEWAY: gatewayUrl }),
    ...(sipPort === undefined ? {} : { SIP_PORT: sipPort }),
    ...(tls === undefined ? {} : { TLS_PORT: tls.port, TLS_KEY: tls.key, TLS_CERTIFICATE: tls.certificate }),
    ...(rtpengine === undefined ? {} : { RTPENGINE: rtpengine }),
  };
  const switches = {
    GATEWAY: gatewayUrl !== undefined,
    SIP: sipPort !== undefined,
    TLS: tls !== undefined,
    RTPENGINE: rtpengine !== undefined,
  };
  return [
    '#!KAMAILIO',
    ...Object.entries(switches).flatMap(([name, on]) => (on ? `#!define SH_WITH_${name}` : [])),
    ...Object.entries(values).map(([name, value]) => `#!substdef "!SH_${name}!${checked(name, String(value))}!g"`),
    `include_file "${checked('directory', directory)}/kamailio.cfg"`,
    '',
  ].join('\n');
}

/** Nothing that ends a definition, or a string of the configuration that it is put into. */
function checked(name: string, value: string): string {
  if (/^[^\s"'!`$\\]*$/u.test(value) || (name === 'VISIBLE' && value === 'and a.demo = 0')) return value;
  throw new SwitchhookError('invalidArgument', {
    reason: `${name} has a character that Kamailio would misread`,
    field: name,
  });
}

/** The alternatives of a regular expression (POSIX), in which an address of IPv6 has its brackets. */
function originPattern(origins: readonly string[]): string {
  // No origin is this; nothing at all would be an error.
  if (origins.length === 0) return '-';
  return origins.map((origin) => origin.replace(/[.[\]]/gu, '[$&]')).join('|');
}
