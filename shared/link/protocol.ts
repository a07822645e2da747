/** What pages and the service worker say to each other. A version goes with it: a newer worker understands older tabs. */

import type { CallRecord } from '../calls/record.ts';
import type { WireError } from '../errors.ts';
import type { NotificationKind } from '../notifications/plan.ts';
import type { Host, Outcome, Settings, Submission } from '../registry/input.ts';

/** Raised with every change that an older tab could not understand. */
export const PROTOCOL = 1;

/** Events to the worker (`registration.active.postMessage`): these wake it, port messages do not. */
export type WorkerMessage =
  /** A port for the API below comes with it. */
  | { type: 'connect'; protocol: number }
  /** Puts the worker's idle timer back; needs no answer. */
  | { type: 'touch' }
  /** A tab was shown, hidden or closed: the notifications may have to change. */
  | { type: 'visibility'; visible: boolean }
  /** Something may be overdue. */
  | { type: 'tick' }
  /** A waiting version may take over. */
  | { type: 'SKIP_WAITING' };

/** Every method answers with this; an error never crosses as an exception, whose code Comlink would drop. */
export type Reply<T> = { ok: true; value: T } | { ok: false; error: WireError };

export interface Hello {
  protocol: number;
  /** This run of the worker. */
  instance: string;
  /** The Web Lock that the worker holds for its life: granted to somebody else = it is dead. */
  lock: string;
  /** The tab that asked, as the browser names it (Client.id): what `Host.tab` and the timeline call it. */
  tab: string | null;
  /** Revision of the registry at this moment. */
  rev: number;
}

/** The allowlist: what a page can call over the port. Each argument is validated in the worker. */
export interface WorkerApi {
  hello(): Promise<Reply<Hello>>;
  submit(submission: Submission): Promise<Reply<Outcome>>;
}

export const WORKER_METHODS = ['hello', 'submit'] as const satisfies readonly (keyof WorkerApi)[];

/** Broadcast by the worker to every tab. */
export type Broadcast =
  | { type: 'started'; instance: string }
  /** A new version takes over: do not wake the old one. */
  | { type: 'updating' }
  /** `at`: when it was sent, ms since the epoch with fractions, so that its way can be measured. */
  | ({ type: 'delta'; at: number } & Delta)
  /** The disk was full: so many of the oldest finished calls went. */
  | { type: 'dropped'; count: number };

/**
 * From the worker to one tab: a click on a notification concerns it. A port for the acknowledgement comes with it; a tab that
 * is frozen or gone sends none, and the next one is asked.
 */
export interface OpenCall {
  type: 'open';
  callId: string;
  kind: NotificationKind;
}

/** One committed revision: the calls that changed, whole. */
export interface Delta {
  rev: number;
  calls: CallRecord[];
  host: Host | null;
  settings: Settings;
}

export const CHANNEL = 'switchhook';
