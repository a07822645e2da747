import { SwitchhookError } from '../../shared/errors.ts';
import { Authenticator } from './authenticator.ts';
import { CallLog } from './callLog.ts';
import { answer, bindSocket, learnContact, type SwitchContext, type SwitchOptions } from './context.ts';
import { DialogProxy } from './dialogProxy.ts';
import type { SipRequest, SipResponse } from './headers.ts';
import { InitialProxy } from './initialProxy.ts';
import { LiveCalls, type LiveSide } from './liveCalls.ts';
import { type Device, Location } from './location.ts';
import { parseMessage, type Received, readForRefusal } from './message.ts';
import { Nonces } from './nonces.ts';
import { ClientTransactions } from './proxy/clientTransactions.ts';
import { Rings } from './proxy/rings.ts';
import { type ServerTransaction, ServerTransactions } from './proxy/serverTransactions.ts';
import { Referrals } from './referrals.ts';
import { Registrar } from './registrar.ts';
import { makeResponse } from './responses.ts';
import { refuseUnroutable } from './routing.ts';
import type { SipSocket, SocketHandlers } from './socket.ts';

/** Messages that led to nothing, by why; for the log and for tests. */
export interface Counters {
  malformed: number;
  strayResponses: number;
  droppedAcks: number;
}

/** Registrar and proxy behind every SIP socket: reads messages and hands each to the part that it is for. */
export class SipSwitch implements SocketHandlers {
  readonly counters: Counters = { malformed: 0, strayResponses: 0, droppedAcks: 0 };
  readonly #context: SwitchContext;
  readonly #authenticator: Authenticator;
  readonly #registrar: Registrar;
  readonly #initial: InitialProxy;
  readonly #dialogs: DialogProxy;

