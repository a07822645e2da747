import { parseMessage, type Received } from '../message.ts';

/** Milliseconds: far more than a message takes on one machine, and less than a test may last. */
const WAIT_MS = 4000;
const KEEP_ALIVE_PONG = '\r\n';

/** What has come to a test client, and bounded waits for what is to come. */
export class Inbox {
  /** Text frames as they came, keep-alives included. */
  readonly frames: string[] = [];
  /** What `expect` has not taken yet. */
  readonly #messages: Received[] = [];
  readonly #waiting = new Set<() => void>();

  receive(text: string): void {
    this.frames.push(text);
    if (text !== KEEP_ALIVE_PONG) this.#messages.push(parseMessage(text));
    for (const wake of [...this.#waiting]) wake();
  }

  /** The first message that fits, now or later; it is taken out, so the next call gets another one. */
  async expect<M extends Received>(fits: (message: Received) => message is M): Promise<M> {
    const deadline = Date.now() + WAIT_MS;
    for (;;) {
      const found = this.#messages.find(fits);
      if (found) {
        this.#messages.splice(this.#messages.indexOf(found), 1);
        return found;
      }
      if (!(await this.#next(deadline))) throw new Error(`expected message did not come; ${this.#pending()}`);
    }
  }

  /** A keep-alive answer that comes after the first `skip` frames. */
  async expectPong(skip: number): Promise<void> {
    const deadline = Date.now() + WAIT_MS;
    while (!this.frames.slice(skip).includes(KEEP_ALIVE_PONG)) {
      if (!(await this.#next(deadline))) throw new Error(`no keep-alive answer; ${this.#pending()}`);
    }
  }

  has(fits: (message: Received) => boolean): boolean {
    return this.#messages.some(fits);
  }

  #pending(): string {
    const lines = this.#messages.map((m) =>
      m.kind === 'request' ? m.method : `${m.status} ${m.envelope.cseq.method}`,
    );
    return `waiting in the inbox: ${lines.join(', ') || 'nothing'}`;
  }

  /** True when a frame came before `deadline` (ms since the epoch). */
  #next(deadline: number): Promise<boolean> {
    return new Promise((resolve) => {
      const done = (came: boolean): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve(came);
      };
      const wake = (): void => done(true);
      const timer = setTimeout(() => done(false), Math.max(deadline - Date.now(), 0));
      this.#waiting.add(wake);
    });
  }
}
