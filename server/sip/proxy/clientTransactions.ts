import { type Header, header, type SipRequest, type SipResponse } from '../headers.ts';
import type { Received } from '../message.ts';
import { identityValue } from '../requests.ts';
import { makeCancel, makeHopAck, randomToken } from '../responses.ts';
import type { SipSocket } from '../socket.ts';

/** What becomes of a request that was sent to one device. What ends it is told once; a 2xx may come again. */
export interface BranchEvents {
  /** 101 to 199. */
  provisional(response: SipResponse): void;
  /** 2xx; for an INVITE also each repetition, which RFC 3261 13.3.1.4 has the callee send until the ACK. */
  success(response: SipResponse): void;
  /** 3xx to 6xx; without `response` when the device said nothing in time: 408. */
  failure(status: number, response?: SipResponse): void;
  /** Its socket closed before a final response: nothing more can come. */
  lost(): void;
  /**
   * Whether it is lost, too, when its device has a newer socket and has not said a word on this one: it is then a dead one
   * that nobody has closed, and the 32 s until it has timed out are longer than a call in trouble lives.
   */
  readonly endsWhenReplaced?: boolean;
}

export interface BranchTimers {
  /** 64*T1: how long a silent device is waited for, and how long a finished INVITE branch is remembered. */
  transactionMs: number;
  /** How long an INVITE may ring (RFC 3261 16.8, timer C). */
  proceedingMs: number;
}

type State = 'calling' | 'proceeding' | 'completed';

/** The client side of one request (RFC 3261 17.1), one branch of a fork. */
export class ClientTransaction {
  #state: State = 'calling';
  #spoken = false;
  #timer: NodeJS.Timeout;
  /** Wanted before a provisional response had come: CANCEL must wait for one (RFC 3261 9.1). */
  #cancel: { reason: string | undefined; sent: boolean } | undefined;

  constructor(
    /** As sent, our Via on top. */
    readonly request: SipRequest,
    readonly socket: SipSocket,
    private readonly timers: BranchTimers,
    private readonly events: BranchEvents,
    private readonly forget: () => void,
    /** Whose device it is, for its answer to an INVITE: what the switchboard vouches for. */
    private readonly answerer?: string,
  ) {
    this.#timer = this.#after(timers.transactionMs, () => this.#fail(408));
  }

  get finished(): boolean {
    return this.#state === 'completed';
  }

  /** Whether the device has said anything about it, 100 included: somebody reads what comes there. */
  get hasSpoken(): boolean {
    return this.#spoken;
  }

  receive(response: Received<SipResponse>): void {
    this.#spoken = true;
    const isInvite = this.request.method === 'INVITE';
    if (isInvite && response.status >= 300) this.socket.send(makeHopAck(this.request, response));
    const upstream = withoutTopVia(response, isInvite && isSuccess(response) ? this.answerer : undefined);
    if (this.finished) {
      if (isInvite && response.status >= 200 && response.status < 300) this.events.success(upstream);
    } else if (response.status < 200) this.#proceed(upstream);
    else {
      this.#complete();
      if (response.status < 300) this.events.success(upstream);
      else this.events.failure(response.status, upstream);
    }
  }

