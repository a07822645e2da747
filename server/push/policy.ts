/** What a push says about itself to the push service, and when it is sent again: pure decisions. */
import { createHash } from 'node:crypto';
import { MAX_PAYLOAD } from '../../shared/push/payload.ts';

/** Characters: the longest Topic that a push service takes (RFC 8030 5.4). */
const TOPIC_LENGTH = 32;

/** Bytes of plaintext: what a push service takes without the header (86), padding delimiter and tag (17) of RFC 8291. */
export const MAX_PLAINTEXT = MAX_PAYLOAD - 86 - 17;

/** Seconds that "it rings no more" waits for a device that is offline: it only matters while the ring might be seen. */
export const QUIET_TTL = 30;

/** Seconds that "you missed a call" waits for a device that is offline: a laptop that is opened the next morning. */
export const MISSED_TTL = 86_400;

/** What it rings for, as far as a push service may know: pushes of one call replace each other while undelivered. */
export function topicOf(callId: string): string {
  return createHash('sha256').update(callId).digest('base64url').slice(0, TOPIC_LENGTH);
}

/** Whole seconds until `until`, at least one: 0 means "now or never" to a push service (RFC 8030 5.2). */
export function secondsLeft(until: number, now: number): number {
  return Math.max(1, Math.ceil((until - now) / 1000));
}

/** What became of one push. `later`: a failure that may pass; `status` 0 when there was no answer at all. */
export type Outcome =
  | { kind: 'accepted' }
  | { kind: 'gone'; status: number }
  | { kind: 'later'; status: number; afterMs: number }
  | { kind: 'refused'; status: number };

/** Retry-After (RFC 9110 10.2.3) in milliseconds: seconds, or a date; 0 when there is none that can be read. */
export function retryAfterMs(value: string | undefined, now: number): number {
  if (value === undefined) return 0;
  if (/^\d{1,9}$/u.test(value.trim())) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? 0 : Math.max(0, at - now);
}

/** By the status of the push service (RFC 8030 5, 7.3, 8.4). */
export function judge(status: number, retryAfter: string | undefined, now: number): Outcome {
  if (status >= 200 && status < 300) return { kind: 'accepted' };
  if (status === 404 || status === 410) return { kind: 'gone', status };
  const mayPass = status === 0 || status === 408 || status === 429 || status >= 500;
  return mayPass ? { kind: 'later', status, afterMs: retryAfterMs(retryAfter, now) } : { kind: 'refused', status };
}

export interface Schedule {
  /** Milliseconds before the first repetition; each further one waits twice as long. */
  firstMs: number;
  /** Milliseconds: no repetition waits longer by itself. */
  maxMs: number;
}

/**
 * Milliseconds until a push is sent again, after `attempts` of them; undefined when it is not. A push that the service
 * took is repeated only where an acknowledgement is still missing: a worker that is stopped right after a push loses it.
 */
export function nextSend(
  outcome: Outcome,
  { attempts, repeat, until, now }: { attempts: number; repeat: boolean; until: number; now: number },
  { firstMs, maxMs }: Schedule,
): number | undefined {
  if (outcome.kind === 'gone' || outcome.kind === 'refused') return undefined;
  if (outcome.kind === 'accepted' && !repeat) return undefined;
  const own = Math.min(maxMs, firstMs * 2 ** Math.min(attempts - 1, 16));
  const wait = outcome.kind === 'later' ? Math.max(own, outcome.afterMs) : own;
  return now + wait < until ? wait : undefined;
}
