import type { WebSocket } from 'ws';
import { SwitchhookError } from '../../shared/errors.ts';
import { type Limits, TokenBucket } from '../limits.ts';
import type { SipMessage } from './headers.ts';
import type { DeviceIdentity } from './identity.ts';
import { serialize } from './message.ts';

/** The session that opened the socket, as the upgrade checked it. */
export interface SocketSession {
  sessionId: string;
  accountId: string;
  extension: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

export interface SocketHandlers {
  /** One message; handled to its end before the next one of this socket starts. */
  message(socket: SipSocket, text: string): Promise<void>;
  closed(socket: SipSocket): void;
  /** A failure of ours; the socket lives on. */
  failed(socket: SipSocket, error: unknown): void;
}

/** WebSocket close codes (RFC 6455 7.4.1). */
export const CLOSE_GOING_AWAY = 1001;
export const CLOSE_POLICY = 1008;

/** RFC 5626 3.5.1 and RFC 7118 6: a double CRLF asks, a single one answers. */
const KEEP_ALIVE_PING = '\r\n\r\n';
const KEEP_ALIVE_PONG = '\r\n';

let lastId = 0;

/**
 * One SIP WebSocket: order, rate, size and liveness. Whatever a client sends, what is kept for it stays within the
 * {@link Limits}; who breaks them is closed with 1008.
 */
export class SipSocket {
  readonly id = ++lastId;
  /** Set once a digest answer has proved which device speaks here. */
  identity: DeviceIdentity | undefined;
  readonly #bucket: TokenBucket;
  #queue: Promise<void> = Promise.resolve();
  #queued = 0;
  #malformed = 0;
  #alive = true;
  #closed = false;
  #loggedOut = false;
  readonly #pings: NodeJS.Timeout;

  constructor(
    private readonly ws: WebSocket,
    readonly session: SocketSession,
    private readonly limits: Limits,
    private readonly handlers: SocketHandlers,
  ) {
    this.#bucket = new TokenBucket(limits.messagesPerSecond, limits.messageBurst, Date.now());
    ws.on('message', (data, binary) => this.#receive(data as Buffer, binary));
    ws.on('pong', () => {
      this.#alive = true;
    });
    // `ws` closes by itself after an error (a frame that is too long, bad UTF-8); `close` follows.
    ws.on('error', (error) => handlers.failed(this, error));
    ws.on('close', () => this.#onClose());
    this.#pings = setInterval(() => this.#ping(), limits.pingMs);
    this.#pings.unref();
  }

  get open(): boolean {
    return !this.#closed && this.ws.readyState === this.ws.OPEN;
  }

  /** False when the socket cannot take it any more. */
  send(message: SipMessage): boolean {
    return this.#sendText(serialize(message));
  }

  /** Counts a message that could not be read; the socket is closed when there were too many. */
  countMalformed(): void {
    this.#malformed += 1;
    if (this.#malformed >= this.limits.maxMalformed) this.close(CLOSE_POLICY, 'invalidArgument');
  }

  /** Starts the closing handshake. What was promised to this socket is given up at once, not when the peer agrees. */
  close(code: number, reason: string): void {
    if (this.#closed) return;
    this.ws.close(code, reason);
    this.#onClose();
  }

  /** Its session has ended, and the credentials with it. */
  logOut(): void {
    this.#loggedOut = true;
    this.close(CLOSE_POLICY, 'notLoggedIn');
  }

  /** Whether it was closed by a log-out: its device does not come back by itself. */
  get loggedOut(): boolean {
    return this.#loggedOut;
  }

  terminate(): void {
    this.ws.terminate();
    this.#onClose();
  }

  #sendText(text: string): boolean {
    if (!this.open) return false;
    if (this.ws.bufferedAmount > this.limits.maxBufferedBytes) {
      this.handlers.failed(this, new SwitchhookError('linkDown', { reason: 'the client does not read; socket cut' }));
      this.terminate();
      return false;
    }
    this.ws.send(text);
    return true;
  }

  #receive(data: Buffer, binary: boolean): void {
    if (this.#closed) return;
    if (!this.#bucket.take(Date.now()) || this.#queued >= this.limits.maxQueuedMessages) {
      this.close(CLOSE_POLICY, 'rateLimited');
      return;
    }
    const text = binary ? decodeUtf8(data) : data.toString('utf8');
    if (text === KEEP_ALIVE_PING) this.#sendText(KEEP_ALIVE_PONG);
    else if (text === undefined) this.countMalformed();
    else if (text !== KEEP_ALIVE_PONG) this.#enqueue(text);
  }

  /** One at a time: a CANCEL must not overtake the INVITE whose credentials are still being read. */
  #enqueue(text: string): void {
    this.#queued += 1;
    this.#queue = this.#queue
      .then(() => (this.#closed ? undefined : this.handlers.message(this, text)))
      .catch((error: unknown) => this.handlers.failed(this, error))
      .finally(() => {
        this.#queued -= 1;
      });
  }

  #ping(): void {
    if (!this.#alive) {
      this.terminate();
      return;
    }
    this.#alive = false;
    this.ws.ping();
  }

  #onClose(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#pings);
    this.handlers.closed(this);
  }
}

/** Text frames are checked by `ws`; binary ones (allowed by RFC 7118 4.2) are checked here. */
function decodeUtf8(data: Buffer): string | undefined {
  const text = data.toString('utf8');
  return Buffer.from(text, 'utf8').equals(data) ? text : undefined;
}
