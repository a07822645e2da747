/**
 * A SIP switch without a network, an HTTP server or a database, and phones on it: what is sent arrives in the same tick,
 * so a test decides what happens at once with what. Time may be faked.
 */
import { EventEmitter } from 'node:events';
import Fastify from 'fastify';
import type { WebSocket } from 'ws';
import { defaultLimits, type Limits } from '../../limits.ts';
import { ha1Of } from '../digest.ts';
import { SipSocket } from '../socket.ts';
import { SipSwitch } from '../switch.ts';
import type { Waker } from '../wake.ts';
import { DOMAIN } from './dialogs.ts';
import { RawClient } from './rawClient.ts';

const PASSWORD = 'secret';
/** RFC 6455 7.4.1: what both sides see of a connection that broke. */
const CLOSE_ABNORMAL = 1006;

/** One end of a pair of sockets, as far as {@link SipSocket} and {@link RawClient} use the library's. */
class LoopbackSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  peer: LoopbackSocket | undefined;

  static pair(): [LoopbackSocket, LoopbackSocket] {
    const [one, other] = [new LoopbackSocket(), new LoopbackSocket()];
    one.peer = other;
    other.peer = one;
    return [one, other];
  }

  send(text: string): void {
    if (this.peer?.readyState === this.OPEN) this.peer.emit('message', Buffer.from(text), false);
  }

  close(code = CLOSE_ABNORMAL, reason = ''): void {
    this.end(code, reason);
    this.peer?.end(code, reason);
  }

  terminate(): void {
    this.close();
  }

  /** Gone without a word: the other end still looks open. */
  vanish(): void {
    this.end(CLOSE_ABNORMAL, '');
  }

  ping(): void {
    this.peer?.emit('ping');
  }

  as(): WebSocket {
    return this as unknown as WebSocket;
  }

  private end(code: number, reason: string): void {
    if (this.readyState !== this.OPEN) return;
    this.readyState = 3;
    this.emit('close', code, Buffer.from(reason));
  }
}

export interface LoopbackOptions {
  ringMs?: number;
  limits?: Partial<Limits>;
  waker?: Waker;
}

export class Loopback {
  readonly sip: SipSwitch;
  /** What was written about calls, e.g. `answered`. */
  readonly records: string[] = [];
  readonly #limits: Limits;
  readonly #ends = new Map<RawClient, { client: LoopbackSocket; server: LoopbackSocket; socket: SipSocket }>();

  constructor({ ringMs = 45_000, limits, waker }: LoopbackOptions = {}) {
    this.#limits = { ...defaultLimits, ...limits };
    const written = (what: string) => (): Promise<void> => {
      this.records.push(what);
      return Promise.resolve();
    };
    this.sip = new SipSwitch({
      domain: DOMAIN,
      ringMs,
      limits: this.#limits,
      credentials: { findCredentials: (authUser) => Promise.resolve(credentialsOf(authUser)) },
      directory: { hasExtension: () => Promise.resolve(true) },
      records: {
        started: () => Promise.resolve('1'),
        answered: written('answered'),
        failed: written('failed'),
        hungUp: written('hungUp'),
      },
      log: Fastify().log,
      ...(waker ? { waker } : {}),
    });
  }

  /** A new socket of a device; not registered. */
  connect(extension: string, device: string): RawClient {
    const [client, server] = LoopbackSocket.pair();
    const session = { sessionId: 's', accountId: extension, extension, expiresAt: Number.POSITIVE_INFINITY };
    const socket = new SipSocket(server.as(), session, this.#limits, this.sip);
    const credentials = { extension, device, domain: DOMAIN, authUser: `${extension}.${device}`, password: PASSWORD };
    const phone = RawClient.over(client.as(), credentials);
    this.#ends.set(phone, { client, server, socket });
    return phone;
  }

  async phone(extension: string, device: string): Promise<RawClient> {
    const phone = this.connect(extension, device);
    await phone.register();
    return phone;
  }

  logOut(phone: RawClient): void {
    this.#ends.get(phone)?.socket.logOut();
  }

  vanish(phone: RawClient): void {
    this.#ends.get(phone)?.client.vanish();
  }

  /** From now on the phone reads nothing: whatever is sent to it piles up. */
  clog(phone: RawClient): void {
    const ends = this.#ends.get(phone);
    if (ends) ends.server.bufferedAmount = Number.POSITIVE_INFINITY;
  }

  closeAll(): void {
    for (const { client, server } of this.#ends.values()) {
      client.terminate();
      server.terminate();
    }
  }
}

function credentialsOf(authUser: string) {
  const [extension = '', device = ''] = authUser.split('.');
  const identity = { accountId: extension, extension, displayName: extension, device };
  return { identity, ha1: ha1Of(authUser, DOMAIN, PASSWORD) };
}
