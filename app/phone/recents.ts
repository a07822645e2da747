import type { RegistryReader } from '../link/reader.ts';
import type { PhoneStore } from './store.ts';

/** Finished calls per page: a screenful on a desktop, twice that on a telephone. */
const PAGE = 30;

/** The recents as they are loaded page by page, and read again whenever a call ends. */
export class Recents {
  readonly #reader: RegistryReader;
  readonly #store: PhoneStore;

  constructor(reader: RegistryReader, store: PhoneStore) {
    this.#reader = reader;
    this.#store = store;
  }

  /** Reads what is shown again. */
  async refresh(): Promise<void> {
    const shown = Math.max(PAGE, this.#store.state.recents.length);
    const [recents, unseen] = await Promise.all([this.#reader.history({ limit: shown + 1 }), this.#reader.unseen()]);
    this.#store.set({ recents: recents.slice(0, shown), moreRecents: recents.length > shown, unseen });
  }

  async loadMore(): Promise<void> {
    const { recents } = this.#store.state;
    const last = recents.at(-1);
    if (!last) return this.refresh();
    const next = await this.#reader.history({ limit: PAGE + 1, after: last });
    this.#store.set({ recents: [...recents, ...next.slice(0, PAGE)], moreRecents: next.length > PAGE });
  }
}
