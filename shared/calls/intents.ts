/** Intents: what a person asked for, until the network has done it, refused it, or taken too long (1.4). */

import type { CallCommand } from './commands.ts';
import { CLAIM_LEASE, deadlineIn } from './deadlines.ts';
import type { CallRecord, Intent, IntentOutcome } from './record.ts';
import type { CallState } from './states.ts';
import { note, type Origin } from './timeline.ts';
import { abandonTransfer } from './transfer.ts';

/**
 * ms until a transfer has failed that nobody tells the end of: the target's ring (45 s by default, 60 s on many exchanges)
 * and what the network needs around it. Ours.
 */
export const TRANSFER_PATIENCE = 75_000;

/** ms until an intent has timed out. Ours: what the action needs on a bad network, microphone prompt included. */
const PATIENCE: Readonly<Partial<Record<Intent['action'], number>>> = {
  dial: 30_000,
  answer: 30_000,
  hold: 10_000,
  unhold: 10_000,
  // A host that hangs is deposed after 2 s, and the next one takes the call up first.
  mute: 10_000,
  unmute: 10_000,
  hangUp: 5_000,
  decline: 5_000,
  declineEverywhere: 5_000,
  dtmf: 5_000,
  // The provider gives up first, and says why.
  transfer: TRANSFER_PATIENCE + 15_000,
  attendedTransfer: TRANSFER_PATIENCE + 15_000,
};
const DEFAULT_PATIENCE = 15_000;

/** How many settled intents a record keeps, newest last, so that a page can tell what became of its question. */
const KEPT_SETTLED = 8;

/** Intents that set a state can be given to another host; the others are lost with theirs. */
export function survivesHost(action: Intent['action']): boolean {
  return action !== 'dtmf' && action !== 'dial' && !isTransfer(action);
}

/** The ways to answer. */
export const ANSWERS = ['answer', 'answerWithVideo', 'holdAndAnswer', 'endAndAnswer'] as const;

const answers = ({ state }: CallRecord, action: Intent['action']): boolean =>
  state === 'ringing' && (ANSWERS as readonly string[]).includes(action);

export function isPending(intent: Intent): boolean {
  return intent.outcome === null;
}

export function pendingIntent(call: CallRecord, ...actions: Intent['action'][]): Intent | undefined {
  return call.intents.find((intent) => isPending(intent) && (actions.length === 0 || actions.includes(intent.action)));
}

export interface AskOptions {
  id: string;
  action: Intent['action'];
  argument?: string | null;
}

/** The call with a new pending intent. */
export function ask(call: CallRecord, { id, action, argument = null }: AskOptions, origin: Origin): CallRecord {
  const deadline = origin.now + (PATIENCE[action] ?? DEFAULT_PATIENCE);
  const intent: Intent = { id, action, argument, askedAt: origin.now, deadline, epoch: null, outcome: null };
  const settled = call.intents.filter((other) => !isPending(other)).slice(-KEPT_SETTLED);
  const pending = call.intents.filter(isPending);
  const asked = { ...call, intents: [...settled, ...pending, intent] };
  return note(answers(call, action) ? keptFor(asked, origin.now) : asked, origin, 'action', action);
}

/** How the timeline says that an action was asked for in a state that does not allow it. */
export const refusal = (action: Intent['action'], state: CallState): string => `${action} in ${state}`;

/** Whether somebody wanted to answer it when it was over. What is refused changes nothing but the timeline, so that is where it stands. */
export function wasAnsweredLate({ timeline }: CallRecord): boolean {
  const late = ANSWERS.flatMap((action) => [refusal(action, 'disconnecting'), refusal(action, 'disconnected')]);
  return timeline.some(({ what, detail }) => what === 'refused' && late.includes(detail));
}

/** A ring is not over while somebody answers it: the network keeps it for them (3.2). */
function keptFor(call: CallRecord, now: number): CallRecord {
  return { ...call, deadline: Math.max(call.ringDeadline, now + CLAIM_LEASE) };
}

/** The network keeps the ring for the answer that is pending: from now on it ends with the claim. */
export function claimed(call: CallRecord, origin: Origin): CallRecord {
  if (call.state !== 'ringing' || !pendingIntent(call, ...ANSWERS))
    return note(call, origin, 'refused', `claimed in ${call.state}`);
  return note({ ...call, deadline: origin.now + CLAIM_LEASE }, origin, 'fact', 'claimed');
}

/** The call with an intent settled. A late outcome, after its end, changes nothing (1.4). */
export function settle(call: CallRecord, id: string, outcome: IntentOutcome, origin: Origin): CallRecord {
  const intent = call.intents.find((other) => other.id === id);
  if (intent?.outcome?.result === outcome.result) return call; // said twice: the end of the call has settled it too
  if (!intent || !isPending(intent)) return note(call, origin, 'refused', `late ${outcome.result} of ${id}`);
  const intents = call.intents.map((other) => (other.id === id ? { ...other, outcome } : other));
  const detail =
    outcome.result === 'failed' ? `${intent.action} failed: ${outcome.code}` : `${intent.action} ${outcome.result}`;
  const failed = outcome.result !== 'fulfilled';
  const deadline = failed && answers(call, intent.action) ? deadlineIn(call, call.state, origin.now) : call.deadline;
  const settled = note({ ...call, intents, deadline }, origin, 'intent', detail);
  const gaveUp = failed && isTransfer(intent.action) && settled.transfer?.by === 'local';
  return gaveUp ? abandonTransfer(settled) : settled;
}

const isTransfer = (action: Intent['action']) => action === 'transfer' || action === 'attendedTransfer';

/** The call with every pending intent whose time is over settled as timed out. */
export function expireIntents(call: CallRecord, origin: Origin): CallRecord {
  return call.intents
    .filter((intent) => isPending(intent) && intent.deadline <= origin.now)
    .reduce((now, intent) => settle(now, intent.id, { result: 'timedOut', at: origin.now }, origin), call);
}

/** What an intent does to the record when it is fulfilled; the states themselves move by the network's facts. */
export function effectOf(
  action: Intent['action'],
): Partial<Pick<CallRecord, 'type'>> & { attributes?: Partial<CallRecord['attributes']> } {
  switch (action) {
    case 'mute':
      return { attributes: { muted: true } };
    case 'unmute':
      return { attributes: { muted: false } };
    case 'hold':
      return { attributes: { held: true } };
    case 'unhold':
      return { attributes: { held: false } };
    case 'switchVideo':
      return { type: 'video', attributes: { videoEnabled: true } };
    case 'switchAudio':
      return { type: 'audio', attributes: { videoEnabled: false } };
    case 'switchScreenShare':
      return { type: 'screenShare', attributes: { videoEnabled: true } };
    case 'enableVideo':
      return { attributes: { videoEnabled: true } };
    case 'disableVideo':
      return { attributes: { videoEnabled: false } };
    default:
      return {};
  }
}

/** The argument of a command as its intent keeps it. */
export function argumentOf(command: CallCommand): string | null {
  if ('digits' in command) return command.digits;
  if ('target' in command) return command.target;
  return 'with' in command ? command.with : null;
}
