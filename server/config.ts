import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { SwitchhookError } from '../shared/errors.ts';
import { parse } from '../shared/validate.ts';
import { defaultTurn, hasRelay, isTurnUri, type TurnConfig } from './ice.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { isHostPattern } from './push/endpoints.ts';
import type { PushConfig } from './push/sender.ts';

/** Everything that the switchboard can be told. The variable of each is its name in {@link variables}. */
export interface Config {
  /** Address to listen on. The demo accounts exist on a loopback address only. */
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** Directory of the database file, or `:memory:`. */
  dataDir: string;
  /** `postgres://user:password@host:port/name`: then everything is kept there, and `dataDir` is not used. */
  databaseUrl?: string;
  /** SIP domain, the host part of every address of record; also the digest realm. */
  sipDomain: string;
  /** Origins other than the server's own that may use it, e.g. that of a reverse proxy. */
  publicOrigins: string[];
  /** The built app. */
  staticDir: string;
  logLevel: LogLevel;
  /** How long a call rings (1.6: 45 s). */
  ringSeconds: number;
  /** Whether `X-Forwarded-*` is believed; only behind a reverse proxy. */
  trustProxy: boolean;
  sessionDays: number;
  push: PushConfig;
  turn: TurnConfig;
  /** SIP goes through it; without one the switchboard does it itself. */
  pbx: PbxConfig;
  limits: Limits;
}

/** A Kamailio of ours (docs/pbx.md), or another PBX. */
export interface PbxConfig {
  /** `wss://…/sip`: where phones connect, in place of the switchboard's own path. */
  url?: string;
  /** `http://host:port`: where it hears what devices say without a socket. */
  controlUrl?: string;
  /** Shared with it, in both directions; without it `/api/pbx/calls` does not exist. */
  secret?: string;
  /** `http://host:port`: where other gateways on the same database reach this one; its own address without it. */
  peerUrl?: string;
}

export type ConfigInput = Partial<Omit<Config, 'limits' | 'turn'>> & {
  turn?: Partial<TurnConfig>;
  limits?: Partial<Limits>;
};
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

const defaults: Config = {
  host: '127.0.0.1',
  port: 8080,
  dataDir: './data',
  sipDomain: 'switchhook.local',
  publicOrigins: [],
  staticDir: 'dist/app',
  logLevel: 'info',
  ringSeconds: 45,
  trustProxy: false,
  sessionDays: 30,
  push: {},
  turn: defaultTurn,
  pbx: {},
  limits: defaultLimits,
};

const number = (min: number, max: number) =>
  v.pipe(v.string(), v.regex(/^\d{1,9}$/u), v.transform(Number), v.minValue(min), v.maxValue(max));
const text = v.pipe(v.string(), v.trim(), v.minLength(1));
/** A host name that can stand in a SIP URI. */
const domain = v.pipe(v.string(), v.toLowerCase(), v.regex(/^[a-z0-9.-]{1,253}$/u));
const list = v.pipe(
  v.string(),
  v.transform((text) => text.split(',').flatMap((each) => each.trim() || [])),
);
const hosts = v.pipe(list, v.array(v.pipe(v.string(), v.toLowerCase(), v.check(isHostPattern, 'host name'))));
const turnUris = v.pipe(list, v.array(v.pipe(v.string(), v.check(isTurnUri, 'turn: or turns: URI'))));
const origins = v.pipe(list, v.array(v.pipe(v.string(), v.check(isOrigin, 'origin'))));

/** By variable: the field of {@link Config}, or of its `push`, `turn` or `pbx`, and how its text is read. */
type Setting = { schema: v.GenericSchema } & (
  | { field: keyof Config }
  | { push: keyof PushConfig }
  | { turn: keyof TurnConfig }
  | { pbx: keyof PbxConfig }
);

