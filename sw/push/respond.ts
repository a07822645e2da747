/** What a click on the notification of a ring has the worker tell the switchboard, where no tab can. */

import type { CallAction } from '../../shared/calls/commands.ts';
import { CLAIM_LEASE } from '../../shared/calls/deadlines.ts';
import { ANSWERS } from '../../shared/calls/intents.ts';
import type { Intent } from '../../shared/calls/record.ts';
import type { Submission } from '../../shared/registry/input.ts';
import type { Database } from '../registry/database.ts';
import type { Outbox } from './outbox.ts';

export interface RespondParts {
  database(): Promise<Database>;
  outbox: Outbox;
}

const SAID: Readonly<Partial<Record<CallAction, 'answer' | 'decline'>>> = {
  answer: 'answer',
  answerWithVideo: 'answer',
  decline: 'decline',
  declineEverywhere: 'decline',
};

/**
 * Claims or declines the call by the token of its push. For a call that did not come by push, and for every other action,
 * there is nothing to say: the host says it.
 */
export async function respond(callId: string, action: CallAction, { database, outbox }: RespondParts): Promise<void> {
  const said = SAID[action];
  const wakeup = said && (await (await database()).get('wakeups', callId));
  if (!wakeup) return;
  await outbox.send({ ...wakeup, action: said, everywhere: action === 'declineEverywhere', release: false });
}

/**
 * An answer that failed here (no microphone, say) is given back, so that the caller is not kept waiting for the claim to
 * expire. A call that was not claimed by the token of a push has nothing to give back.
 */
export async function release(settled: Submission, { database, outbox }: RespondParts): Promise<void> {
  const { input } = settled;
  if (input.kind !== 'settle' || input.outcome.result !== 'failed') return;
  const call = await (await database()).get('live', input.callId);
  const isAnswer = ({ id, action }: Intent) => id === input.intentId && (ANSWERS as readonly string[]).includes(action);
  const wakeup = call?.intents.some(isAnswer) && (await (await database()).get('wakeups', input.callId));
  if (!wakeup) return;
  // The claim may have begun in the last moment of the ring, and is worth giving back as long as it lasts.
  await outbox.send({
    ...wakeup,
    until: wakeup.until + CLAIM_LEASE,
    action: 'answer',
    everywhere: false,
    release: true,
  });
}
