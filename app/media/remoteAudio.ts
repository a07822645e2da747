/** The far side's sound: one audio element per call, in the document so that the browser treats it as part of the page. */
export class RemoteAudio {
  readonly #elements = new Map<string, HTMLAudioElement>();
  readonly #onBlocked: () => void;

  /** `onBlocked`: the browser refused to play without a click. */
  constructor(onBlocked: () => void) {
    this.#onBlocked = onBlocked;
  }

  set(key: string, stream: MediaStream | null): void {
    if (stream === null) {
      this.#remove(key);
      return;
    }
    const element = this.#elements.get(key) ?? this.#create(key);
    if (element.srcObject !== stream) element.srcObject = stream;
    this.#play(element);
  }

  /** Plays what was blocked; call from a click. */
  resume(): void {
    for (const element of this.#elements.values()) this.#play(element);
  }

  #play(element: HTMLAudioElement): void {
    element.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.#onBlocked();
      // AbortError: another stream came before this one played, and plays instead.
    });
  }

  #create(key: string): HTMLAudioElement {
    const element = document.createElement('audio');
    element.autoplay = true;
    element.dataset.callAudio = key;
    this.#elements.set(key, element);
    document.body.append(element);
    return element;
  }

  #remove(key: string): void {
    const element = this.#elements.get(key);
    this.#elements.delete(key);
    if (!element) return;
    element.srcObject = null;
    element.remove();
  }
}
