/**
 * Which tab makes the sounds: one, the host unless the browser blocks its sound. A Web Lock says which; when its holder
 * closes or crashes the next tab in the queue has it within milliseconds.
 */

const LOCK = 'switchhook-ringer';

export interface Candidate {
  /** The browser lets this tab make sound. */
  ready: boolean;
  host: boolean;
}

export class Ringer {
  readonly #onChange: (ringer: boolean) => void;
  #request: AbortController | undefined;
  #holds = false;
  #wasHost = false;

  constructor(onChange: (ringer: boolean) => void) {
    this.#onChange = onChange;
  }

  /** A tab that may make sound queues; the host takes the lock from whoever has it. */
  update({ ready, host }: Candidate): void {
    if (!ready) {
      this.#leave();
    } else if (host && !this.#wasHost && !this.#holds) {
      this.#leave();
      this.#queue({ steal: true });
    } else if (!this.#request) {
      this.#queue({});
    }
    this.#wasHost = ready && host;
  }

  #leave(): void {
    this.#request?.abort();
    this.#request = undefined;
    this.#set(false);
  }

  #queue(options: Pick<LockOptions, 'steal'>): void {
    const request = new AbortController();
    this.#request = request;
    const { signal } = request;
    const hold = () => {
      this.#set(true);
      return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    };
    // A request that steals takes no signal (Web Locks 3.2.1); it is granted at once.
    const held = navigator.locks.request(LOCK, options.steal ? options : { signal }, hold);
    held.catch(() => {
      if (signal.aborted) return; // we left
      this.#set(false); // the host has taken it: queue again, for the day that the host is gone
      this.#queue({});
    });
  }

  #set(holds: boolean): void {
    if (this.#holds === holds) return;
    this.#holds = holds;
    this.#onChange(holds);
  }
}
