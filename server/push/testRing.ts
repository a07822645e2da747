import type { RingControl, RingEnd, RingObserver } from '../sip/wake.ts';

/** A ring without a call: somebody wants to see whether this device can be woken. Whatever is done to it ends it. */
export class TestRing implements RingControl {
  readonly #timer: NodeJS.Timeout;

  constructor(
    private readonly observer: RingObserver,
    ms: number,
  ) {
    this.#timer = setTimeout(() => this.#end('canceled'), ms).unref();
  }

  expect(): void {}

  ringing(): void {}

  reaches(): boolean {
    return false;
  }

  giveUp(device: string): void {
    this.#end('canceled', device);
  }

  decline(device: string): void {
    this.#end('declined', device);
  }

  claim(device: string): void {
    this.#end('answered', device);
  }

  release(device: string): void {
    this.#end('canceled', device);
  }

  #end(cause: RingEnd['cause'], by?: string): void {
    clearTimeout(this.#timer);
    this.observer.ended({ cause, status: 487, ...(by === undefined ? {} : { by }) });
  }
}
