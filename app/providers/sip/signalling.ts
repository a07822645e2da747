/**
 * Whether the line can speak, and what is done so that it can again. JsSIP connects a lost socket again by itself, with a
 * backoff up to half a minute, and only once the browser has noticed; this is for what cannot wait so long.
 */

import type { SipSocket } from './socket.ts';
import { transportOf, type UA } from './ua.ts';

/** ms between two tries to connect while there is a call: it is heard again that much later than it could be. Ours. */
const URGENT_RETRY = 1_000;

/** ms between two looks whether an idle socket is still one: as often as the switchboard itself looks. */
const KEEP_ALIVE = 30_000;

/** `moved`: this device has another network than before, or has one again. */
export type SignallingEvent = 'up' | 'down' | 'moved';

export interface SignallingOptions {
  ua: UA;
  socket: SipSocket;
  /** Whether somebody waits for the line: there is a call. */
  isUrgent: () => boolean;
}

export class Signalling {
  readonly #options: SignallingOptions;
  readonly #listeners = new Set<(event: SignallingEvent) => void>();
  readonly #scope = new AbortController();
  readonly #keepAlive: ReturnType<typeof setInterval>;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #up = false;

  constructor(options: SignallingOptions) {
    this.#options = options;
    const { ua, socket } = options;
    ua.on('registered', () => this.#set(true));
    ua.on('unregistered', () => this.#set(false));
    ua.on('registrationFailed', () => this.#set(false));
    ua.on('disconnected', () => this.#onDisconnected());
    const { signal } = this.#scope;
    // Without a network nothing that is written arrives, and the browser keeps the socket for minutes.
    window.addEventListener('offline', () => socket.isConnected() && socket.drop('There is no network.'), { signal });
    window.addEventListener('online', () => this.#onOnline(), { signal });
    this.#keepAlive = setInterval(() => void socket.alive(), KEEP_ALIVE); // what it finds it acts upon itself
  }

  /** Registered on a socket that is open, as far as anybody knows. */
  get isUp(): boolean {
    return this.#up;
  }

  /** The same, asked of the other end. */
  async check(): Promise<boolean> {
    return this.#up && (await this.#options.socket.alive()) && this.#up;
  }

  /** Connects now, unless that is under way. */
  reconnect(): void {
    if (this.#scope.signal.aborted || this.#options.socket.isConnected()) return;
    transportOf(this.#options.ua).connect();
  }

  /** @returns stops it */
  onEvent(listener: (event: SignallingEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#scope.abort();
    clearInterval(this.#keepAlive);
    clearTimeout(this.#retry);
    this.#listeners.clear();
  }

  #onDisconnected(): void {
    this.#set(false);
    clearTimeout(this.#retry);
    if (this.#scope.signal.aborted) return;
    this.#retry = setTimeout(() => this.#options.isUrgent() && this.reconnect(), URGENT_RETRY);
  }

  #onOnline(): void {
    const { socket } = this.#options;
    // What was begun before may hang in the old network.
    if (socket.isConnecting()) socket.drop('The network has changed.');
    if (socket.isConnected()) void socket.alive();
    else this.reconnect();
    this.#tell('moved');
  }

  #set(up: boolean): void {
    if (this.#up === up) return;
    this.#up = up;
    this.#tell(up ? 'up' : 'down');
  }

  #tell(event: SignallingEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}
