/** A call that another device of this person has is taken here: a record of its own, which the host takes up. */

import { ask } from '../calls/intents.ts';
import { createCall } from '../calls/reduce.ts';
import { type Context, type Decision, done, find, liveCalls, refused } from './context.ts';
import type { RegistryInput } from './input.ts';

export function take(context: Context, input: Extract<RegistryInput, { kind: 'take' }>): Decision {
  const { state, origin, id } = context;
  const { account, direction, dialog } = input;
  const here =
    find(context, { id: input.callId }) ?? find(context, { account, direction, providerCallId: dialog.callId });
  if (here) return refused(context, 'callExists', 'This call is known here already.');
  if (liveCalls(context).length >= state.settings.maxCalls)
    return refused(context, 'maxCalls', 'Another call is going on.');
  const { callId, peer, type, capabilities } = input;
  const start = { id: callId, providerCallId: dialog.callId, account, direction, peer, type, capabilities } as const;
  const call = createCall({ ...start, entry: 'connecting', ringDeadline: null, data: null }, origin);
  return done(context, [ask({ ...call, dialog }, { id, action: 'takeHere' }, origin)], call.id);
}
