import { SwitchhookError } from '../../shared/errors.ts';
import type { Session } from '../../shared/http/api.ts';
import { untilReached } from '../retry.ts';
import * as api from './api.ts';
import type { PhoneStore } from './store.ts';

/** Who is logged in. Of several questions at once the last one is answered: each answer would begin a session of its own. */
export class SessionFinder {
  readonly #store: Pick<PhoneStore, 'state' | 'set'>;
  readonly #ask: () => Promise<Session | null>;
  #asking = new AbortController();

  constructor(store: Pick<PhoneStore, 'state' | 'set'>, ask = api.currentSession) {
    this.#store = store;
    this.#ask = ask;
  }

  /**
   * Asks again and again while the switchboard cannot be reached, because who is offline is not logged out.
   * @returns null when nobody is, undefined when that is no question any more. @throws SwitchhookError as the switchboard refuses
   */
  async find(): Promise<Session | null | undefined> {
    this.stop();
    const { signal } = this.#asking;
    let said: SwitchhookError | undefined;
    const onFailure = (problem: SwitchhookError) => {
      said = problem;
      this.#store.set({ problem });
    };
    try {
      const session = await untilReached(this.#ask, { signal, onFailure });
      if (said && this.#store.state.problem === said) this.#store.set({ problem: null }); // it could be reached after all
      return signal.aborted ? undefined : session;
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  }

  /** It is known by now: somebody has just logged in. */
  stop(): void {
    this.#asking.abort();
    this.#asking = new AbortController();
  }
}

/** Whether the switchboard knows nobody here any more; false where it cannot be reached, for then nobody has said so. */
export async function isLoggedOut(): Promise<boolean> {
  try {
    return (await api.currentSession()) === null;
  } catch (error) {
    if (SwitchhookError.from(error).code === 'noNetwork') return false;
    throw error;
  }
}
