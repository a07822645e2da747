import type { RegistrationState } from './types.ts';

const CHANNEL = 'switchhook-line';

type Message = { type: 'ask' } | { type: 'line'; registration: RegistrationState };

/**
 * Whether the line is up, in every tab: the host, which has it, tells the others, at each change and when one asks. It is not
 * the registry's: it says nothing of calls, and is of no use once the host is gone.
 */
export class Line {
  readonly #channel = new BroadcastChannel(CHANNEL);
  readonly #onChange: (registration: RegistrationState) => void;
  #own: RegistrationState | null = null;

  constructor(onChange: (registration: RegistrationState) => void) {
    this.#onChange = onChange;
    this.#channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
      if (data.type === 'ask') this.#tell();
      else if (this.#own === null) this.#onChange(data.registration);
    });
  }

  /** This tab hosts, and its line is so; null: it no longer does, and hears from the one that does. */
  set(registration: RegistrationState | null): void {
    this.#own = registration;
    if (registration === null) {
      this.#channel.postMessage({ type: 'ask' } satisfies Message);
      return;
    }
    this.#onChange(registration);
    this.#tell();
  }

  #tell(): void {
    if (this.#own !== null) this.#channel.postMessage({ type: 'line', registration: this.#own } satisfies Message);
  }
}
