/**
 * One call and one event: what the call is afterwards. Pure; time comes in with the event's origin. An event that is not
 * allowed changes nothing but is kept on the timeline as refused.
 */

import { deadlineIn, OVERDUE, RING_TIME } from './deadlines.ts';
import { coerceResponse } from './disconnect.ts';
import { judgeEnd } from './endCodes.ts';
import type { CallFact, NewCall } from './facts.ts';
import { claimed, effectOf, expireIntents, isPending, settle } from './intents.ts';
import { isMissed } from './missed.ts';
import { type CallAttributes, type CallRecord, type Disconnect, type IntentOutcome, NO_ATTRIBUTES } from './record.ts';
import { type CallState, canMove, isAnswered, isLive, isOver } from './states.ts';
import { note, type Origin } from './timeline.ts';
import { abandonTransfer, isTransferring, type Transfer, wasTransferred } from './transfer.ts';

/** A call at its entry state. `ringTime` in ms is used where the network gave no deadline. */
export function createCall(start: NewCall, origin: Origin, ringTime: number = RING_TIME): CallRecord {
  const { now } = origin;
  const call: CallRecord = {
    id: start.id,
    providerCallId: start.providerCallId,
    account: start.account,
    direction: start.direction,
    type: start.type,
    state: start.entry,
    peer: start.peer,
    capabilities: start.capabilities,
    attributes: { ...NO_ATTRIBUTES, videoEnabled: start.type !== 'audio' },
    data: start.data,
    createdAt: now,
    ringDeadline: start.ringDeadline ?? now + ringTime,
    deadline: null,
    remoteRingingAt: null,
    answeredAt: start.entry === 'active' ? now : null,
    endedAt: null,
    disconnect: null,
    endedFrom: null,
    answeredBy: null,
    host: null,
    dismissed: false,
    unseen: false,
    intents: [],
    timeline: [],
    rev: 0,
  };
  return note({ ...call, deadline: deadlineIn(call, call.state, now) }, origin, 'state', call.state);
}

/** Moves the call, or notes on its timeline that the move was refused. */
export function move(call: CallRecord, to: CallState, origin: Origin, detail: string = to): CallRecord {
  if (!canMove(call.state, to)) return note(call, origin, 'refused', `${call.state} → ${detail}`);
  const moved: CallRecord = { ...call, state: to, deadline: deadlineIn(call, to, origin.now) };
  return note(moved, origin, 'state', detail);
}

/** Starts the end: the reason is fixed here, judged by the state that is being left (1.2). */
export function beginEnd(call: CallRecord, disconnect: Disconnect, origin: Origin): CallRecord {
  if (!isLive(call.state)) return note(call, origin, 'refused', `${call.state} → disconnecting`);
  const fixed = { ...coerced(call, call.state, disconnect, origin), endedFrom: call.state };
  return move(fixed, 'disconnecting', origin);
}

/** The end itself. The first terminal event wins; a reason that was fixed when the end began stays. */
export function end(call: CallRecord, disconnect: Disconnect, origin: Origin): CallRecord {
  if (isOver(call.state)) return note(call, origin, 'refused', `disconnected again: ${disconnect.response}`);
  const from = call.endedFrom ?? call.state;
  const fixed = call.disconnect
    ? { ...call, disconnect: { ...call.disconnect, endCode: call.disconnect.endCode ?? disconnect.endCode } }
    : coerced(call, from, disconnect, origin);
  const response = fixed.disconnect?.response ?? 'unknown';
  const ended = endTransfer(move({ ...fixed, endedFrom: from }, 'disconnected', origin, `disconnected: ${response}`));
  const { dialog: _, ...over } = { ...settleRest(ended, origin), endedAt: origin.now };
  return { ...over, unseen: isMissed(over) };
}

function coerced(call: CallRecord, from: CallState, disconnect: Disconnect, origin: Origin): CallRecord {
  const response = coerceResponse(from, disconnect.response, call.direction);
  const noted =
    response === disconnect.response
      ? call
      : note(call, origin, 'coerced', `reported ${disconnect.response} in ${from}, recorded ${response}`);
  return { ...noted, disconnect: { ...disconnect, response } };
}

