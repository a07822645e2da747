/** Which of the allowed commands are offered beside other calls: those that mean something there, each thing once. */
import { canReceive } from '../../shared/calls/allowed.ts';
import type { CommandKind, SimpleAction } from '../../shared/calls/commands.ts';
import { pendingIntent } from '../../shared/calls/intents.ts';
import type { CallRecord } from '../../shared/calls/record.ts';
import { isAnswered } from '../../shared/calls/states.ts';

/** Somebody who is talked to now: whoever takes another call up holds this one. */
export const isHeard = ({ state, attributes }: CallRecord): boolean => isAnswered(state) && !attributes.held;

const TAKING = [
  'holdAndAnswer',
  'endAndAnswer',
  'answerWithVideo',
  'answer',
] as const satisfies readonly SimpleAction[];
type Taking = (typeof TAKING)[number];

/**
 * The ways of taking a ringing call. Beside a conversation plain `answer` holds it, so it goes by that name; where there is
 * nobody to hold, only a call that rings too or one that is held, it is plain again. While one way is under way the others
 * are not offered.
 */
export function waysToTake(
  call: CallRecord,
  allowed: ReadonlySet<CommandKind>,
  others: readonly CallRecord[],
): readonly Taking[] {
  const makesSense: Readonly<Record<Taking, boolean>> = {
    holdAndAnswer: others.some(isHeard),
    endAndAnswer: others.some(({ state }) => state !== 'ringing'),
    answerWithVideo: true,
    answer: !others.some(isHeard) || !allowed.has('holdAndAnswer'),
  };
  return TAKING.filter((kind) => pendingIntent(call, kind) || (allowed.has(kind) && makesSense[kind]));
}

/** How a call that waits is taken up: by changing places with the one that is heard, or, with nobody heard, by itself. */
export function wayToTakeUp(
  call: CallRecord,
  allowed: ReadonlySet<CommandKind>,
  others: readonly CallRecord[],
): 'swap' | 'unhold' {
  if (pendingIntent(call, 'swap')) return 'swap';
  if (pendingIntent(call, 'unhold')) return 'unhold';
  return allowed.has('swap') && others.some(isHeard) ? 'swap' : 'unhold';
}

/** Which two calls are connected from the screen of one: who waits is told to call the other. Null: there is no such other. */
export function toConnect(
  call: CallRecord,
  others: readonly CallRecord[],
): [told: CallRecord, other: CallRecord] | null {
  const other = others.find(canReceive);
  if (!other) return null;
  return other.attributes.held ? [other, call] : [call, other];
}
