import type { PhoneState } from './types.ts';

/** Read-only state with one way to change it; listeners hear of changes once a microtask, however many there were. */
export class PhoneStore {
  readonly #listeners = new Set<() => void>();
  #state: PhoneState;
  #announced = false;

  constructor(initial: PhoneState) {
    this.#state = initial;
  }

  get state(): PhoneState {
    return this.#state;
  }

  set(changes: Partial<PhoneState>): void {
    this.#state = { ...this.#state, ...changes };
    if (this.#announced) return;
    this.#announced = true;
    queueMicrotask(() => {
      this.#announced = false;
      for (const listener of this.#listeners) listener();
    });
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
