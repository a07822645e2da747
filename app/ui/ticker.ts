import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Draws its host again every `period` ms, on the beat of `start`, only while the host is in the page and seen. */
export class Ticker implements ReactiveController {
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #host: ReactiveControllerHost;
  readonly #period: number;
  readonly #start: () => number;

  constructor(host: ReactiveControllerHost, period: number, start: () => number = () => 0) {
    this.#host = host;
    this.#period = period;
    this.#start = start;
    host.addController(this);
  }

  hostConnected(): void {
    document.addEventListener('visibilitychange', this.#tick);
    this.#plan();
  }

  hostDisconnected(): void {
    document.removeEventListener('visibilitychange', this.#tick);
    clearTimeout(this.#timer);
  }

  #plan(): void {
    clearTimeout(this.#timer);
    if (document.hidden) return;
    const passed = (Date.now() - this.#start()) % this.#period;
    this.#timer = setTimeout(this.#tick, this.#period - passed);
  }

  #tick = (): void => {
    this.#host.requestUpdate();
    this.#plan();
  };
}
