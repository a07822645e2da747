/**
 * The election of the host: one Web Lock, held for as long as the tab hosts. The next in the queue is promoted when the
 * holder closes or crashes. A holder that does nothing any more is deposed: its lock is stolen.
 */

import { SwitchhookError } from '../../shared/errors.ts';

const LOCK = 'switchhook-host';

export interface ElectionParts {
  /** Hosts until the signal; what it does after the signal must be quick. */
  reign(over: AbortSignal): Promise<void>;
  onError(error: SwitchhookError): void;
}

export class Election {
  readonly #parts: ElectionParts;
  readonly #resigned = new AbortController();
  #queued: AbortController | undefined;
  #steal = false;

  constructor(parts: ElectionParts) {
    this.#parts = parts;
  }

  /** Stands for election, again and again, until {@link resign}. */
  async stand(): Promise<void> {
    while (!this.#resigned.signal.aborted) await this.#once();
  }

  /** Takes the office from whoever holds it. Only for a tab that waits in the queue. */
  depose(): void {
    if (!this.#queued) return;
    this.#steal = true;
    this.#queued.abort();
  }

  resign(): void {
    this.#resigned.abort();
    this.#queued?.abort();
  }

  async #once(): Promise<void> {
    const queued = new AbortController();
    this.#queued = queued;
    const deposed = new AbortController();
    let reigning: Promise<void> | undefined;
    const granted = () => {
      this.#queued = undefined;
      reigning = this.#parts.reign(AbortSignal.any([this.#resigned.signal, deposed.signal]));
      return reigning;
    };
    const options: LockOptions = this.#steal ? { steal: true } : { signal: queued.signal };
    this.#steal = false;
    try {
      await navigator.locks.request(LOCK, options, granted);
    } catch (error) {
      const lost = error instanceof DOMException && error.name === 'AbortError'; // stolen from us, or no longer queued
      if (!lost) this.#parts.onError(SwitchhookError.from(error));
      deposed.abort();
      await reigning?.catch((late: unknown) => this.#parts.onError(SwitchhookError.from(late)));
    }
  }
}