  constructor(options: SwitchOptions) {
    const { domain, limits, log } = options;
    const clients = new ClientTransactions(domain);
    const location = new Location((socket) => clients.socketReplaced(socket));
    this.#context = {
      ...options,
      location,
      servers: new ServerTransactions(limits),
      clients,
      rings: new Rings(),
      referrals: new Referrals(),
      live: new LiveCalls(),
      calls: new CallLog(options.records, log),
      authenticate: (transaction) => this.#authenticate(transaction),
    };
    this.#authenticator = new Authenticator(domain, new Nonces(limits.nonceMs, limits.maxNonces), options.credentials);
    this.#registrar = new Registrar(domain, location, limits);
    this.#initial = new InitialProxy(this.#context);
    this.#dialogs = new DialogProxy(this.#context);
  }

  /** Sizes of everything that is kept, for tests and for a health check. */
  get sizes(): { devices: number; serverTransactions: number; clientTransactions: number; rings: number } {
    const { location, servers, clients, rings } = this.#context;
    return {
      devices: location.size,
      serverTransactions: servers.size,
      clientTransactions: clients.size,
      rings: rings.size,
    };
  }

  /** The calls of an extension on its other devices. */
  elsewhere(extension: string, device: string): LiveSide[] {
    return this.#context.live.elsewhere(extension, device, this.#context.location);
  }

  async message(socket: SipSocket, text: string): Promise<void> {
    let message: Received;
    try {
      message = parseMessage(text);
    } catch (error) {
      this.#refuseMalformed(socket, text, error);
      return;
    }
    if (message.kind === 'response') this.#response(socket, message);
    else await this.#request(socket, message);
  }

  closed(socket: SipSocket): void {
    this.#context.location.detach(socket);
    this.#context.servers.socketClosed(socket);
    this.#context.clients.socketClosed(socket);
  }

  failed(socket: SipSocket, error: unknown): void {
    this.#context.log.warn({ socket: socket.id, err: SwitchhookError.from(error) }, 'SIP socket failed');
  }

  async settled(): Promise<void> {
    await this.#context.calls.settled();
  }

  /** 400 where an answer can be formed (RFC 3261 16.3), else the message is dropped; both are counted. */
  #refuseMalformed(socket: SipSocket, text: string, error: unknown): void {
    const { code, reason } = SwitchhookError.from(error);
    if (code !== 'invalidArgument') throw error;
    this.counters.malformed += 1;
    const request = readForRefusal(text);
    if (request) socket.send(makeResponse(request, 400, { reason: printable(reason) }));
    this.#context.log.debug({ socket: socket.id, reason }, 'malformed SIP message');
    socket.countMalformed();
  }

  #response(socket: SipSocket, response: Received<SipResponse>): void {
    const device = this.#context.location.deviceOf(socket);
    if (device && !learnContact(this.#context, device, response)) return;
    if (!this.#context.clients.receive(response, socket)) this.counters.strayResponses += 1;
  }

  async #request(socket: SipSocket, request: Received<SipRequest>): Promise<void> {
    const { servers, domain } = this.#context;
    if (request.method === 'ACK') {
      if (!servers.absorbAck(request, socket) && !this.#dialogs.ack(request, socket)) this.counters.droppedAcks += 1;
      return;
    }
    if (request.method === 'CANCEL') {
      const invite = servers.inviteOf(request, socket);
      socket.send(makeResponse(request, invite ? 200 : 481));
      invite?.cancel();
      return;
    }
    const opened = servers.open(request, socket);
    if (opened.kind === 'tooMany') socket.send(makeResponse(request, 503));
    if (opened.kind !== 'opened') return;
    const { transaction } = opened;
    try {
      const refusal = refuseUnroutable(request, domain);
      if (refusal) answer(transaction, refusal);
      else await this.#handle(transaction);
    } catch (error) {
      this.#failRequest(transaction, error);
    }
  }

  #failRequest(transaction: ServerTransaction, error: unknown): void {
    const { code, reason } = SwitchhookError.from(error);
    if (code === 'invalidArgument') {
      this.counters.malformed += 1;
      transaction.reply(400, { reason: printable(reason) });
      transaction.socket.countMalformed();
      return;
    }
    this.#context.log.error({ socket: transaction.socket.id, err: error }, 'SIP request failed');
    transaction.reply(500);
  }

  async #handle(transaction: ServerTransaction): Promise<void> {
    const { request, socket } = transaction;
    if (request.method === 'REGISTER') {
      const result = await this.#authenticator.check(request, socket);
      if (result.kind === 'refused') answer(transaction, result.refusal);
      else this.#register(transaction, result.identity);
    } else if (request.envelope.to.params.has('tag')) await this.#dialogs.handle(transaction);
    else await this.#initial.handle(transaction);
  }

  #register(transaction: ServerTransaction, identity: Device['identity']): void {
    const { request, socket } = transaction;
    // It may have closed while its credentials were read; what is attached now would never be detached.
    if (!socket.open) return;
    if (!bindSocket(socket, identity)) {
      transaction.reply(403, { reason: 'Socket of another device' });
      return;
    }
    const refusal = this.#registrar.register(request, identity, socket);
    answer(transaction, refusal);
    if (refusal.status !== 200) return;
    const { location, log, rings } = this.#context;
    log.debug({ socket: socket.id }, 'registered');
    // After the 200, which tells a page that it can be called. A REGISTER that only asks or removes binds no device.
    const device = location.registered(identity.extension).find((each) => each.socket === socket);
    if (device) rings.registered(device);
  }

  async #authenticate(transaction: ServerTransaction): Promise<Device | undefined> {
    const { request, socket } = transaction;
    const result = await this.#authenticator.check(request, socket);
    if (result.kind === 'refused') {
      answer(transaction, result.refusal);
      return undefined;
    }
    if (!socket.open) return undefined;
    if (!bindSocket(socket, result.identity)) {
      transaction.reply(403, { reason: 'Socket of another device' });
      return undefined;
    }
    const { location } = this.#context;
    return location.deviceOf(socket) ?? location.attach(result.identity, socket);
  }
}

/** Reason phrases are one line of visible text. */
function printable(reason: string): string {
  return [...reason].filter((c) => c >= ' ' && c !== '\x7f').join('');
}
