import { headerValue, type SipRequest, type SipResponse } from '../headers.ts';
import type { Device } from '../location.ts';
import { makeDialogRequest, makeResponse } from '../responses.ts';
import type { SipSocket } from '../socket.ts';
import { parseNameAddr } from '../uri.ts';
import { bestResponse } from './bestResponse.ts';
import type { BranchTimers, ClientTransaction, ClientTransactions } from './clientTransactions.ts';
import type { ServerTransaction, TransactionOwner } from './serverTransactions.ts';

/** Reasons of the CANCELs (RFC 3326): they tell a phone why it stopped ringing. */
export const REASON_ANSWERED = 'SIP;cause=200;text="Call completed elsewhere"';
export const REASON_DECLINED = 'SIP;cause=603;text="Declined"';
export const REASON_NO_ANSWER = 'SIP;cause=408;text="Request Timeout"';

/** What a fork tells about itself, for the call record. */
export interface ForkEvents {
  answered(): void;
  /** The final response that the caller got, or would have got. */
  ended(status: number): void;
}

export interface ForkOptions {
  timers: BranchTimers;
  events?: ForkEvents;
}

interface Branch {
  client: ClientTransaction;
  /** Its final response once there is one; status only when the device did not send it. */
  final?: { status: number; response?: SipResponse };
  byeSent: boolean;
}

/**
 * One request on its way to one or more devices (RFC 3261 16.7): provisional responses pass, the first 2xx wins, 6xx
 * ends all, and otherwise the best response goes back once every branch has ended.
 *
 * A branch whose device disconnects fails with 480. {@link add} may be called while others ring.
 */
export class Fork implements TransactionOwner {
  readonly #branches: Branch[] = [];
  #winner: Branch | undefined;
  #ended = false;
  #deadline: NodeJS.Timeout | undefined;

  constructor(
    private readonly incoming: ServerTransaction,
    /** The request as it goes out, but for Via and Request-URI. */
    private readonly outgoing: SipRequest,
    private readonly clients: ClientTransactions,
    private readonly options: ForkOptions,
  ) {
    incoming.own(this);
  }

  /** Sends the request to one more device, under the Request-URI that it knows itself by. */
  add(socket: SipSocket, uri: string): void {
    if (this.#ended) return;
    const client: ClientTransaction = this.clients.start({ ...this.outgoing, uri }, socket, this.options.timers, {
      provisional: (response) => this.#provisional(response),
      success: (response) => this.#success(branch, response),
      failure: (status, response) => this.#failure(branch, status, response),
    });
    const branch: Branch = { client, byeSent: false };
    this.#branches.push(branch);
  }

  /** After `ms` nobody has answered: 408 for those that still ring (the ring deadline of an INVITE). */
  giveUpAfter(ms: number): void {
    this.#deadline = setTimeout(() => this.#onDeadline(), ms).unref();
  }

  cancelled(): void {
    this.#cancelBranches(undefined);
    this.#finish(487);
  }

  callerGone(): void {
    this.#cancelBranches(undefined);
    this.#finish(487);
  }

  #provisional(response: SipResponse): void {
    if (!this.#ended) this.incoming.respond(response);
  }

  #success(branch: Branch, response: SipResponse): void {
    if (branch === this.#winner) {
      this.incoming.respond(response);
      return;
    }
    if (this.#ended) {
      if (this.outgoing.method === 'INVITE') this.#endUnwanted(branch, response);
      return;
    }
    this.#winner = branch;
    branch.final = { status: response.status, response };
    this.#cancelBranches(REASON_ANSWERED);
    this.options.events?.answered();
    this.#finish(response.status, response);
  }

  #failure(branch: Branch, status: number, response: SipResponse | undefined): void {
    branch.final = response ? { status, response } : { status };
    if (this.#ended) return;
    if (status >= 600) {
      this.#cancelBranches(REASON_DECLINED);
      this.#finish(status, response);
    } else if (this.#branches.every((each) => each.final)) this.#finishWithBest();
  }

  #onDeadline(): void {
    if (this.#ended) return;
    this.#cancelBranches(REASON_NO_ANSWER);
    for (const branch of this.#branches) branch.final ??= { status: 408 };
    this.#finishWithBest();
  }

  #finishWithBest(): void {
    const best = bestResponse(this.#branches.flatMap((branch) => branch.final ?? []));
    this.#finish(best?.status ?? 480, best?.response);
  }

  #finish(status: number, response?: SipResponse): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#deadline);
    this.incoming.respond(response ?? makeResponse(this.incoming.request, status));
    this.options.events?.ended(status);
  }

  #cancelBranches(reason: string | undefined): void {
    for (const branch of this.#branches) if (!branch.final) branch.client.cancel(reason);
  }

  /** Two devices answered, or one answered a call that was over: it is told so in the words of the protocol. */
  #endUnwanted(branch: Branch, response: SipResponse): void {
    const contact = headerValue(response, 'contact');
    const uri = contact === undefined ? branch.client.request.uri : parseNameAddr(contact, 'Contact').uri;
    const { request, socket } = branch.client;
    socket.send(makeDialogRequest('ACK', request, response, { uri, via: this.clients.newVia().value }));
    if (branch.byeSent) return;
    branch.byeSent = true;
    socket.send(makeDialogRequest('BYE', request, response, { uri, via: this.clients.newVia().value }));
  }
}

/**
 * One request inside a dialog on its way to the one device that it is for. Unlike a fork it never answers for the
 * device: a CANCEL is passed on and the device's own answer comes back, because a 2xx that crosses it has changed the
 * session (RFC 3261 16.10).
 */
export class Relay implements TransactionOwner {
  #client: ClientTransaction | undefined;

  constructor(
    private readonly incoming: ServerTransaction,
    private readonly onSuccess: () => void = () => undefined,
  ) {
    incoming.own(this);
  }

  send(clients: ClientTransactions, request: SipRequest, device: Device, timers: BranchTimers): void {
    this.#client = clients.start(request, device.socket, timers, {
      provisional: (response) => this.incoming.respond(response),
      success: (response) => {
        this.incoming.respond(response);
        this.onSuccess();
      },
      failure: (status, response) => this.incoming.respond(response ?? makeResponse(this.incoming.request, status)),
    });
  }

  cancelled(): void {
    this.#client?.cancel();
  }

  callerGone(): void {
    this.#client?.cancel();
  }
}
