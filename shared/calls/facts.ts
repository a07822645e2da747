/** What the network, or an integrator's own SDK, states about a call. A fact is judged by the state, never the reverse. */

import type { CallDialog } from './dialog.ts';
import type { DisconnectResponse } from './disconnect.ts';
import type { NetworkEnd } from './endCodes.ts';
import type { CallAttributes, CallCapability, CallType, Peer } from './record.ts';
import type { EntryState } from './states.ts';
import type { Transfer } from './transfer.ts';

export type CallFact =
  /** The network works on it (100), or the far side rings (180, 183), with sound of its own (an SDP in it) or without. */
  | { kind: 'progress'; ringing: boolean; earlyMedia?: boolean }
  /** The network keeps the ring for this device, where somebody is answering it: {@link CLAIM_LEASE} from now. */
  | { kind: 'claimed' }
  /** The network gave the call its id. */
  | { kind: 'identified'; providerCallId: string }
  /** The same conversation goes on in another dialog of the network: with somebody else, or (`peer` null) the same one. */
  | { kind: 'moved'; providerCallId: string; peer: Peer | null }
  /** Answered: the 2xx was received (outgoing) or sent (incoming). Media follows. */
  | { kind: 'accepted' }
  /** Media flows. */
  | { kind: 'connected' }
  | { kind: 'mediaLost' }
  | { kind: 'mediaBack' }
  /** It ended, as the network says it: judged by the code table. */
  | { kind: 'ended'; by: 'local' | 'remote'; code: number | null; reason: NetworkEnd['reason']; text: string | null }
  /** It ended, as an integrator says it: the response is coerced where the table does not allow it. */
  | { kind: 'disconnected'; response: DisconnectResponse; endCode: number | null }
  | { kind: 'heldByRemote'; held: boolean }
  | { kind: 'attributes'; changes: Partial<CallAttributes> }
  | { kind: 'answeredBy'; who: string }
  /** Its dialog, from now on; whoever says so has the call. */
  | { kind: 'dialog'; dialog: CallDialog }
  /** How a transfer of this call goes. */
  | { kind: 'transfer'; transfer: Transfer }
  | { kind: 'type'; type: CallType }
  | { kind: 'capabilities'; capabilities: readonly CallCapability[] }
  | { kind: 'peer'; peer: Peer };

/** How a call comes into being by a fact: the network rings us, or an SDK has a call going already. */
export interface NewCall {
  id: string;
  providerCallId: string | null;
  account: string;
  direction: 'incoming' | 'outgoing';
  entry: EntryState;
  type: CallType;
  peer: Peer;
  capabilities: readonly CallCapability[];
  /** Absolute, from the server where there is one; null: the default ring time from now. */
  ringDeadline: number | null;
  data: string | null;
}
