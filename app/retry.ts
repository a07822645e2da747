/** Asking the switchboard over HTTP until it can be reached. */

import { type ErrorCode, SwitchhookError } from '../shared/errors.ts';

/** ms before the first try again, doubled each time up to the second: as JsSIP does with its socket. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;

/** What passes: no network, a switchboard that starts again, a proxy in front of one that is down. */
const PASSING: readonly ErrorCode[] = ['noNetwork', 'rateLimited', 'internal'];

export interface RetryOptions {
  /** Gives up: what is pending then rejects with its last failure. */
  signal: AbortSignal;
  onFailure(error: SwitchhookError): void;
}

export async function untilReached<T>(ask: () => Promise<T>, { signal, onFailure }: RetryOptions): Promise<T> {
  for (let pause = FIRST_PAUSE; ; pause = Math.min(LONGEST_PAUSE, pause * 2)) {
    try {
      return await ask();
    } catch (cause) {
      const error = SwitchhookError.from(cause);
      if (signal.aborted || !PASSING.includes(error.code)) throw error;
      onFailure(error);
      await untilOnline(pause * (0.5 + Math.random() / 2), signal); // not all at once after a restart
      if (signal.aborted) throw error;
    }
  }
}

/** Until the time is over, or there is a network again. */
function untilOnline(ms: number, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  return new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    over.signal.addEventListener('abort', () => clearTimeout(timer));
    globalThis.addEventListener('online', () => resolve(), { signal: over.signal });
    signal.addEventListener('abort', () => resolve(), { signal: over.signal });
  }).finally(() => over.abort());
}
