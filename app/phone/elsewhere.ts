import { canMove } from '../../shared/calls/dialog.ts';
import type { CallCapability } from '../../shared/calls/record.ts';
import { SwitchhookError } from '../../shared/errors.ts';
import type { LiveCall } from '../../shared/http/calls.ts';
import type { CallHost } from '../host/host.ts';
import * as api from './api.ts';
import type { Commands } from './commands.ts';
import type { PhoneStore } from './store.ts';

/** ms between two looks while the page is seen and nobody talks here. Ours: who has just walked over waits no longer. */
const LOOK_EVERY = 5_000;

/**
 * The calls that go on on other devices of this person, while there is somebody to see them: a hidden page asks nothing, nor
 * one with a call of its own. The page asks, past the worker (`sw/routes.ts`), which sleeps meanwhile.
 */
export class Elsewhere {
  readonly #store: PhoneStore;
  readonly #commands: Commands;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking = false;

  constructor(store: PhoneStore, commands: Commands) {
    this.#store = store;
    this.#commands = commands;
    document.addEventListener('visibilitychange', () => this.look());
  }

  /** Now, and from then on as long as it is worth it. */
  look(): void {
    clearTimeout(this.#timer);
    if (!this.#isWorthIt()) {
      this.#set([]);
      return;
    }
    this.#timer = setTimeout(() => this.look(), LOOK_EVERY);
    if (this.#asking) return;
    this.#asking = true;
    api
      .liveElsewhere(this.#store.state.device)
      // What cannot be asked now is asked at the next look; that there is no network is said elsewhere.
      .then(
        (calls) => this.#set(this.#isWorthIt() ? calls : []),
        () => this.#set([]),
      )
      .finally(() => {
        this.#asking = false;
      });
  }

  /** @throws SwitchhookError `notAllowed`, and as the registry refuses it */
  async take(host: CallHost | undefined, capabilities: readonly CallCapability[]): Promise<void> {
    const { calls, role, session, elsewhere } = this.#store.state;
    if (role === 'guest' && canMove(calls)) {
      host?.take();
      return;
    }
    const [call] = elsewhere;
    if (!call || !session)
      throw new SwitchhookError('notAllowed', { reason: 'There is no call that can be taken here.' });
    const { direction, dialog, peer } = call;
    await this.#commands.submit({
      kind: 'take',
      callId: crypto.randomUUID(),
      account: session.user.extension,
      direction,
      peer: { ...peer, avatarUrl: null, userId: null },
      type: 'audio',
      capabilities,
      dialog,
    });
  }

  #isWorthIt(): boolean {
    const { session, calls } = this.#store.state;
    return session != null && calls.length === 0 && document.visibilityState === 'visible';
  }

  #set(elsewhere: readonly LiveCall[]): void {
    if (elsewhere.length > 0 || this.#store.state.elsewhere.length > 0) this.#store.set({ elsewhere });
  }
}
