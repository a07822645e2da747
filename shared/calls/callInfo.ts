/** The call info record of a finished call (1.5): these fields and nothing missing. */

import { type Disposition, disposition } from './endCodes.ts';
import { wasAnswered } from './missed.ts';
import type { CallRecord } from './record.ts';

export interface CallInfo {
  transaction_id: string;
  direction: 'inbound' | 'outbound';
  source_number: string;
  destination_number: string;
  /** ms since the epoch; null when never answered. */
  time_start_to_answer: number | null;
  /** ms since the epoch. */
  time_end: number;
  sip_user: string;
  disposition: Disposition;
}

/** @returns null while the call is not over. */
export function callInfo(call: CallRecord): CallInfo | null {
  if (call.endedAt === null || call.disconnect === null) return null;
  const incoming = call.direction === 'incoming';
  const answered = wasAnswered(call);
  return {
    transaction_id: call.id,
    direction: incoming ? 'inbound' : 'outbound',
    source_number: incoming ? call.peer.handle : call.account,
    destination_number: incoming ? call.account : call.peer.handle,
    time_start_to_answer: answered ? call.answeredAt : null,
    time_end: call.endedAt,
    sip_user: call.account,
    disposition: disposition(call.disconnect.response, answered),
  };
}

/** Numeric states for integrators who come from OMICALL: a view, never stored. */
export type NumericState = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

export function numericState(call: CallRecord): NumericState {
  switch (call.state) {
    case 'initiated':
      return 0;
    case 'dialing':
      return call.remoteRingingAt === null ? 1 : 3;
    case 'ringing':
      return 2;
    case 'connecting':
    case 'reconnecting':
      return 4;
    case 'active':
      return call.attributes.held || call.attributes.heldByRemote ? 7 : 5;
    default:
      return 6;
  }
}
