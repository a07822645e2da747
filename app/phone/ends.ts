import type { CallRecord } from '../../shared/calls/record.ts';
import { isOver } from '../../shared/calls/states.ts';
import type { PhoneStore } from './store.ts';

/** How long the screen says why a call ended, ms: long enough to read a line and press "Call back". Ours. */
const ENDED_SHOWN = 6_000;

/** The calls whose end is on the screen for a moment. */
export class Ends {
  readonly #store: PhoneStore;

  constructor(store: PhoneStore) {
    this.#store = store;
  }

  /** Those that ended just now; what was missed while everything was off is no news of the moment. */
  follow(ended: readonly CallRecord[]): void {
    for (const call of ended) if (Date.now() - (call.endedAt ?? 0) < ENDED_SHOWN) this.#show(call);
  }

  /** One that somebody has asked for, however long it is over. */
  showIfOver(call: CallRecord | null): void {
    if (call && isOver(call.state)) this.#show(call);
  }

  #show(call: CallRecord): void {
    const others = () => this.#store.state.justEnded.filter(({ id }) => id !== call.id);
    this.#store.set({ justEnded: [call, ...others()] });
    setTimeout(() => this.#store.set({ justEnded: others() }), ENDED_SHOWN);
  }
}