  /** Asks the device to stop; it still has to answer, and a 2xx that crossed the CANCEL is still a success. */
  cancel(reason?: string): void {
    if (this.finished || this.#cancel || this.request.method !== 'INVITE') return;
    this.#cancel = { reason, sent: false };
    if (this.#state === 'proceeding') this.#sendCancel();
  }

  /** The device is out of reach: nothing more can come. */
  socketClosed(): void {
    const open = !this.finished;
    this.#state = 'completed';
    clearTimeout(this.#timer);
    this.forget();
    if (open) this.events.lost();
  }

  /** The device has a newer socket; this one may still be read. */
  socketReplaced(): void {
    if (!this.#spoken && this.events.endsWhenReplaced) this.socketClosed();
  }

  #proceed(response: SipResponse): void {
    if (this.request.method === 'INVITE') {
      this.#state = 'proceeding';
      if (this.#cancel) this.#sendCancel();
      else this.#restart(this.timers.proceedingMs, () => this.#ringTooLong());
    }
    if (response.status > 100) this.events.provisional(response);
  }

  #ringTooLong(): void {
    this.cancel();
    this.#fail(408);
  }

  #sendCancel(): void {
    if (!this.#cancel || this.#cancel.sent) return;
    this.#cancel.sent = true;
    this.socket.send(makeCancel(this.request, this.#cancel.reason));
    // RFC 3261 9.1: a device that does not answer the cancelled INVITE within 64*T1 is given up.
    this.#restart(this.timers.transactionMs, () => this.#fail(408));
  }

  #fail(status: number): void {
    if (this.finished) return;
    this.#complete();
    this.events.failure(status);
  }

  /** A 2xx may be repeated, and a device may answer after we gave it up: both need the branch for a while. */
  #complete(): void {
    this.#state = 'completed';
    clearTimeout(this.#timer);
    if (this.request.method === 'INVITE' && this.socket.open) this.#restart(this.timers.transactionMs, this.forget);
    else this.forget();
  }

  #restart(ms: number, then: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = this.#after(ms, then);
  }

  #after(ms: number, then: () => void): NodeJS.Timeout {
    return setTimeout(then, ms).unref();
  }
}

const isSuccess = ({ status }: SipResponse): boolean => status >= 200 && status < 300;

/** `answerer` is the identity to vouch for; what a device asserts about itself is not (RFC 3325 5). */
function withoutTopVia(response: SipResponse, answerer: string | undefined): SipResponse {
  const top = response.headers.findIndex((h) => h.key === 'via');
  const kept = response.headers.filter((h, i) => i !== top && h.key !== 'p-asserted-identity');
  const headers = answerer === undefined ? kept : [...kept, header('P-Asserted-Identity', answerer)];
  return { kind: 'response', status: response.status, reason: response.reason, headers, body: response.body };
}

/** All client transactions, by the branch that we made up: 64 random bits that only the addressed device has seen. */
export class ClientTransactions {
  readonly #byBranch = new Map<string, ClientTransaction>();
  readonly #bySocket = new Map<SipSocket, Set<ClientTransaction>>();

  constructor(private readonly domain: string) {}

  /** A Via value of ours with a branch that has not been used before. */
  newVia(): { branch: string; value: string } {
    const branch = `z9hG4bK${randomToken()}`;
    return { branch, value: `SIP/2.0/WS ${this.domain};branch=${branch}` };
  }

  /** The request with our Via on top (RFC 3261 16.6, item 8). */
  withVia(request: SipRequest): { request: SipRequest; branch: string } {
    const { branch, value } = this.newVia();
    const headers: Header[] = [header('Via', value), ...request.headers];
    return { branch, request: { ...request, headers } };
  }

  /** Sends `request` to the device on `socket`. Events never come before this has returned. */
  start(request: SipRequest, socket: SipSocket, timers: BranchTimers, events: BranchEvents): ClientTransaction {
    const sent = this.withVia(request);
    const transaction: ClientTransaction = new ClientTransaction(
      sent.request,
      socket,
      timers,
      events,
      () => this.#forget(sent.branch, transaction),
      socket.identity && identityValue(socket.identity, this.domain),
    );
    this.#byBranch.set(sent.branch, transaction);
    // A socket that breaks under this very message closes before `send` returns; it must not find the transaction yet.
    if (socket.send(sent.request)) this.#remember(transaction);
    else queueMicrotask(() => transaction.socketClosed());
    return transaction;
  }

  /** False for a response to nothing of ours, or from another socket than the one that was asked. */
  receive(response: Received<SipResponse>, socket: SipSocket): boolean {
    const { via, cseq } = response.envelope;
    const transaction = this.#byBranch.get(via.branch);
    // The answer to a CANCEL has the branch of its INVITE; nothing follows from it.
    if (!transaction || transaction.socket !== socket || cseq.method !== transaction.request.method) return false;
    transaction.receive(response);
    return true;
  }

  socketClosed(socket: SipSocket): void {
    for (const transaction of [...(this.#bySocket.get(socket) ?? [])]) transaction.socketClosed();
  }

  socketReplaced(socket: SipSocket): void {
    for (const transaction of [...(this.#bySocket.get(socket) ?? [])]) transaction.socketReplaced();
  }

  get size(): number {
    return this.#byBranch.size;
  }

  #remember(transaction: ClientTransaction): void {
    const ofSocket = this.#bySocket.get(transaction.socket) ?? new Set();
    this.#bySocket.set(transaction.socket, ofSocket.add(transaction));
  }

  #forget(branch: string, transaction: ClientTransaction): void {
    this.#byBranch.delete(branch);
    const ofSocket = this.#bySocket.get(transaction.socket);
    ofSocket?.delete(transaction);
    if (ofSocket?.size === 0) this.#bySocket.delete(transaction.socket);
  }
}
