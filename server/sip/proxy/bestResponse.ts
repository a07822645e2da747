/**
 * RFC 3261 16.7, item 6: which of the final responses of a fork the caller gets. 6xx before all; then the lowest class;
 * inside 4xx what tells the caller most: somebody was there and said no or was busy, before "nobody there" before
 * "nobody answered" before our own CANCEL.
 */

/** Lower is better; statuses that are not listed come between the two groups. */
const RANK_IN_4XX: ReadonlyMap<number, number> = new Map([
  // The caller can do something about these (named by the RFC).
  [401, 0],
  [407, 0],
  [415, 0],
  [420, 0],
  [484, 0],
  [486, 1],
  [480, 3],
  [408, 4],
  [487, 5],
]);
const UNLISTED_RANK = 2;

function rank(status: number): number {
  if (status >= 600) return 0;
  const classRank = Math.floor(status / 100) * 10;
  return status >= 400 && status < 500 ? classRank + (RANK_IN_4XX.get(status) ?? UNLISTED_RANK) : classRank;
}

/** The best of some final responses, the earliest of equals; undefined when there is none. */
export function bestResponse<T extends { status: number }>(responses: readonly T[]): T | undefined {
  let best: T | undefined;
  for (const response of responses) {
    if (!best || rank(response.status) < rank(best.status)) best = response;
  }
  return best;
}
