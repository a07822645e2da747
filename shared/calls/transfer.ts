/** A call whose far side is handed to somebody else (RFC 5589), by us or by them: how far it has come, and why it failed. */

import type { ErrorCode } from '../errors.ts';
import type { CallRecord, Peer } from './record.ts';

export const TRANSFER_STATES = ['trying', 'ringing', 'accepted', 'failed'] as const;

export interface Transfer {
  /** `local`: we hand the far side on, and the call ends here. `remote`: the far side hands us on, and the call goes on. */
  by: 'local' | 'remote';
  /** Who is to be talked to instead. */
  target: Peer;
  state: (typeof TRANSFER_STATES)[number];
  /** The network's code of a failure, when it gave one; null otherwise. */
  code: number | null;
}

/** Under way: neither done nor failed. */
export function isTransferring({ transfer }: Pick<CallRecord, 'transfer'>): boolean {
  return transfer?.state === 'trying' || transfer?.state === 'ringing';
}

/** Handed on by us: what ended the call. */
export function wasTransferred({ transfer }: Pick<CallRecord, 'transfer'>): boolean {
  return transfer?.by === 'local' && transfer.state === 'accepted';
}

/** The call with a transfer that was under way given up: whoever would tell of its end is gone. */
export function abandonTransfer<C extends Pick<CallRecord, 'transfer'>>(call: C): C {
  return call.transfer && isTransferring(call) ? { ...call, transfer: { ...call.transfer, state: 'failed' } } : call;
}

/**
 * Why the target could not be reached, from the final status that the far side got (RFC 3515 2.4.5 carries it back; the
 * codes are RFC 3261 21's); null: nobody said.
 */
export function transferFailure(code: number | null): ErrorCode {
  switch (code) {
    case 486:
    case 600:
      return 'targetBusy';
    case 404:
    case 410:
    case 484:
    case 604:
      return 'targetNotFound';
    case 408:
    case 480:
    case 487:
      return 'targetNoAnswer';
    case 603:
      return 'targetRefused';
    default:
      return 'transferFailed';
  }
}
