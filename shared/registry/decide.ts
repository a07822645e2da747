/**
 * The registry's judgement: a state and an input give the changed calls and the answer. Pure; the worker reads the state,
 * calls this, and writes what it says, in one transaction.
 */

import { allowedCommands, canReceive } from '../calls/allowed.ts';
import type { CallCommand, SimpleAction } from '../calls/commands.ts';
import { RING_TIME } from '../calls/deadlines.ts';
import { REJECTIONS } from '../calls/endCodes.ts';
import { ANSWERS, argumentOf, ask, isPending, refusal } from '../calls/intents.ts';
import type { CallRecord, Disconnect, IntentOutcome } from '../calls/record.ts';
import { applyDeadlines, applyFact, applyOutcome, beginEnd, createCall } from '../calls/reduce.ts';
import { isAnswered, isLive, isOver } from '../calls/states.ts';
import { note, type Origin } from '../calls/timeline.ts';
import { type Context, type Decision, done, find, isStale, liveCalls, refused } from './context.ts';
import { handOver } from './handOver.ts';
import type { Host, RegistryInput, RegistryState, Settings, Submission } from './input.ts';
import { isTaken, networkEnd, newCall } from './reported.ts';
import { take } from './take.ts';

export type { Decision } from './context.ts';

export const DEFAULT_SETTINGS: Settings = {
  maxCalls: 2, // one in conversation, one waiting: what a telephone without a secretary can follow
  ringTime: RING_TIME,
  language: 'en',
  notifications: true,
  line: null,
  caughtUp: null,
  clockOffset: 0,
  // Ours: years of a person's calls, some 30 MB.
  retention: { calls: 100_000, days: 730 },
};

export function decide(state: RegistryState, { id, tab, source, input }: Submission, now: number): Decision {
  const origin: Origin = { now, source, tab };
  const current = overdue(state, now);
  const context: Context = { state: { ...state, live: current.live }, id, origin };
  const decision = judge(context, input);
  return { ...decision, calls: merge(current.changed, decision.calls) };
}

/** Every input finds the registry as it would be had its timers fired in time (1.6). */
function overdue(state: RegistryState, now: number): { live: CallRecord[]; changed: CallRecord[] } {
  const origin: Origin = { now, source: 'timer', tab: null };
  const live = state.live.map((call) => applyDeadlines(call, origin));
  return { live, changed: live.filter((call, index) => call !== state.live[index]) };
}

const merge = (earlier: CallRecord[], later: CallRecord[]): CallRecord[] => [
  ...earlier.filter((call) => !later.some((other) => other.id === call.id)),
  ...later,
];

function judge(context: Context, input: RegistryInput): Decision {
  switch (input.kind) {
    case 'dial':
      return dial(context, input);
    case 'command':
      return command(context, input.callId, input.command);
    case 'newCall':
      return isStale(context, input.epoch) ?? newCall(context, input);
    case 'take':
      return take(context, input);
    case 'networkEnd':
      return networkEnd(context, input);
    case 'fact':
      return isStale(context, input.epoch) ?? fact(context, input);
    case 'claim':
      return isStale(context, input.epoch) ?? claim(context, input);
    case 'settle':
      return isStale(context, input.epoch) ?? settled(context, input);
    case 'claimHost':
      return claimHost(context);
    case 'tick':
      return done(context);
    case 'seen':
      return done(context); // the finished calls are the store's to mark
    case 'configure':
      return { ...done(context), settings: { ...context.state.settings, ...input.settings } };
  }
}

function dial(context: Context, input: Extract<RegistryInput, { kind: 'dial' }>): Decision {
  const { state, origin, id } = context;
  if (find(context, { id: input.callId })) return refused(context, 'callExists', 'A call with this id exists already.');
  if (input.peer.handle === input.account) return refused(context, 'notAllowed', 'This is your own number.');
  if (liveCalls(context).length >= state.settings.maxCalls)
    return refused(context, 'maxCalls', 'Another call is going on.');
  const call = createCall(
    {
      ...input,
      id: input.callId,
      providerCallId: null,
      direction: 'outgoing',
      entry: 'initiated',
      ringDeadline: null,
      data: null,
    },
    origin,
    state.settings.ringTime,
  );
  return done(context, [ask(call, { id, action: 'dial' }, origin)], call.id);
}

function fact(context: Context, input: Extract<RegistryInput, { kind: 'fact' }>): Decision {
  const call = find(context, input.call);
  if (!call) return refused(context, 'callNotFound', 'There is no such call.');
  if ('providerCallId' in input.fact && isTaken(context, call, input.fact.providerCallId))
    return refused(context, 'callExists', 'Another call has this network id.');
  const told = applyFact(call, input.fact, context.origin);
  // Whoever has the dialog has the call: the host that has taken one up, after another was lost.
  const taken = input.fact.kind === 'dialog' && input.epoch !== null && !isOver(call.state);
  return done(context, [taken ? { ...told, host: context.state.host } : told], call.id);
}

function settled(context: Context, input: Extract<RegistryInput, { kind: 'settle' }>): Decision {
  const call = find(context, { id: input.callId });
  if (!call) return refused(context, 'callNotFound', 'There is no such call.');
  const outcome: IntentOutcome = { ...input.outcome, at: context.origin.now };
  return done(context, [applyOutcome(call, input.intentId, outcome, context.origin)], call.id);
}

