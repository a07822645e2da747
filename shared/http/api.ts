/**
 * What the pages and the switchboard say to each other over HTTP: one schema per body, used on both sides.
 * Errors are always `{error: WireError}` with the matching status.
 */
import * as v from 'valibot';

/** An extension: what is dialled inside the switchboard (RFC 3966 digits and visual separators are not allowed here). */
export const extension = v.pipe(v.string(), v.regex(/^[0-9*#+]{1,32}$/u));

/** A device: one browser profile. Also the SIP instance id, `urn:uuid:<device>` (RFC 5626 4.1). */
export const deviceId = v.pipe(v.string(), v.uuid());

/** `POST /api/login` */
export const loginRequest = v.object({
  username: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(64)),
  password: v.pipe(v.string(), v.minLength(1), v.maxLength(256)),
});

export const user = v.object({
  /** The number that people dial. */
  extension,
  displayName: v.string(),
  avatarUrl: v.nullable(v.string()),
  userId: v.string(),
});

/** `GET /api/session` and the answer to a log-in. 401 `notLoggedIn` without a session. */
export const session = v.object({
  user,
  /** SIP domain of the account: the host part of its address of record. */
  domain: v.string(),
  /** Seconds that a call rings before it is missed (1.6). */
  ringSeconds: v.number(),
  /** Whether there is a TURN server, so that calls can hide where their people are. */
  relay: v.boolean(),
});

/** `POST /api/sip-credentials`: fresh ones for this device; the earlier ones of the device stop working. */
export const sipCredentialsRequest = v.object({ device: deviceId });

export const sipCredentials = v.object({
  /** Address of record, `sip:101@domain`. */
  uri: v.string(),
  domain: v.string(),
  /** Digest user (RFC 3261 22): belongs to the device, not the extension. */
  authUser: v.string(),
  password: v.string(),
  /** SIP over WebSocket (RFC 7118): a path on the origin that served the page, or the whole address of a PBX. */
  wsPath: v.string(),
});

const iceServer = v.object({
  urls: v.array(v.string()),
  username: v.exactOptional(v.string()),
  credential: v.exactOptional(v.string()),
});

/** `GET /api/ice-servers`: for RTCPeerConnection, with credentials that end. */
export const iceServers = v.object({
  /** Empty when the switchboard has none. */
  iceServers: v.array(iceServer),
  /** Seconds from the answer on that the credentials are good for. */
  ttl: v.number(),
});

/** `GET /api/users` (everybody but me) and `GET /api/users?phone=102` (one, or none). */
export const users = v.object({ users: v.array(user) });

/** `GET /api/demo`: the demo accounts, on a loopback address only; 404 elsewhere. */
export const demo = v.object({
  accounts: v.array(v.object({ username: v.string(), password: v.string(), displayName: v.string() })),
});

export type User = v.InferOutput<typeof user>;
export type Session = v.InferOutput<typeof session>;
export type SipCredentials = v.InferOutput<typeof sipCredentials>;
export type IceServers = v.InferOutput<typeof iceServers>;
export type DemoAccounts = v.InferOutput<typeof demo>;