const variables = {
  HOST: { field: 'host', schema: text },
  PORT: { field: 'port', schema: number(0, 65_535) },
  DATA_DIR: { field: 'dataDir', schema: text },
  DATABASE_URL: {
    field: 'databaseUrl',
    schema: v.pipe(text, v.check(isAddress('postgres:', 'postgresql:'), 'postgres:// address')),
  },
  SIP_DOMAIN: { field: 'sipDomain', schema: domain },
  PUBLIC_ORIGINS: { field: 'publicOrigins', schema: origins },
  STATIC_DIR: { field: 'staticDir', schema: text },
  LOG_LEVEL: {
    field: 'logLevel',
    schema: v.picklist(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
  },
  RING_SECONDS: { field: 'ringSeconds', schema: number(1, 600) },
  TRUST_PROXY: {
    field: 'trustProxy',
    schema: v.pipe(
      v.picklist(['true', 'false', '1', '0']),
      v.transform((value) => value === 'true' || value === '1'),
    ),
  },
  SESSION_DAYS: { field: 'sessionDays', schema: number(1, 365) },
  // RFC 8292 2.1: how the operator of a push service reaches us.
  VAPID_SUBJECT: { push: 'subject', schema: v.pipe(text, v.regex(/^(mailto:\S+@\S+|https:\/\/\S+)$/u)) },
  PUSH_HOSTS: { push: 'hosts', schema: hosts },
  PUSH_PROXY: {
    push: 'proxy',
    schema: v.pipe(text, v.check(isAddress('http:', 'https:'), 'http:// or https:// address')),
  },
  TURN_URLS: { turn: 'urls', schema: turnUris },
  TURN_SECRET: { turn: 'secret', schema: text },
  // From a minute, which no page can work with less than, to a day, draft-uberti-behave-turn-rest-00's own example.
  TURN_TTL_SECONDS: { turn: 'ttlSeconds', schema: number(60, 86_400) },
  PBX_URL: { pbx: 'url', schema: v.pipe(text, v.check(isAddress('ws:', 'wss:'), 'ws:// or wss:// address')) },
  PBX_CONTROL_URL: { pbx: 'controlUrl', schema: server('http:') },
  // As long as a random 128 bits in hex, in the characters that a header and Kamailio's configuration take.
  PBX_SECRET: { pbx: 'secret', schema: v.pipe(text, v.regex(/^[\w.~+/=-]{32,256}$/u)) },
  PEER_URL: { pbx: 'peerUrl', schema: server('http:', 'https:') },
} as const satisfies Record<string, Setting>;

type Variable = keyof typeof variables;
const names = Object.keys(variables) as Variable[];
const flagOf = (name: Variable): string => name.toLowerCase().replaceAll('_', '-');

/**
 * The config from environment variables and flags (`--port 9000` for PORT); a flag wins.
 * @throws SwitchhookError `invalidArgument` whose `field` is the variable or flag that was wrong
 */
export function readConfig(env: NodeJS.ProcessEnv, argv: readonly string[]): Config {
  const flags = readFlags(argv);
  const input: Record<string, unknown> = {};
  const push: Record<string, unknown> = {};
  const turn: Record<string, unknown> = {};
  const pbx: Record<string, unknown> = {};
  for (const name of names) {
    const value = flags[flagOf(name)] ?? env[name];
    if (value === undefined || value === '') continue;
    const variable = variables[name];
    const parsed = parse(variable.schema, value, name);
    if ('push' in variable) push[variable.push] = parsed;
    else if ('turn' in variable) turn[variable.turn] = parsed;
    else if ('pbx' in variable) pbx[variable.pbx] = parsed;
    else input[variable.field] = parsed;
  }
  const config = withDefaults({ ...input, push, turn, pbx });
  if (hasRelay(config.turn) && config.turn.secret === '') throw needs('TURN_URLS', 'TURN_SECRET');
  if (config.pbx.controlUrl !== undefined && config.pbx.secret === undefined)
    throw needs('PBX_CONTROL_URL', 'PBX_SECRET');
  return config;
}

function needs(name: Variable, missing: Variable): SwitchhookError {
  return new SwitchhookError('invalidArgument', { reason: `${name}: needs ${missing}`, field: missing });
}

/** Fills in what is not given; the values are taken as they are. */
export function withDefaults({ limits, turn, ...input }: ConfigInput): Config {
  return { ...defaults, ...input, turn: { ...defaultTurn, ...turn }, limits: { ...defaultLimits, ...limits } };
}

function readFlags(argv: readonly string[]): Record<string, string | undefined> {
  const options = Object.fromEntries(names.map((name) => [flagOf(name), { type: 'string' as const }]));
  try {
    return parseArgs({ args: [...argv], options }).values as Record<string, string | undefined>;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unknown flag';
    throw new SwitchhookError('invalidArgument', { reason, field: 'flags', cause });
  }
}

/** `scheme://host[:port]` and nothing else, as browsers write it. */
function isOrigin(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  return ['http:', 'https:'].includes(url.protocol) && url.origin === value;
}

/** `scheme://host[:port]`, to which paths of ours are added; a slash behind it is taken away. */
function server(...protocols: string[]) {
  const isServer = (value: string): boolean => isAddress(...protocols)(value) && isOrigin(value.replace(/\/$/u, ''));
  return v.pipe(
    text,
    v.check(isServer, `${protocols.join('// or ')}// address without a path`),
    v.transform((value) => value.replace(/\/$/u, '')),
  );
}

function isAddress(...protocols: string[]) {
  return (value: string): boolean => URL.canParse(value) && protocols.includes(new URL(value).protocol);
}
