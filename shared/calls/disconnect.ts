/** Why a call ended, and which answers to that question are possible from which state (1.2). */

import type { CallDirection } from './record.ts';
import type { CallState } from './states.ts';

export const DISCONNECT_RESPONSES = [
  /** We hung up. */
  'local',
  /** The far side hung up, or nobody answered in time. */
  'remote',
  /** The caller gave up before it was answered. */
  'canceled',
  'missed',
  /** Outgoing: the other side said no. */
  'rejected',
  /** Incoming: we said no. */
  'declined',
  'busy',
  'answeredElsewhere',
  'declinedElsewhere',
  'error',
  'unknown',
] as const;
export type DisconnectResponse = (typeof DISCONNECT_RESPONSES)[number];

const ALWAYS: readonly DisconnectResponse[] = ['unknown', 'error'];

const ALLOWED: Readonly<Record<CallState, readonly DisconnectResponse[]>> = {
  initiated: ['local', 'remote', 'canceled', 'rejected', 'declined', 'busy'],
  dialing: ['local', 'remote', 'canceled', 'rejected', 'busy'],
  ringing: ['remote', 'canceled', 'missed', 'rejected', 'declined', 'busy', 'answeredElsewhere', 'declinedElsewhere'],
  connecting: ['local', 'remote', 'canceled', 'answeredElsewhere', 'declinedElsewhere'],
  active: ['local', 'remote'],
  reconnecting: ['local', 'remote'],
  disconnecting: [],
  disconnected: [],
};

export function isAllowedResponse(state: CallState, response: DisconnectResponse): boolean {
  return ALWAYS.includes(response) || ALLOWED[state].includes(response);
}

/**
 * The nearest allowed response, per response in order of preference: first who ended it is kept (we did, they did), then
 * what became of it. `unknown` is the last resort and allowed everywhere.
 */
const NEAREST: Readonly<Record<DisconnectResponse, readonly DisconnectResponse[]>> = {
  local: ['declined', 'canceled'],
  remote: ['canceled'],
  canceled: [],
  missed: ['remote', 'canceled'],
  rejected: ['remote'],
  declined: ['rejected', 'local'],
  busy: ['rejected', 'remote'],
  answeredElsewhere: ['remote'],
  declinedElsewhere: ['rejected', 'remote'],
  error: [],
  unknown: [],
};

/**
 * The response as the state allows it. A response that the table does not allow never keeps a dead call alive: the
 * nearest allowed one is recorded instead (a `local` while ringing is `declined`, as hang-up is there).
 */
export function coerceResponse(
  state: CallState,
  response: DisconnectResponse,
  direction: CallDirection,
): DisconnectResponse {
  if (isAllowedResponse(state, response)) return response;
  // Who gives up is the caller: us on the way out, them on the way in.
  if (response === 'canceled') return direction === 'outgoing' ? 'local' : 'remote';
  return NEAREST[response].find((other) => isAllowedResponse(state, other)) ?? 'unknown';
}
