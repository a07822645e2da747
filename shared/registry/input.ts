/** What the registry can be asked and told, and what it answers. One union; the worker validates it and `decide` judges it. */

import type { CallCommand } from '../calls/commands.ts';
import type { CallDialog } from '../calls/dialog.ts';
import type { CallFact } from '../calls/facts.ts';
import type {
  CallCapability,
  CallDirection,
  CallRecord,
  CallType,
  EventSource,
  IntentOutcome,
  Peer,
} from '../calls/record.ts';
import type { WireError } from '../errors.ts';

/** A call by our id, or by the network's id within its account and direction. */
export type CallRef = { id: string } | { account: string; direction: CallDirection; providerCallId: string };

export type RegistryInput =
  /** A person dials. The call id is the caller's choice, so that a repeat of the command is the same call. */
  | {
      kind: 'dial';
      callId: string;
      account: string;
      peer: Peer;
      type: CallType;
      capabilities: readonly CallCapability[];
    }
  /** A person asks something of a call. */
  | { kind: 'command'; callId: string; command: CallCommand }
  /** The network rings us, or an SDK reports its own call. An id that is known is an update. */
  | {
      kind: 'newCall';
      callId: string;
      providerCallId: string | null;
      account: string;
      direction: CallDirection;
      entry: 'ringing' | 'initiated' | 'active';
      type: CallType;
      peer: Peer;
      capabilities: readonly CallCapability[];
      ringDeadline: number | null;
      data: string | null;
      /** The host whose provider says so; null for an integrator's own report. */
      epoch: number | null;
    }
  /** A person takes a call here that another device of theirs has, by its dialog as that device sees it. */
  | {
      kind: 'take';
      callId: string;
      account: string;
      direction: CallDirection;
      peer: Peer;
      type: CallType;
      capabilities: readonly CallCapability[];
      dialog: CallDialog;
    }
  /** The network says by push that a ring is over: known here or not, rung here or not. */
  | {
      kind: 'networkEnd';
      /** For the record, should there be none. */
      callId: string;
      account: string;
      providerCallId: string;
      response: 'canceled' | 'missed' | 'answeredElsewhere' | 'declinedElsewhere';
      endCode: number | null;
      /** Who called, where the push says so. */
      peer: Peer | null;
      type: CallType;
      /** When it rang, for the record, should there be none: it may be long ago. Null: just now. */
      times: { createdAt: number; endedAt: number } | null;
    }
  /** The network, or an SDK, states something about a call. */
  | { kind: 'fact'; call: CallRef; fact: CallFact; epoch: number | null }
  /** The host takes an intent on; what it has claimed it carries out. */
  | { kind: 'claim'; callId: string; intentId: string; epoch: number }
  /** The host says what became of an intent. */
  | { kind: 'settle'; callId: string; intentId: string; outcome: IntentReport; epoch: number }
  /** A tab holds the host lock and takes over. */
  | { kind: 'claimHost' }
  /** Somebody woke up: is anything overdue? */
  | { kind: 'tick' }
  /** The person has looked at the missed calls. */
  | { kind: 'seen' }
  | { kind: 'configure'; settings: Partial<Settings> };

export type IntentReport =
  | { result: 'fulfilled' }
  | { result: 'failed'; code: Extract<IntentOutcome, { result: 'failed' }>['code']; reason: string };

/** An input with its id (a repeat of the id is answered with the stored outcome) and its origin. */
export interface Submission {
  id: string;
  tab: string | null;
  source: EventSource;
  input: RegistryInput;
}

export interface Host {
  tab: string;
  epoch: number;
}

export interface Settings {
  /** Live calls at once; another incoming one is busy. One until call waiting is there. */
  maxCalls: number;
  /** Default ring time, ms, where the network gives no deadline. */
  ringTime: number;
  language: 'en' | 'vi';
  notifications: boolean;
  /** Whose calls these are, and on which device: a push for another is none of ours. Null while nobody is logged in. */
  line: { account: string; device: string } | null;
  /** Up to when calls that came while everything was off are known here, ms by the switchboard's clock; null: not asked yet. */
  caughtUp: { account: string; until: number } | null;
  /** ms by which this device's clock is ahead of the switchboard's, as last measured. */
  clockOffset: number;
  /** Finished calls that are kept: at most so many, at most so old. */
  retention: { calls: number; days: number };
}

/** The answer to a submission: kept with its id, so that it is the same however often it is asked. */
export type Outcome =
  | { ok: true; rev: number; callId: string | null; epoch: number | null }
  | { ok: false; rev: number; error: WireError };

/** What the registry knows when it decides. */
export interface RegistryState {
  rev: number;
  host: Host | null;
  settings: Settings;
  /** Every call that is not over. */
  live: readonly CallRecord[];
  /** The call that the input names, where it is over already; null otherwise. */
  finished: CallRecord | null;
}
