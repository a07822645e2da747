/**
 * What to do about a call by its session timer (RFC 4028): one side, the refresher, says from time to time that it is still
 * there, and a call of which nothing was heard for the whole interval is over. Sound does not tell as much: where a media
 * relay stands between the two, it goes on answering for a far side that is gone. A pure choice.
 */

/** Of one session, between two refreshes. Times are ms. */
export interface SessionClock {
  /** The interval. */
  expires: number;
  /** The far side has named an interval as well. Without that the session has no end (RFC 4028 7.2), whatever we do. */
  agreed: boolean;
  /** Whether it is we who refresh. */
  refresher: boolean;
  /** Since the last refresh, or the answer. */
  elapsed: number;
  /** A refresh can be sent now: the line is up, and nothing else of this dialog is under way. */
  ready: boolean;
}

/** Look again after `again` ms, if it has not been refreshed by then; null: there is nothing to wait for. */
export type SessionStep = { do: 'nothing' | 'refresh'; again: number | null } | { do: 'end' };

/** A part of the interval: the refresher begins half-way (RFC 4028 10), so that what gets lost can be said again. */
const HALF = 2;
/** A part of the interval, for refreshes that are on their way when it is over: JsSIP's figure, so that two of ours agree when it is. */
const GRACE = 10;
/** ms between two attempts to refresh. Ours: half a dozen in what is left of the shortest interval there is, 90 s. */
export const REFRESH_AGAIN = 5_000;

export function sessionStep({ expires, agreed, refresher, elapsed, ready }: SessionClock): SessionStep {
  const left = expires + expires / GRACE - elapsed;
  if (left <= 0) return agreed ? { do: 'end' } : { do: 'nothing', again: null };
  if (!refresher) return { do: 'nothing', again: left };
  const due = expires / HALF - elapsed;
  if (due > 0) return { do: 'nothing', again: due };
  return { do: ready ? 'refresh' : 'nothing', again: Math.min(REFRESH_AGAIN, left) };
}

/**
 * Whether an answer other than 2xx comes from a far side that lives: one that has no UPDATE (405, 501), say. Not from a proxy
 * that cannot reach it (404, 408, 480, 5xx), and not from one that has lost the dialog (481).
 */
export function livesBy(status: number): boolean {
  if (status === 501) return true;
  return status < 500 && ![404, 408, 480, 481].includes(status);
}
