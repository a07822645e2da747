/** The SIP WebSocket as JsSIP sees it, with what JsSIP lacks: whether the other end is still there. */

import { WebSocketInterface } from 'jssip';
import type { Socket } from 'jssip/lib/Socket';

/** RFC 5626 3.5.1, RFC 7118 6: a double CRLF asks, a single one answers. */
const PING = '\r\n\r\n';
const PONG = '\r\n';

/** ms for the answer: several round trips of a bad mobile network. */
const PONG_PATIENCE = 2_000;

/** ms for the socket to open, TLS and upgrade included. A SYN that was lost is repeated after 1 and 3 s (RFC 6298). */
const CONNECT_PATIENCE = 4_000;

interface Question {
  promise: Promise<boolean>;
  answer(alive: boolean): void;
}

export class SipSocket implements Socket {
  onconnect: () => void = () => undefined;
  ondisconnect: (error: boolean, code?: number, reason?: string) => void = () => undefined;
  ondata: (data: unknown) => void = () => undefined;
  readonly #inner: Socket;
  readonly #rewrite: (message: string) => string;
  /** The other end has answered a ping before: not every server does, and those are believed to be there. */
  #answers = false;
  #asking: Question | undefined;
  #opening: ReturnType<typeof setTimeout> | undefined;

  /** `rewrite`: the last word on a message that leaves. */
  constructor(url: string, rewrite: (message: string) => string = (message) => message) {
    this.#inner = new WebSocketInterface(url);
    this.#rewrite = rewrite;
  }

  get via_transport(): string {
    return this.#inner.via_transport;
  }

  set via_transport(value: string) {
    this.#inner.via_transport = value;
  }

  get url(): string {
    return this.#inner.url;
  }

  get sip_uri(): string {
    return this.#inner.sip_uri;
  }

  isConnected(): boolean {
    return Boolean(this.#inner.isConnected()); // it says null where there is none
  }

  isConnecting(): boolean {
    return Boolean(this.#inner.isConnecting());
  }

  connect(): void {
    this.#inner.onconnect = () => {
      clearTimeout(this.#opening);
      this.onconnect();
      void this.alive(); // learns whether this server answers; what it finds it acts upon itself
    };
    this.#inner.ondisconnect = (...how) => this.#onDisconnect(...how);
    this.#inner.ondata = (data) => this.#onData(data);
    clearTimeout(this.#opening);
    this.#opening = setTimeout(() => this.drop('It did not open.'), CONNECT_PATIENCE);
    this.#inner.connect();
  }

  disconnect(): void {
    clearTimeout(this.#opening);
    this.#asking?.answer(false);
    this.#inner.disconnect();
  }

  send(message: string | ArrayBufferLike | Blob | ArrayBufferView): boolean {
    return this.#inner.send(typeof message === 'string' ? this.#rewrite(message) : message);
  }

  /** Whether the other end is there; one that answers pings and no longer does is dropped, so that it is dialled again. */
  alive(): Promise<boolean> {
    if (!this.isConnected()) return Promise.resolve(false);
    this.#asking ??= this.#ask();
    return this.#asking.promise;
  }

  /** Closes it without waiting for the other end, as if the network had. */
  drop(reason: string): void {
    this.#inner.disconnect();
    this.#onDisconnect(true, undefined, reason);
  }

  #ask(): Question {
    let resolve: (alive: boolean) => void = () => undefined;
    const promise = new Promise<boolean>((settle) => {
      resolve = settle;
    });
    const answer = (alive: boolean) => {
      clearTimeout(timer);
      this.#asking = undefined;
      resolve(alive);
    };
    const timer = setTimeout(() => {
      const silent = this.#answers;
      answer(!silent);
      if (silent) this.drop('It does not answer.');
    }, PONG_PATIENCE);
    this.#inner.send(PING);
    return { promise, answer };
  }

  #onData(data: unknown): void {
    if (data === PONG) this.#answers = true;
    // Whatever comes has been sent by somebody who is there.
    this.#asking?.answer(true);
    this.ondata(data);
  }

  #onDisconnect(error: boolean, code?: number, reason?: string): void {
    clearTimeout(this.#opening);
    this.#asking?.answer(false);
    this.ondisconnect(error, code, reason);
  }
}