/** The host takes an intent on: from now on it is that host's, and dies with it where it cannot be done twice. */
function claim(context: Context, { callId, intentId, epoch }: Extract<RegistryInput, { kind: 'claim' }>): Decision {
  const call = find(context, { id: callId });
  const intent = call?.intents.find((other) => other.id === intentId);
  if (!call || !intent) return refused(context, 'callNotFound', 'There is no such intent.');
  if (!isPending(intent)) return refused(context, 'tooLate', 'The intent has been settled.');
  if (intent.epoch === epoch) return refused(context, 'notAllowed', 'This host has the intent already.');
  const intents = call.intents.map((other) => (other.id === intentId ? { ...other, epoch } : other));
  return done(context, [{ ...call, intents, host: context.state.host }], callId);
}

/**
 * A new host. Intents that set a state are its to carry out; the rest died with the old host. What a lost host takes with
 * it: a ringing call rings on, everything that had media or was about to cannot be resumed and ends, and says so (2.3).
 */
function claimHost(context: Context): Decision {
  const { state, origin } = context;
  const epoch = (state.host?.epoch ?? 0) + 1;
  const host: Host = { tab: origin.tab ?? '', epoch };
  const calls = state.live.map((call) => handOver(call, origin)).filter((call, index) => call !== state.live[index]);
  return { ...done(context, calls), host, result: { ok: true, callId: null, epoch } };
}

function command(context: Context, callId: string, asked: CallCommand): Decision {
  const call = find(context, { id: callId });
  if (!call) return refused(context, 'callNotFound', 'There is no such call.');
  const { origin, state } = context;
  const allowed = allowedCommands(call, { others: state.live, now: origin.now });
  if (!allowed.has(asked.kind)) {
    const late = (ANSWERS as readonly string[]).includes(asked.kind) && !isLive(call.state);
    const noted = note(call, origin, 'refused', refusal(asked.kind, call.state));
    return refused(context, late ? 'tooLate' : 'notAllowed', `${asked.kind} is not possible now (${call.state}).`, [
      noted,
    ]);
  }
  const pointless = noSuchTransfer(call, asked, state.live);
  if (pointless) return refused(context, 'notAllowed', pointless, [note(call, origin, 'refused', asked.kind)]);
  return carryOut(context, call, asked);
}

/** What is wrong with the one that a transfer names; null when nothing is, or when it is none. */
function noSuchTransfer(call: CallRecord, asked: CallCommand, live: readonly CallRecord[]): string | null {
  if (asked.kind === 'transfer') {
    if (asked.target === call.account) return 'This is your own number.';
    return asked.target === call.peer.handle ? 'This is who you talk to.' : null;
  }
  if (asked.kind !== 'attendedTransfer') return null;
  const isMeant = (other: CallRecord) => other.id === asked.with && other.id !== call.id && canReceive(other);
  return live.some(isMeant) ? null : 'There is no such call to connect this one to.';
}

function carryOut(context: Context, call: CallRecord, asked: CallCommand): Decision {
  const { origin } = context;
  switch (asked.kind) {
    case 'silence':
      return done(
        context,
        [withAction({ ...call, attributes: { ...call.attributes, silenced: true } }, asked, origin)],
        call.id,
      );
    case 'dismiss':
      return done(context, [withAction({ ...call, dismissed: true, unseen: false }, asked, origin)], call.id);
    case 'callback':
      return callBack(context, call);
    case 'hangUp':
      return finish(context, call, asked.kind, ended(hangUpResponse(call), null));
    case 'decline':
      return finish(context, call, asked.kind, ended('declined', REJECTIONS.here.code));
    case 'declineEverywhere':
      return finish(context, call, asked.kind, ended('declined', REJECTIONS.everywhere.code));
    default:
      return done(context, [askHost(context, call, asked)], call.id);
  }
}

const ended = (response: Disconnect['response'], endCode: number | null): Disconnect => ({
  response,
  endCode,
  reason: null,
});

const withAction = (call: CallRecord, { kind }: CallCommand, origin: Origin) => note(call, origin, 'action', kind);

/** Hanging up is allowed in any live state; what it means depends on the state (1.4). */
function hangUpResponse(call: CallRecord): Disconnect['response'] {
  if (call.state === 'ringing') return 'declined';
  return call.state === 'initiated' || call.state === 'dialing' ? 'canceled' : 'local';
}

function askHost({ state, origin, id }: Context, call: CallRecord, asked: CallCommand): CallRecord {
  const argument = argumentOf(asked) ?? otherCall(state, call, asked);
  return ask(call, { id, action: asked.kind, argument }, origin);
}

/** The call that an action on two calls is about besides this one; it is fixed when it is asked, whatever comes later. */
function otherCall({ live }: RegistryState, call: CallRecord, { kind }: CallCommand): string | null {
  if (kind !== 'holdAndAnswer' && kind !== 'endAndAnswer' && kind !== 'swap') return null;
  const others = live.filter((other) => other.id !== call.id && isLive(other.state));
  const heard = others.find((other) => isAnswered(other.state) && !other.attributes.held);
  return (heard ?? others[0])?.id ?? null;
}

/** The end is shown at once and fixed; the host tells the network. A call that nobody has told the network of just ends. */
function finish(context: Context, call: CallRecord, kind: SimpleAction, disconnect: Disconnect): Decision {
  const { origin } = context;
  const ending = beginEnd(askHost(context, call, { kind }), disconnect, origin);
  return done(context, [ending], call.id);
}

function callBack(context: Context, call: CallRecord): Decision {
  const { account, peer, type, capabilities } = call;
  const decision = dial(context, { kind: 'dial', callId: context.id, account, peer, type, capabilities });
  const noted = { ...withAction(call, { kind: 'callback' }, context.origin), unseen: false };
  return decision.result.ok ? { ...decision, calls: [noted, ...decision.calls] } : decision;
}
