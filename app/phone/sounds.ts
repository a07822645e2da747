import { RemoteAudio } from '../media/remoteAudio.ts';
import { SoundPlayer } from '../sound/player.ts';
import { Ringer } from '../sound/ringer.ts';
import { soundFor } from '../sound/soundFor.ts';
import type { PhoneStore } from './store.ts';

/** Everything that this tab makes heard: the far sides where it hosts, the ring and the tones where it is the ringer. */
export class Sounds {
  readonly player = new SoundPlayer();
  readonly remote = new RemoteAudio(() => this.#store.set({ sound: 'blocked' }));
  readonly #store: PhoneStore;
  readonly #ringer: Ringer;

  constructor(store: PhoneStore) {
    this.#store = store;
    this.player.volume = store.state.preferences.ringVolume;
    this.player.onstatechange = () => this.#onState();
    store.set({ sound: this.player.state });
    this.#ringer = new Ringer((ringer) => store.set({ ringer }));
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
    const { calls, justEnded, role, ringer, sound, session } = this.#store.state;
    this.#ringer.update({ ready: sound === 'ready' && session != null, host: role === 'host' });
    const tone = soundFor([...calls, ...justEnded], { ringer });
    if (tone) this.player.play(tone);
    else this.player.stop();
  }
}
