/**
 * The network's own codes: ONE table from (code, direction, rang?, answered?) to the DisconnectResponse and to the
 * disposition of the call info record, and what we send ourselves. Sources: RFC 3261 21 for the SIP codes, RFC 3326 for
 * the Reason header, ITU-T Q.850 for the causes, the operator's own list for 850 to 865 (spec 1.2).
 */

import type { DisconnectResponse } from './disconnect.ts';
import type { CallDirection } from './record.ts';

export type Disposition = 'answered' | 'no_answered' | 'rejected' | 'busy' | 'failed';

/** How a call ended, as the network told it. */
export interface NetworkEnd {
  /** Final SIP status, 200 for BYE, or the operator's own code; null when the network gave none. */
  code: number | null;
  direction: CallDirection;
  /** The far side rang (outgoing), or we did (incoming). */
  rang: boolean;
  answered: boolean;
  /** Who ended it. */
  by: 'local' | 'remote';
  /** The `Reason` header, parsed (RFC 3326); null without one. */
  reason: { protocol: 'SIP' | 'Q.850'; cause: number } | null;
}

export interface NetworkVerdict {
  response: DisconnectResponse;
  disposition: Disposition;
}

/** Q.850 causes that we send and read. */
const USER_BUSY = 17;
const CALL_REJECTED = 21;

export function judgeEnd(end: NetworkEnd): NetworkVerdict {
  if (end.answered)
    return { response: end.code === null || end.code === 200 ? end.by : afterAnswer(end), disposition: 'answered' };
  const response = end.direction === 'outgoing' ? outgoing(end) : incoming(end);
  return { response, disposition: DISPOSITIONS[response] };
}

/** A far side that goes on with this call on another device of ours says so in its BYE (RFC 3326; RFC 3261 21.3.3). */
export const MOVED = 302;

/** A 4xx to 6xx inside an answered call is the network's failure, unless it is a party's BYE with a reason. */
function afterAnswer({ code, by }: NetworkEnd): DisconnectResponse {
  if (code === MOVED) return by;
  return code === 601 || code === 602 ? 'remote' : code !== null && code < 300 ? by : 'error';
}

function outgoing({ code, rang, reason, by }: NetworkEnd): DisconnectResponse {
  switch (code) {
    case null:
      return by === 'local' ? 'canceled' : 'remote';
    case 200:
      return by;
    case 408:
    case 480:
    case 503:
    case 600:
      return rang ? 'remote' : 'error';
    case 486:
      return reason?.protocol === 'Q.850' && reason.cause === CALL_REJECTED ? 'rejected' : 'busy';
    case 603:
      return 'rejected';
    case 487:
      return 'canceled';
    case 601:
    case 602:
      return 'remote';
    default:
      return byClass(code);
  }
}

function incoming({ code, reason, by }: NetworkEnd): DisconnectResponse {
  switch (code) {
    case null:
      return by === 'local' ? 'declined' : 'canceled';
    case 200:
      return by;
    case 408:
    case 480:
    case 503:
    case 600:
      return 'missed';
    case 486:
      return reason?.protocol === 'Q.850' && reason.cause === USER_BUSY ? 'busy' : 'declined';
    case 603:
      return 'declined';
    case 487:
      return canceledBy(reason);
    case 601:
      return 'remote';
    case 602:
      return 'answeredElsewhere';
    default:
      return byClass(code);
  }
}

/** A CANCEL says by its Reason whether another device took the call (RFC 3326; RFC 3261 gives none to a caller's own). */
function canceledBy(reason: NetworkEnd['reason']): DisconnectResponse {
  if (reason?.protocol !== 'SIP') return 'canceled';
  if (reason.cause === 200) return 'answeredElsewhere';
  if (reason.cause === 603) return 'declinedElsewhere';
  if (reason.cause === 408 || reason.cause === 480) return 'missed'; // the proxy's ring timer, not the caller
  return 'canceled';
}

/** RFC 3261 21: 6xx is the callee's definite no; every other final failure is the network's. */
function byClass(code: number): DisconnectResponse {
  if (code >= 600 && code < 700) return 'rejected';
  return code >= 300 ? 'error' : 'unknown';
}

const DISPOSITIONS: Readonly<Record<DisconnectResponse, Disposition>> = {
  local: 'no_answered',
  remote: 'no_answered',
  canceled: 'no_answered',
  missed: 'no_answered',
  rejected: 'rejected',
  declined: 'rejected',
  busy: 'busy',
  answeredElsewhere: 'no_answered',
  declinedElsewhere: 'rejected',
  error: 'failed',
  unknown: 'failed',
};

export function disposition(response: DisconnectResponse, answered: boolean): Disposition {
  return answered ? 'answered' : DISPOSITIONS[response];
}

/** How this device says no, as SIP: decline here, decline everywhere, busy (1.2). */
export type Rejection = 'here' | 'everywhere' | 'busy';

export const REJECTIONS: Readonly<Record<Rejection, { code: number; reason: string | null }>> = {
  here: { code: 486, reason: `Q.850;cause=${CALL_REJECTED};text="Call rejected"` },
  everywhere: { code: 603, reason: null },
  busy: { code: 486, reason: `Q.850;cause=${USER_BUSY};text="User busy"` },
};

/** A quoted string, closed or not: its text is the sender's, and may look like a parameter. */
const QUOTED = /"(?:\\[\s\S]|[^"\\])*(?:"|\\?$)/gu;
const REASON_VALUE = /^\s*(SIP|Q\.850)\s*;(?:[^,]*?;)??\s*cause\s*=\s*(\d{1,4})\s*(?:[;,]|$)/iu;

/** Reads a `Reason` header (RFC 3326); null when there is none or it is of another protocol. */
export function parseReason(header: string | null | undefined): NetworkEnd['reason'] {
  const match = header ? REASON_VALUE.exec(header.replaceAll(QUOTED, '""')) : null;
  if (!match?.[1] || !match[2]) return null;
  return { protocol: match[1].toUpperCase() === 'SIP' ? 'SIP' : 'Q.850', cause: Number(match[2]) };
}
