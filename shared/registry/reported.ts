/** Calls that somebody reports: the network by a host's socket or by push, an integrator's own SDK. */

import { REJECTIONS } from '../calls/endCodes.ts';
import { ask } from '../calls/intents.ts';
import type { CallRecord } from '../calls/record.ts';
import { applyDeadlines, applyFact, beginEnd, createCall } from '../calls/reduce.ts';
import { isLive } from '../calls/states.ts';
import { note } from '../calls/timeline.ts';
import { type Context, type Decision, done, find, liveCalls, refused } from './context.ts';
import type { CallRef, RegistryInput } from './input.ts';

export function newCall(context: Context, input: Extract<RegistryInput, { kind: 'newCall' }>): Decision {
  const { state, origin } = context;
  const { account, direction, providerCallId } = input;
  const known =
    find(context, { id: input.callId }) ??
    (providerCallId === null ? null : find(context, { account, direction, providerCallId }));
  if (known && isTaken(context, known, providerCallId))
    return refused(context, 'callExists', 'Another call has this network id.');
  if (known) return update(context, known, input);
  const host = input.epoch === null ? null : state.host;
  const created = { ...createCall({ ...input, id: input.callId }, origin, state.settings.ringTime), host };
  const call = applyDeadlines(created, { ...origin, source: 'timer', tab: null }); // a push may come after the ring it tells of
  if (!isLive(call.state)) return refused(context, 'tooLate', 'This call is over.', [call]);
  if (input.entry !== 'ringing' || liveCalls(context).length < state.settings.maxCalls)
    return done(context, [call], call.id);
  const busy = ask(call, { id: context.id, action: 'decline', argument: 'busy' }, origin);
  return done(
    context,
    [beginEnd(busy, { response: 'busy', endCode: REJECTIONS.busy.code, reason: null }, origin)],
    call.id,
  );
}

/** A network's id is unique within an account and direction: it is how the network speaks of the call. */
export function isTaken(
  context: Context,
  { id, account, direction }: CallRecord,
  providerCallId: string | null,
): boolean {
  const holder = providerCallId === null ? null : find(context, { account, direction, providerCallId });
  return holder !== null && holder.id !== id;
}

/** The same call reported again is an update of who calls and what it can do; its state is not the report's to set. */
function update(context: Context, known: CallRecord, input: Extract<RegistryInput, { kind: 'newCall' }>): Decision {
  const { origin } = context;
  if (!isLive(known.state)) {
    // Its end came first, from a push that does not say who called.
    const peer = known.peer.handle === '' ? input.peer : known.peer;
    const noted = note({ ...known, peer }, origin, 'refused', 'reported again after its end');
    return refused(context, 'tooLate', 'This call is over.', [noted]);
  }
  const updated: CallRecord = {
    ...known,
    providerCallId: known.providerCallId ?? input.providerCallId,
    peer: input.peer,
    // Only a host knows what its line can do; whoever else reports the call adds nothing to that and takes nothing away.
    capabilities: input.epoch === null && known.host !== null ? known.capabilities : input.capabilities,
    data: input.data ?? known.data,
    // The network rings again at whoever hosts now: it is that host's to answer.
    host: input.epoch === null ? known.host : context.state.host,
  };
  return done(context, [note(updated, origin, 'fact', 'reported again')], known.id);
}

const UNKNOWN_PEER = { handle: '', displayName: null, avatarUrl: null, userId: null };

/**
 * The network says, without a socket, that a ring is over. A call that is being talked in here is not over by that. One that is
 * not known is recorded as over: the ring may still come, and must not ring (3.2).
 */
export function networkEnd(context: Context, input: Extract<RegistryInput, { kind: 'networkEnd' }>): Decision {
  const { origin } = context;
  const { account, providerCallId, response, endCode } = input;
  const ref: CallRef = { account, direction: 'incoming', providerCallId };
  const known = find(context, ref);
  // Another device had claimed the call, and nothing came of it: what looked answered there was missed here too (3.2).
  if (known?.disconnect?.response === 'answeredElsewhere' && response === 'missed') {
    const missed: CallRecord = { ...known, disconnect: { ...known.disconnect, response: 'missed' }, unseen: true };
    return done(context, [note(missed, origin, 'push', 'the other device did not take it after all')], known.id);
  }
  if (known && known.state !== 'ringing')
    return done(context, [note(known, origin, 'push', `${response} in ${known.state}`)], known.id);
  const call = known ?? unheardOf(context, input);
  const ended = known ? origin : { ...origin, now: Math.min(input.times?.endedAt ?? origin.now, origin.now) };
  return done(context, [applyFact(call, { kind: 'disconnected', response, endCode }, ended)], call.id);
}

/** A call that came and went while nobody here could hear of it, as it was when it rang. */
function unheardOf({ state, origin }: Context, input: Extract<RegistryInput, { kind: 'networkEnd' }>): CallRecord {
  const { callId: id, account, providerCallId, type, peer, times } = input;
  const began = times ? Math.min(times.createdAt, times.endedAt, origin.now) : origin.now;
  return createCall(
    {
      id,
      providerCallId,
      account,
      direction: 'incoming',
      entry: 'ringing',
      type,
      peer: peer ?? UNKNOWN_PEER,
      capabilities: [],
      ringDeadline: null,
      data: null,
    },
    { ...origin, now: began },
    state.settings.ringTime,
  );
}
