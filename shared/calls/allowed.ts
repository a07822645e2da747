/**
 * What a call allows now: the ONE function that notifications, buttons and the registry read. Nothing else decides.
 */

import type { CommandKind } from './commands.ts';
import { ANSWERS, pendingIntent } from './intents.ts';
import type { CallCapability, CallRecord } from './record.ts';
import { isAnswered, isLive } from './states.ts';
import { isTransferring } from './transfer.ts';

export interface Circumstances {
  /** The other calls of the registry; only the live ones matter. */
  others: Iterable<CallRecord>;
  now: number;
}

/** The commands that this call allows now. A command that is already being carried out is not offered again. */
export function allowedCommands(call: CallRecord, { others, now }: Circumstances): ReadonlySet<CommandKind> {
  const live = [...others].filter((other) => other.id !== call.id && isLive(other.state));
  const allowed = new Set<CommandKind>([
    ...(call.state === 'ringing' ? ringing(call, live, now) : []),
    ...(isLive(call.state) ? ['hangUp' as const, ...inCall(call), ...withOthers(call, live)] : finished(call)),
    ...dismissable(call),
  ]);
  for (const kind of [...allowed]) if (isUnderWay(call, kind)) allowed.delete(kind);
  return allowed;
}

const has = (call: CallRecord, capability: CallCapability) => call.capabilities.includes(capability);

function ringing(call: CallRecord, live: CallRecord[], now: number): CommandKind[] {
  const allowed: CommandKind[] = [];
  if (now < call.ringDeadline) {
    allowed.push('answer', 'decline', 'declineEverywhere');
    if (has(call, 'video')) allowed.push('answerWithVideo');
    if (live.length > 0) allowed.push('holdAndAnswer', 'endAndAnswer');
  }
  if (has(call, 'silence') && !call.attributes.silenced) allowed.push('silence');
  return allowed;
}

function inCall(call: CallRecord): CommandKind[] {
  const { attributes, type } = call;
  const allowed: CommandKind[] = [];
  if (has(call, 'mute')) allowed.push(attributes.muted ? 'unmute' : 'mute');
  const started = call.state === 'active' || call.state === 'reconnecting';
  if (has(call, 'supportHold') || (has(call, 'hold') && started)) allowed.push(attributes.held ? 'unhold' : 'hold');
  if (has(call, 'video') && type !== 'video') allowed.push('switchVideo');
  if (has(call, 'screenShare') && type !== 'screenShare') allowed.push('switchScreenShare');
  if (type !== 'audio') allowed.push('switchAudio', attributes.videoEnabled ? 'disableVideo' : 'enableVideo');
  if (type === 'video' && attributes.videoEnabled) allowed.push('switchCamera');
  if (has(call, 'dtmf') && isAnswered(call.state)) allowed.push('dtmf');
  if (isTransferable(call)) allowed.push('transfer');
  return allowed;
}

function withOthers(call: CallRecord, live: CallRecord[]): CommandKind[] {
  const allowed: CommandKind[] = [];
  const other = live[0];
  // Two conversations: a call that still rings, or is being dialled, can be neither held nor taken up.
  const talking = other !== undefined && isAnswered(call.state) && isAnswered(other.state);
  if (live.length === 1 && talking && call.attributes.held !== other.attributes.held) allowed.push('swap');
  if (isTransferable(call) && live.some((one) => canReceive(one))) allowed.push('attendedTransfer');
  return allowed;
}

const isTransferable = (call: CallRecord) => has(call, 'transfer') && call.state === 'active' && !isTransferring(call);

/** A call that another one may be connected to: somebody is there, and stays. */
export const canReceive = (call: CallRecord): boolean => call.state === 'active' && !isTransferring(call);

function finished(call: CallRecord): CommandKind[] {
  return call.state === 'disconnected' && call.peer.handle !== '' ? ['callback'] : [];
}

/** A ring or a missed call is what a notification is shown for that a person can send away. */
function dismissable(call: CallRecord): CommandKind[] {
  return (call.state === 'ringing' && !call.dismissed) || (call.state === 'disconnected' && call.unseen)
    ? ['dismiss']
    : [];
}

/** The same thing is being done already, or its opposite is: holding and unholding at once cannot both be meant. */
const CONFLICTS: Readonly<Partial<Record<CommandKind, readonly CommandKind[]>>> = {
  answer: ANSWERS,
  answerWithVideo: ANSWERS,
  holdAndAnswer: ANSWERS,
  endAndAnswer: ANSWERS,
  // Who is being transferred waits on hold, and comes back by himself where it fails.
  hold: ['hold', 'unhold', 'transfer', 'attendedTransfer'],
  unhold: ['hold', 'unhold', 'transfer', 'attendedTransfer'],
  transfer: ['transfer', 'attendedTransfer'],
  attendedTransfer: ['transfer', 'attendedTransfer'],
  mute: ['mute', 'unmute'],
  unmute: ['mute', 'unmute'],
};

function isUnderWay(call: CallRecord, kind: CommandKind): boolean {
  const conflicts = CONFLICTS[kind];
  return conflicts !== undefined && pendingIntent(call, ...conflicts) !== undefined;
}