/** A far side that takes a transfer on may hang up before it tells what came of it. */
const endTransfer = (call: CallRecord): CallRecord =>
  call.transfer?.by === 'local' && isTransferring(call) && call.disconnect?.response === 'remote'
    ? { ...call, transfer: { ...call.transfer, state: 'accepted' } }
    : abandonTransfer(call);

/** A call that is over needs nothing any more: what ended it is done, the rest can no longer be. */
function settleRest(call: CallRecord, origin: Origin): CallRecord {
  const ENDINGS = ['hangUp', 'decline', 'declineEverywhere', 'endAndAnswer'];
  if (wasTransferred(call)) ENDINGS.push('transfer', 'attendedTransfer');
  return call.intents.filter(isPending).reduce((now, intent) => {
    const outcome: IntentOutcome = ENDINGS.includes(intent.action)
      ? { result: 'fulfilled', at: origin.now }
      : { result: 'failed', at: origin.now, code: 'tooLate', reason: 'The call is over.' };
    return settle(now, intent.id, outcome, origin);
  }, call);
}

export function applyFact(call: CallRecord, fact: CallFact, origin: Origin): CallRecord {
  switch (fact.kind) {
    case 'progress':
      return applyProgress(call, fact, origin);
    case 'claimed':
      return claimed(call, origin);
    case 'accepted':
      return applyAccepted(call, origin);
    case 'connected':
      return applyConnected(call, origin);
    case 'mediaLost':
      return move(call, 'reconnecting', origin);
    case 'mediaBack':
      return call.state === 'reconnecting' ? move(call, 'active', origin) : refuse(call, fact, origin);
    case 'ended':
      return end(call, verdict(call, fact), origin);
    case 'disconnected':
      return end(call, { response: fact.response, endCode: fact.endCode, reason: null }, origin);
    default:
      return isOver(call.state) ? refuse(call, fact, origin) : applyDescription(call, fact, origin);
  }
}

const refuse = (call: CallRecord, fact: CallFact, origin: Origin) =>
  note(call, origin, 'refused', `${fact.kind} in ${call.state}`);

/** The network works on it now. `dialing` is outgoing only, `ringing` incoming only (1.1). */
const leaveInitiated = (call: CallRecord, origin: Origin) =>
  call.state === 'initiated' ? move(call, call.direction === 'outgoing' ? 'dialing' : 'ringing', origin) : call;

function applyProgress(call: CallRecord, fact: Extract<CallFact, { kind: 'progress' }>, origin: Origin): CallRecord {
  const left = call.direction === 'outgoing' ? leaveInitiated(call, origin) : call;
  if (left.state !== 'dialing') return refuse(call, fact, origin);
  const dialing = fact.earlyMedia && !left.earlyMedia ? heard(left, origin) : left;
  if (!fact.ringing || dialing.remoteRingingAt !== null) return dialing;
  // The far side's ring is a whole ring: it starts now, not when we began to dial.
  const deadline = deadlineIn(dialing, 'dialing', origin.now);
  return note({ ...dialing, remoteRingingAt: origin.now, deadline }, origin, 'fact', 'remote is ringing');
}

const heard = (call: CallRecord, origin: Origin): CallRecord =>
  note({ ...call, earlyMedia: true }, origin, 'fact', 'early media');

function applyAccepted(call: CallRecord, origin: Origin): CallRecord {
  // A 2xx without any provisional before it is legal (RFC 3261 13.3.1.4), and initiated → connecting is not ours.
  const ready = leaveInitiated(call, origin);
  const answered = move(ready, 'connecting', origin);
  return answered.state === 'connecting' && call.state !== 'connecting'
    ? { ...answered, answeredAt: origin.now }
    : answered;
}

function applyConnected(call: CallRecord, origin: Origin): CallRecord {
  const ready = leaveInitiated(call, origin);
  const active = move(ready, 'active', origin);
  return active.state === 'active' ? { ...active, answeredAt: active.answeredAt ?? origin.now } : active;
}

function verdict(call: CallRecord, fact: Extract<CallFact, { kind: 'ended' }>): Disconnect {
  const from = call.endedFrom ?? call.state;
  const { response } = judgeEnd({
    code: fact.code,
    direction: call.direction,
    rang: call.direction === 'incoming' || call.remoteRingingAt !== null,
    answered: isAnswered(from) && !lostTheRace(call, from, fact.code),
    by: fact.by,
    reason: fact.reason,
  });
  return { response, endCode: fact.code, reason: fact.text };
}

