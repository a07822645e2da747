/** The switchboard's HTTP side, typed by the schemas that both sides share. */

import type * as v from 'valibot';
import { type ErrorCode, fromWire, SwitchhookError, type WireError } from '../../shared/errors.ts';
import {
  type DemoAccounts,
  demo,
  type IceServers,
  iceServers as iceServersSchema,
  type Session,
  type SipCredentials,
  session,
  sipCredentials,
  type User,
  users,
} from '../../shared/http/api.ts';
import { type LiveCall, liveCalls as liveCallsSchema } from '../../shared/http/calls.ts';
import { clockOffset as offsetOf } from '../../shared/http/clock.ts';
import {
  type Devices,
  devices as devicesSchema,
  type MissedCalls,
  missedCalls as missedCallsSchema,
  pushKey as pushKeySchema,
} from '../../shared/http/push.ts';
import { parse } from '../../shared/validate.ts';

/** ms until a request has failed: a server on loopback or across the world answers in a second or not at all. */
const PATIENCE = 10_000;

async function request(path: string, body?: unknown, method = body === undefined ? 'GET' : 'POST'): Promise<unknown> {
  const init: RequestInit = {
    method,
    credentials: 'same-origin',
    cache: 'no-store',
    signal: AbortSignal.timeout(PATIENCE),
  };
  if (body !== undefined) {
    init.headers = { 'content-type': 'application/json' };
    init.body = JSON.stringify(body);
  }
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (cause) {
    throw new SwitchhookError('noNetwork', { reason: 'The switchboard cannot be reached.', cause });
  }
  if (response.status === 204) return undefined;
  const json: unknown = await response.json().catch(() => null); // an answer without a body of ours is judged by its status
  if (!response.ok) throw errorOf(response.status, json);
  return json;
}

function errorOf(status: number, json: unknown): SwitchhookError {
  const wire = typeof json === 'object' && json !== null && 'error' in json ? (json.error as WireError) : null;
  if (wire && typeof wire.code === 'string') return fromWire(wire);
  const code: ErrorCode =
    status === 401 ? 'notLoggedIn' : status === 429 ? 'rateLimited' : status === 404 ? 'notFound' : 'internal';
  return new SwitchhookError(code, { reason: `The switchboard answered with ${status}.` });
}

async function ask<S extends v.GenericSchema>(schema: S, path: string, body?: unknown): Promise<v.InferOutput<S>> {
  return parse(schema, await request(path, body), path);
}

/** @throws SwitchhookError `wrongCredentials`, `lockedOut`, `rateLimited`, `noNetwork` */
export function logIn(username: string, password: string): Promise<Session> {
  return ask(session, '/api/login', { username, password });
}

export async function logOut(): Promise<void> {
  await request('/api/logout', {});
}

/** @returns null when nobody is logged in */
export async function currentSession(): Promise<Session | null> {
  try {
    return await ask(session, '/api/session');
  } catch (error) {
    if (error instanceof SwitchhookError && error.code === 'notLoggedIn') return null;
    throw error;
  }
}

export function issueSipCredentials(device: string): Promise<SipCredentials> {
  return ask(sipCredentials, '/api/sip-credentials', { device });
}

export function iceServers(): Promise<IceServers> {
  return ask(iceServersSchema, '/api/ice-servers');
}

export async function directory(): Promise<User[]> {
  return (await ask(users, '/api/users')).users;
}

/** Empty where there are no demo accounts: everywhere but on a loopback address. */
export async function demoAccounts(): Promise<DemoAccounts['accounts']> {
  try {
    return (await ask(demo, '/api/demo')).accounts;
  } catch (error) {
    if (error instanceof SwitchhookError && error.code === 'notFound') return [];
    throw error;
  }
}

/** The switchboard's VAPID key, base64url. */
export async function pushKey(): Promise<string> {
  return (await ask(pushKeySchema, '/api/push/key')).publicKey;
}

export async function putSubscription(body: {
  device: string;
  name: string;
  subscription: PushSubscriptionJSON;
}): Promise<void> {
  await request('/api/push/subscription', body, 'PUT');
}

export async function deleteSubscription(device: string): Promise<void> {
  await request(`/api/push/subscription?device=${encodeURIComponent(device)}`, undefined, 'DELETE');
}

export async function devices(): Promise<Devices['devices']> {
  return (await ask(devicesSchema, '/api/devices')).devices;
}

export async function removeDevice(device: string): Promise<void> {
  await request(`/api/devices/${encodeURIComponent(device)}`, undefined, 'DELETE');
}

/** @throws SwitchhookError `notFound` where this device has no subscription */
export async function testPush(device: string): Promise<void> {
  await request('/api/push/test', { device });
}

/** @param since ms by the switchboard's clock; null for the last day */
export function missedCalls(since: number | null, device: string): Promise<MissedCalls> {
  const from = since === null ? '' : `since=${since}&`;
  return ask(missedCallsSchema, `/api/calls/missed?${from}device=${encodeURIComponent(device)}`);
}

/** My calls on other devices of mine. */
export async function liveElsewhere(device: string): Promise<LiveCall[]> {
  return (await ask(liveCallsSchema, `/api/calls/live?device=${encodeURIComponent(device)}`)).calls;
}

/** By how much this device's clock is ahead of the switchboard's, ms. */
export async function clockOffset(): Promise<number> {
  const asked = Date.now();
  const response = await fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE) }).catch(
    () => null, // out of reach: whoever needs the switchboard says so, and the clock is taken for right
  );
  return offsetOf({ date: response?.headers.get('date') ?? null, asked, answered: Date.now() });
}
