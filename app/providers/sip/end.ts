import { MOVED, type NetworkEnd, parseReason } from '../../../shared/calls/endCodes.ts';
import type { CallFact } from '../../../shared/calls/facts.ts';
import type { EndMessage } from './ua.ts';

export interface SessionEnd {
  originator: 'local' | 'remote' | 'system';
  cause: string;
  message: EndMessage;
  /** We hung up: the code that it amounts to. Null when we did not. */
  asked: { code: number } | null;
  /** The status that we rejected with, when we did. */
  rejectedWith: { code: number; reason: NetworkEnd['reason'] } | null;
}

/** The cause that our BYE gives when there is no sound any more (RFC 3326), as JsSIP does: the far side need not guess. */
export const NO_SOUND_CAUSE = 408;

export const NO_SOUND = { kind: 'disconnected', response: 'error', endCode: null } as const satisfies CallFact;

/** What JsSIP says of an end, as the fact that the network states (RFC 3261 15 for BYE, 9 for CANCEL). */
export function endFact({ originator, cause, message, asked, rejectedWith }: SessionEnd): CallFact {
  const by = originator === 'remote' ? 'remote' : 'local';
  const text = message.text ?? cause;
  const reason = parseReason(message.reason);
  if (rejectedWith) return { kind: 'ended', by: 'local', ...rejectedWith, text };
  const because = reason?.protocol === 'SIP' ? reason.cause : null;
  if (message.method === 'BYE' && because === NO_SOUND_CAUSE) return NO_SOUND;
  if (message.method === 'BYE') return { kind: 'ended', by, code: because === MOVED ? MOVED : 200, reason, text };
  if (message.method === 'CANCEL') return { kind: 'ended', by: 'remote', code: 487, reason, text };
  if (message.status !== null) return { kind: 'ended', by, code: message.status, reason, text };
  if (asked) return { kind: 'ended', by: 'local', code: asked.code, reason: null, text };
  // Nobody asked and no message came: a timer of ours ran out (JsSIP names it), or the connection was lost.
  const timedOut = cause === 'No Answer' || cause === 'Request Timeout' || cause === 'Expires';
  if (timedOut) return { kind: 'ended', by: 'local', code: 408, reason: null, text };
  return { kind: 'disconnected', response: 'error', endCode: null };
}
