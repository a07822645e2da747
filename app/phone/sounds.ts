import { RemoteAudio } from '../media/remoteAudio.ts';
import { SoundPlayer } from '../sound/player.ts';
import { soundFor } from '../sound/soundFor.ts';
import type { PhoneStore } from './store.ts';

/** Everything that this tab makes heard: the ring and the tones, and the far sides. Only the host makes sound. */
export class Sounds {
  readonly player = new SoundPlayer();
  readonly remote = new RemoteAudio(() => this.#store.set({ sound: 'blocked' }));
  readonly #store: PhoneStore;

  constructor(store: PhoneStore) {
    this.#store = store;
    this.player.volume = store.state.preferences.ringVolume;
    this.player.onstatechange = () => this.#onState();
    store.set({ sound: this.player.state });
    store.subscribe(() => this.#follow());
  }

  /** From a click or a key. @throws SwitchhookError `soundBlocked` */
  async unlock(): Promise<void> {
    await this.player.unlock();
    this.#onState();
  }

  /** Where the browser allows it without a click; where not, the state says so and the page asks for one. */
  tryUnlock(): void {
    this.player.unlock().then(
      () => this.#onState(),
      () => this.#onState(),
    );
  }

  #onState(): void {
    if (this.player.state === 'ready') this.remote.resume();
    this.#store.set({ sound: this.player.state });
  }

  #follow(): void {
    const { calls, justEnded, role } = this.#store.state;
    const tone = soundFor([...calls, ...justEnded], { ringer: role === 'host' });
    if (tone) this.player.play(tone);
    else this.player.stop();
  }
}
