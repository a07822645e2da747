import { headerValue, type SipRequest, type SipResponse } from '../headers.ts';
import type { Device } from '../location.ts';
import { makeDialogRequest, makeResponse } from '../responses.ts';
import { parseNameAddr } from '../uri.ts';
import { bestResponse } from './bestResponse.ts';
import type { BranchTimers, ClientTransaction, ClientTransactions } from './clientTransactions.ts';
import type { ServerTransaction, TransactionOwner } from './serverTransactions.ts';

/** Reasons of the CANCELs (RFC 3326): they tell a phone why it stopped ringing. */
export const REASON_ANSWERED = 'SIP;cause=200;text="Call completed elsewhere"';
export const REASON_DECLINED = 'SIP;cause=603;text="Declined"';
export const REASON_NO_ANSWER = 'SIP;cause=408;text="Request Timeout"';
/** The same device rings on its newer socket. 302 (RFC 3261 21.3.3): the call has moved, and has not ended. */
export const REASON_MOVED = 'SIP;cause=302;text="Moved to a newer connection"';

/** What a fork tells about itself, for the call record. */
export interface ForkEvents {
  answered(): void;
  /** The final response that the caller got, or would have got. */
  ended(status: number): void;
}

export interface ForkOptions {
  timers: BranchTimers;
  /** Branches that may be started in all, those of devices that came back included. */
  maxBranches: number;
  events?: ForkEvents;
}

/** Status only when the device did not send it. */
interface Final {
  status: number;
  response?: SipResponse;
}

interface Branch {
  device: Device;
  client: ClientTransaction;
  final?: Final;
  byeSent: boolean;
}

/**
 * One request on its way to one or more devices (RFC 3261 16.7): provisional responses pass, the first 2xx wins, 6xx
 * ends all, and otherwise the best response goes back once every branch has ended.
 *
 * A request that rings ({@link ring}) waits for devices whose socket closes: {@link join} sends it to them again when
 * they are back. Any other branch whose device disconnects fails with 480.
 */
export class Fork implements TransactionOwner {
  /** By device: the branch that speaks for it. One that was superseded is in here no more. */
  readonly #branches = new Map<string, Branch>();
  #started = 0;
  /** The highest provisional status that the caller has been told. */
  #heard = 100;
  #winner: Branch | undefined;
  #ended = false;
  #ring: { deadline: NodeJS.Timeout; ended: () => void } | undefined;

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
  add(device: Device, uri: string): void {
    const client: ClientTransaction = this.clients.start(
      { ...this.outgoing, uri },
      device.socket,
      this.options.timers,
      {
        provisional: (response) => this.#provisional(branch, response),
        success: (response) => this.#success(branch, response),
        failure: (status, response) => this.#failure(branch, status, response),
        lost: () => this.#lost(branch),
      },
    );
    const branch: Branch = { device, client, byeSent: false };
    this.#started += 1;
    this.#branches.set(device.identity.device, branch);
  }

  /** The request rings for `ms` at most, then 408; devices may join until it has ended, whichever way. */
  ring(ms: number, ended: () => void): void {
    this.#ring = { deadline: setTimeout(() => this.#onDeadline(), ms).unref(), ended };
  }

  /**
   * A device has registered while this rings. It is sent the request unless it has it (a refreshed registration), or
   * has answered. A branch on an older socket of the same device is superseded: whatever it still says is not counted.
   */
  join(device: Device): void {
    const earlier = this.#branches.get(device.identity.device);
    if (this.#ended || !device.binding || this.#started >= this.options.maxBranches) return;
    if (earlier?.client.socket === device.socket || earlier?.final?.response) return;
    this.#branches.delete(device.identity.device);
    earlier?.client.cancel(REASON_MOVED);
    this.add(device, device.binding.contact);
  }

  cancelled(): void {
    this.#finish(487);
  }

  callerGone(): void {
    this.#finish(487);
  }

  /** Passed on when it tells the caller more than it knows, or when the device waits for its PRACK (RFC 3262 3). */
  #provisional(branch: Branch, response: SipResponse): void {
    if (this.#ended || this.#isSuperseded(branch)) return;
    if (response.status <= this.#heard && headerValue(response, 'rseq') === undefined) return;
    this.#heard = Math.max(this.#heard, response.status);
    this.incoming.respond(response);
  }

  #success(branch: Branch, response: SipResponse): void {
    if (branch === this.#winner) this.incoming.respond(response);
    else if (!this.#ended && !this.#isSuperseded(branch)) {
      this.#winner = branch;
      branch.final = { status: response.status, response };
      this.options.events?.answered();
      this.#finish(response.status, response, REASON_ANSWERED);
    } else if (this.outgoing.method === 'INVITE') this.#endUnwanted(branch, response);
  }

  #failure(branch: Branch, status: number, response: SipResponse | undefined): void {
    if (this.#ended || this.#isSuperseded(branch)) return;
    branch.final = response ? { status, response } : { status };
    if (status >= 600) this.#finish(status, response, REASON_DECLINED);
    else if (this.#all().every((each) => each.final)) this.#finishWithBest();
  }

  /** A page that reloads, a network that changes: a registered device is waited for, since it can be recognised. */
  #lost(branch: Branch): void {
    const { device, client } = branch;
    const mayReturn = device.binding?.hasInstance === true && !client.socket.loggedOut;
    if (!this.#ring || !mayReturn) this.#failure(branch, 480, undefined);
  }

  #onDeadline(): void {
    this.#finishWithBest(REASON_NO_ANSWER);
  }

  /** What has no final response by now counts as 408: the ring deadline has come. */
  #finishWithBest(reason?: string): void {
    const finals = this.#all().map((branch): Final => branch.final ?? { status: 408 });
    const best = bestResponse(finals);
    this.#finish(best?.status ?? 480, best?.response, reason);
  }

  /** The one way out; `reason` is for the devices that still ring. */
  #finish(status: number, response?: SipResponse, reason?: string): void {
    if (this.#ended) return;
    // Before anything is sent: a socket that breaks under a CANCEL tells us so at once.
    this.#ended = true;
    clearTimeout(this.#ring?.deadline);
    this.#ring?.ended();
    for (const branch of this.#all()) if (!branch.final) branch.client.cancel(reason);
    this.incoming.respond(response ?? makeResponse(this.incoming.request, status));
    this.options.events?.ended(status);
  }

  #all(): Branch[] {
    return [...this.#branches.values()];
  }

  #isSuperseded(branch: Branch): boolean {
    return this.#branches.get(branch.device.identity.device) !== branch;
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