/** Our answer crossed the caller's CANCEL or another device's answer: we answered too late (1.2). */
const lostTheRace = ({ direction }: CallRecord, from: CallState, code: number | null) =>
  direction === 'incoming' && from === 'connecting' && (code === 487 || code === 602);

type Description = Exclude<
  CallFact,
  { kind: 'progress' | 'claimed' | 'accepted' | 'connected' | 'mediaLost' | 'mediaBack' | 'ended' | 'disconnected' }
>;

/** Facts that describe the call and do not move it. */
function applyDescription(call: CallRecord, fact: Description, origin: Origin): CallRecord {
  switch (fact.kind) {
    case 'identified':
      return note({ ...call, providerCallId: fact.providerCallId }, origin, 'fact', 'identified');
    case 'moved':
      return moveOn(call, fact, origin);
    case 'heldByRemote':
      return withAttributes(call, { heldByRemote: fact.held }, origin);
    case 'attributes':
      return withAttributes(call, fact.changes, origin);
    case 'answeredBy':
      return note({ ...call, answeredBy: fact.who }, origin, 'fact', `answered by ${fact.who}`);
    case 'dialog':
      return note({ ...call, dialog: fact.dialog }, origin, 'fact', 'dialog');
    case 'transfer':
      return withTransfer(call, fact.transfer, origin);
    case 'type':
      return note({ ...call, type: fact.type }, origin, 'fact', `type ${fact.type}`);
    case 'capabilities':
      return note({ ...call, capabilities: fact.capabilities }, origin, 'fact', 'capabilities');
    case 'peer':
      return note({ ...call, peer: fact.peer }, origin, 'fact', 'peer');
  }
}

/** Nobody has held the one that we talk to now, nor have they held us. */
function moveOn(call: CallRecord, fact: Extract<CallFact, { kind: 'moved' }>, origin: Origin): CallRecord {
  const { providerCallId, peer } = fact;
  // The same party holds as it held before, and is held.
  const attributes = { ...call.attributes, ...(peer ? { held: false, heldByRemote: false } : {}) };
  const other = peer ? { peer, answeredBy: null } : {};
  return note({ ...call, ...other, providerCallId, attributes }, origin, 'fact', 'goes on in another dialog');
}

function withTransfer(call: CallRecord, transfer: Transfer, origin: Origin): CallRecord {
  const { by, target, state, code } = transfer;
  const who = by === 'local' ? `transfer to ${target.handle}` : `transferred to ${target.handle} by the far side`;
  return note({ ...call, transfer }, origin, 'fact', `${who}: ${state}${code === null ? '' : ` (${code})`}`);
}

function withAttributes(call: CallRecord, changes: Partial<CallAttributes>, origin: Origin): CallRecord {
  const detail = Object.entries(changes)
    .map(([name, value]) => `${name} ${value ? 'on' : 'off'}`)
    .join(', ');
  return note({ ...call, attributes: { ...call.attributes, ...changes } }, origin, 'attribute', detail);
}

/** An intent's outcome, and what a fulfilled one does to the record. */
export function applyOutcome(call: CallRecord, intentId: string, outcome: IntentOutcome, origin: Origin): CallRecord {
  const intent = call.intents.find((other) => other.id === intentId);
  const settled = settle(call, intentId, outcome, origin);
  if (!intent || !isPending(intent) || outcome.result !== 'fulfilled' || isOver(call.state)) return settled;
  const { attributes, ...rest } = effectOf(intent.action);
  const changed = { ...settled, ...rest };
  return attributes ? withAttributes(changed, attributes, origin) : changed;
}

/** Whatever is overdue at `origin.now`, done. Whoever fires re-reads the state first: this is that re-reading. */
export function applyDeadlines(call: CallRecord, origin: Origin): CallRecord {
  const expired = expireIntents(call, origin);
  if (expired.deadline === null || expired.deadline > origin.now) return expired;
  if (expired.state === 'disconnecting') return end(expired, expired.disconnect ?? UNKNOWN, origin);
  return end(expired, { response: OVERDUE[expired.state] ?? 'unknown', endCode: null, reason: null }, origin);
}

const UNKNOWN: Disconnect = { response: 'unknown', endCode: null, reason: null };
