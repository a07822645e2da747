/** What a click on the notification of a ring has the worker tell the switchboard, where no tab can. */

import type { CallAction } from '../../shared/calls/commands.ts';
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
  await outbox.send({ ...wakeup, action: said, everywhere: action === 'declineEverywhere' });
}
