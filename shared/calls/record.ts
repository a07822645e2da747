/** The call record: what the registry keeps of one call, from its first event to the end of its retention. */

import type { ErrorCode } from '../errors.ts';
import type { CommandKind } from './commands.ts';
import type { CallDialog } from './dialog.ts';
import type { DisconnectResponse } from './disconnect.ts';
import type { CallState } from './states.ts';
import type { Transfer } from './transfer.ts';

export type CallType = 'audio' | 'video' | 'screenShare';
export type CallDirection = 'incoming' | 'outgoing';

export const CALL_CAPABILITIES = [
  /** Can be held once it is active. */
  'hold',
  /** Can be held from the start. */
  'supportHold',
  'mute',
  'video',
  'screenShare',
  'silence',
  'dtmf',
  'transfer',
] as const;
export type CallCapability = (typeof CALL_CAPABILITIES)[number];

export interface CallAttributes {
  muted: boolean;
  /** Held by us. */
  held: boolean;
  heldByRemote: boolean;
  /** The ring makes no sound here any more; the call rings on. */
  silenced: boolean;
  videoEnabled: boolean;
  speaker: boolean;
}

export const NO_ATTRIBUTES: Readonly<CallAttributes> = {
  muted: false,
  held: false,
  heldByRemote: false,
  silenced: false,
  videoEnabled: false,
  speaker: false,
};

/** The far side. `handle` is what can be dialled; the rest is what we know of it. */
export interface Peer {
  handle: string;
  displayName: string | null;
  avatarUrl: string | null;
  userId: string | null;
}

export interface Disconnect {
  response: DisconnectResponse;
  /** The network's own code, when it gave one. */
  endCode: number | null;
  /** The network's own words, for the inspector; people are shown `endReason(endCode)`. */
  reason: string | null;
}

/** What a person asked for and the network has still to do, or has just refused to do. */
export interface Intent {
  /** The id of the command that asked for it. */
  id: string;
  action: CommandKind | 'dial';
  /** DTMF digits, a transfer's target, the other call's id, `busy` for a decline; null for everything else. */
  argument: string | null;
  askedAt: number;
  /** Absolute time at which it has timed out. */
  deadline: number;
  /** The epoch of the host that has claimed it; null until one has. */
  epoch: number | null;
  outcome: IntentOutcome | null;
}

export type IntentOutcome =
  | { result: 'fulfilled'; at: number }
  | { result: 'failed'; at: number; code: ErrorCode; reason: string }
  | { result: 'timedOut'; at: number };

export type EventSource = 'api' | 'notification' | 'push' | 'provider' | 'timer' | 'recovery';

/** One thing that happened to a call. `what` is drawn by the call inspector; `detail` is for people who read it. */
export interface TimelineEntry {
  at: number;
  what:
    | 'state'
    | 'attribute'
    | 'action'
    | 'intent'
    | 'refused'
    | 'coerced'
    | 'push'
    | 'notification'
    | 'fact'
    | 'trimmed';
  detail: string;
  source: EventSource;
  /** The tab that it came from; null for the worker itself. */
  tab: string | null;
}

export interface CallRecord {
  /** UUID, ours. */
  id: string;
  /** The network's id (SIP Call-ID or the like), unique per account and direction; null until there is one. */
  providerCallId: string | null;
  account: string;
  direction: CallDirection;
  type: CallType;
  state: CallState;
  peer: Peer;
  capabilities: readonly CallCapability[];
  attributes: CallAttributes;
  /** JSON of the integrator, at most {@link MAX_DATA_CHARS} characters; null when there is none. */
  data: string | null;
  createdAt: number;
  /** When the ring is over, from the server where there is one. */
  ringDeadline: number;
  /** When the present state has lasted too long; null for active and disconnected (1.6). */
  deadline: number | null;
  remoteRingingAt: number | null;
  answeredAt: number | null;
  endedAt: number | null;
  /** Why it ended; set with `disconnecting`, final with `disconnected`. */
  disconnect: Disconnect | null;
  /** The last state before `disconnecting`: the one that the response is judged by (1.2). */
  endedFrom: CallState | null;
  answeredBy: string | null;
  /** The last transfer of this call; absent where there was none. */
  transfer?: Transfer;
  /** The far side's own sound is heard before it has answered: no ringback of ours. Absent where there is none. */
  earlyMedia?: true;
  /** How another page or device takes the call up; absent before it is answered, and once it is over. */
  dialog?: CallDialog;
  /** The tab that holds the media, by the epoch of its host. */
  host: { tab: string; epoch: number } | null;
  /** The ring notification was dismissed: not shown again. */
  dismissed: boolean;
  /** A missed call that the person has not looked at yet. */
  unseen: boolean;
  intents: readonly Intent[];
  timeline: readonly TimelineEntry[];
  /** The registry's revision in which this record last changed. */
  rev: number;
}

/** Bound of `data`: a record is copied to every tab at each change, and IndexedDB is not a document store. Our choice. */
export const MAX_DATA_CHARS = 16_384;

/** Bound of the timeline: far more than a call has (some 20), so that a loop in an integrator cannot fill the disk. */
export const MAX_TIMELINE = 400;
