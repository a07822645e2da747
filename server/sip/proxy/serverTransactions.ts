import type { SipRequest, SipResponse } from '../headers.ts';
import type { Received } from '../message.ts';
import { makeResponse, type Refusal } from '../responses.ts';
import type { SipSocket } from '../socket.ts';

/** Whoever works on a request that has come in. */
export interface TransactionOwner {
  /** The client sent CANCEL (RFC 3261 16.10). */
  cancelled(): void;
  /** The client's socket is gone: nobody is left to answer. */
  callerGone(): void;
}

/**
 * The server side of one request (RFC 3261 17.2). The transport is reliable, so nothing is sent again; what is left is
 * to answer once, to recognise CANCEL and ACK, and to let later 2xx of a fork through (RFC 6026).
 */
export class ServerTransaction {
  #final: number | undefined;
  #owner: TransactionOwner | undefined;

  constructor(
    readonly request: Received<SipRequest>,
    readonly socket: SipSocket,
    private readonly ended: (transaction: ServerTransaction) => void,
  ) {}

  get final(): number | undefined {
    return this.#final;
  }

  own(owner: TransactionOwner): void {
    this.#owner = owner;
  }

  /** Passes a response to the client. After a final one only further 2xx to an INVITE go out. */
  respond(response: SipResponse): void {
    const more2xx = this.request.method === 'INVITE' && isSuccess(this.#final) && isSuccess(response.status);
    if (this.#final !== undefined && !more2xx) return;
    const first = this.#final === undefined;
    if (response.status >= 200) this.#final = response.status;
    this.socket.send(response);
    if (first && this.#final !== undefined) this.ended(this);
  }

  /** Answers by ourselves. */
  reply(status: number, options: Omit<Refusal, 'status'> = {}): void {
    this.respond(makeResponse(this.request, status, options));
  }

  cancel(): void {
    if (this.#final === undefined) this.#owner?.cancelled();
  }

  abandon(): void {
    if (this.#final === undefined) this.#owner?.callerGone();
  }
}

function isSuccess(status: number | undefined): boolean {
  return status !== undefined && status >= 200 && status < 300;
}

export type Opened = { kind: 'opened'; transaction: ServerTransaction } | { kind: 'repeated' } | { kind: 'tooMany' };

/** All server transactions, by socket and branch: a client cannot name a transaction of another socket. */
export class ServerTransactions {
  readonly #bySocket = new Map<SipSocket, Map<string, ServerTransaction>>();

  constructor(private readonly limits: { transactionMs: number; maxTransactionsPerSocket: number }) {}

  open(request: Received<SipRequest>, socket: SipSocket): Opened {
    const transactions = this.#bySocket.get(socket) ?? new Map<string, ServerTransaction>();
    const key = keyOf(request, request.method);
    if (transactions.has(key)) return { kind: 'repeated' };
    if (transactions.size >= this.limits.maxTransactionsPerSocket) return { kind: 'tooMany' };
    this.#bySocket.set(socket, transactions);
    const transaction = new ServerTransaction(request, socket, () => this.#expire(transactions, key));
    transactions.set(key, transaction);
    return { kind: 'opened', transaction };
  }

  /** The INVITE that a CANCEL means (RFC 3261 9.2: same branch), or that an ACK ends. */
  inviteOf(request: Received<SipRequest>, socket: SipSocket): ServerTransaction | undefined {
    return this.#bySocket.get(socket)?.get(keyOf(request, 'INVITE'));
  }

  /** True when the ACK belongs to an INVITE that was answered with other than 2xx: it ends here (17.2.1). */
  absorbAck(ack: Received<SipRequest>, socket: SipSocket): boolean {
    const final = this.inviteOf(ack, socket)?.final;
    if (final === undefined || final < 300) return false;
    this.#bySocket.get(socket)?.delete(keyOf(ack, 'INVITE'));
    return true;
  }

  socketClosed(socket: SipSocket): void {
    const transactions = this.#bySocket.get(socket);
    this.#bySocket.delete(socket);
    for (const transaction of transactions?.values() ?? []) transaction.abandon();
  }

  get size(): number {
    let size = 0;
    for (const each of this.#bySocket.values()) size += each.size;
    return size;
  }

  /** INVITE waits for its ACK (timer H) or further 2xx (timer L); the others end at once on a reliable transport. */
  #expire(transactions: Map<string, ServerTransaction>, key: string): void {
    if (!key.endsWith('|INVITE')) transactions.delete(key);
    else setTimeout(() => transactions.delete(key), this.limits.transactionMs).unref();
  }
}

function keyOf(request: Received<SipRequest>, method: string): string {
  return `${request.envelope.via.branch}|${method}`;
}
