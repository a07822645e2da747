import type { DisconnectResponse } from './disconnect.ts';
import type { CallRecord } from './record.ts';

/** How a call ends whose answer came too late to count: another device had it, or the caller had gone. */
const TOO_LATE: readonly DisconnectResponse[] = ['answeredElsewhere', 'declinedElsewhere', 'canceled'];

/** Whether the two sides were, or were about to be, in conversation. `answeredAt` alone says only that we tried. */
export function wasAnswered({ answeredAt, endedFrom, disconnect }: CallRecord): boolean {
  if (answeredAt === null) return false;
  return !(endedFrom === 'connecting' && disconnect !== null && TOO_LATE.includes(disconnect.response));
}

/** Worth telling the person about: somebody called, nobody here took it, and it was not this person's own decision. */
export function isMissed(call: CallRecord): boolean {
  if (call.direction !== 'incoming' || wasAnswered(call)) return false;
  const response = call.disconnect?.response;
  return response === 'missed' || response === 'canceled' || response === 'busy' || response === 'remote';
}
