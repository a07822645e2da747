import type { CallRecord } from './record.ts';

/** Worth telling the person about: somebody called, nobody here took it, and it was not this person's own decision. */
export function isMissed({ direction, answeredAt, disconnect }: CallRecord): boolean {
  if (direction !== 'incoming' || answeredAt !== null) return false;
  const response = disconnect?.response;
  return response === 'missed' || response === 'canceled' || response === 'busy' || response === 'remote';
}
