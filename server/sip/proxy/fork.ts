import { header, headerValue, type SipRequest, type SipResponse } from '../headers.ts';
import type { DeviceIdentity } from '../identity.ts';
import type { Device } from '../location.ts';
import { makeDialogRequest, makeResponse } from '../responses.ts';
import { parseNameAddr } from '../uri.ts';
import type { RingControl, RingEnd, RingObserver } from '../wake.ts';
import { bestResponse } from './bestResponse.ts';
import type { BranchTimers, ClientTransaction, ClientTransactions } from './clientTransactions.ts';
import type { ServerTransaction, TransactionOwner } from './serverTransactions.ts';

/** Reasons of the CANCELs (RFC 3326): they tell a phone why it stopped ringing. */
export const REASON_ANSWERED = 'SIP;cause=200;text="Call completed elsewhere"';
export const REASON_DECLINED = 'SIP;cause=603;text="Declined"';
export const REASON_NO_ANSWER = 'SIP;cause=408;text="Request Timeout"';
/** The same device rings on its newer socket. 302 (RFC 3261 21.3.3): the call has moved, and has not ended. */
export const REASON_MOVED = 'SIP;cause=302;text="Moved to a newer connection"';

/** Q.850 cause 21, "call rejected" (RFC 3326): somebody said no, which is more than busy. */
const REJECTED = header('Reason', 'Q.850;cause=21;text="Call rejected"');

/** What a fork tells about itself, for the call record. */
export interface ForkEvents {
  answered(response: SipResponse, by: DeviceIdentity): void;
  /** The final response that the caller got, or would have got. */
  ended(status: number): void;
}

export interface ForkOptions {
  timers: BranchTimers;
  /** Branches that may be started in all, those of devices that came back included. */
  maxBranches: number;
  events?: ForkEvents;
  /** Who wakes devices without a socket, for a request that rings. */
  observer?: RingObserver;
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

interface Ending {
  end: RingEnd['cause'];
  by?: string | undefined;
  response?: SipResponse | undefined;
  /** For the devices that still ring. */
  reason?: string;
}

/**
 * One request on its way to one or more devices (RFC 3261 16.7): provisional responses pass, the first 2xx wins, 6xx
 * ends all, and otherwise the best response goes back once every branch has ended.
 *
 * A request that rings ({@link ring}) waits for devices whose socket closes: {@link join} sends it to them again when
 * they are back. Any other branch whose device disconnects fails with 480. Devices that are woken by other means have a
 * part in the ring without a branch ({@link expect}).
 */
export class Fork implements TransactionOwner, RingControl {
  /** By device: the branch that speaks for it. One that was superseded is in here no more. */
  readonly #branches = new Map<string, Branch>();
  /** By device: those that may answer without a branch of theirs, each until it joins; with how its part ended. */
  readonly #expected = new Map<string, Final | undefined>();
  /** The device that the call is kept for. */
  #claimant: string | undefined;
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
    this.options.observer?.offered(device.identity.device);
  }

  /** The request rings for `ms` at most, then 408; devices may join until it has ended, whichever way. */
  ring(ms: number, ended: () => void): void {
    const onDeadline = (): void => this.#finishWithBest({ end: 'missed', reason: REASON_NO_ANSWER });
    this.#ring = { deadline: setTimeout(onDeadline, ms).unref(), ended };
  }

  /**
   * A device has registered while this rings. It is sent the request unless it has it (a refreshed registration), or
   * has answered, or the call is kept for another one. A branch on an older socket of the same device is superseded:
   * whatever it still says is not counted.
   */
  join(device: Device): void {
    const { device: id } = device.identity;
    const earlier = this.#branches.get(id);
    if (this.#ended || !device.binding || this.#started >= this.options.maxBranches) return;
    if (earlier?.client.socket === device.socket || earlier?.final?.response) return;
    if (this.#expected.get(id)?.response || (this.#claimant ?? id) !== id) return;
    this.#branches.delete(id);
    this.#expected.delete(id);
    earlier?.client.cancel(REASON_MOVED);
    this.add(device, device.binding.contact);
  }

  expect(device: string): void {
    if (!this.#ended && !this.#expected.has(device)) this.#expected.set(device, undefined);
  }

  giveUp(device: string): void {
    if (this.#ended || !this.#expected.has(device) || this.#expected.get(device)) return;
    this.#expected.set(device, { status: 480 });
    this.#finishIfSettled();
  }

  reaches(device: string): boolean {
    const client = this.#branches.get(device)?.client;
    return client?.socket.open === true && client.hasSpoken;
  }

  ringing(): void {
    if (this.#ended || this.#heard >= 180) return;
    this.#heard = 180;
    this.incoming.reply(180);
  }

  decline(device: string, everywhere: boolean): void {
    if (this.#ended) return;
    const status = everywhere ? 603 : 486;
    const response = makeResponse(this.incoming.request, status, { headers: [REJECTED] });
    if (everywhere) this.#finish(status, { end: 'declined', by: device, response, reason: REASON_DECLINED });
    else {
      this.#expected.set(device, { status, response });
      this.#quiet(this.#branches.get(device), { status, response }, REASON_DECLINED);
      this.#finishIfSettled();
    }
  }

  claim(device: string, ms: number): void {
    if (this.#ended || !this.#ring || this.#claimant !== undefined) return;
    this.#claimant = device;
    clearTimeout(this.#ring.deadline);
    this.#ring.deadline = setTimeout(() => this.#lapse(), ms).unref();
    // First, so that the ring is never without anybody while the others are sent away.
    if (this.#branches.get(device)?.final || !this.#branches.has(device)) this.#expected.set(device, undefined);
    for (const [other, final] of [...this.#expected]) {
      if (other !== device && !final) this.#expected.set(other, { status: 480 });
    }
    for (const branch of this.#all()) {
      if (branch.device.identity.device !== device) this.#quiet(branch, { status: 480 }, REASON_ANSWERED);
    }
  }

  release(device: string): void {
    if (this.#claimant === device) this.#lapse(device);
  }

  cancelled(): void {
    this.#finish(487, { end: 'canceled' });
  }

  callerGone(): void {
    this.#finish(487, { end: 'canceled' });
  }

  /** Nobody answered within the claim, and the others have stopped ringing. */
  #lapse(by?: string): void {
    this.#finish(480, { end: 'missed', by, reason: REASON_NO_ANSWER });
  }

  /** Its part is over before it said so. A 2xx that crosses the CANCEL still counts: somebody is there and talks. */
  #quiet(branch: Branch | undefined, final: Final, reason: string): void {
    if (!branch || branch.final) return;
    branch.final = final;
    branch.client.cancel(reason);
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
      this.options.events?.answered(response, branch.device.identity);
      const by = branch.device.identity.device;
      this.#finish(response.status, { end: 'answered', by, response, reason: REASON_ANSWERED });
    } else if (this.outgoing.method === 'INVITE') this.#endUnwanted(branch, response);
  }

  #failure(branch: Branch, status: number, response: SipResponse | undefined): void {
    if (this.#ended || this.#isSuperseded(branch)) return;
    // The 487 of a device whose part was over already; its 6xx still ends all.
    if (branch.final && status < 600) return;
    branch.final = response ? { status, response } : { status };
    const by = branch.device.identity.device;
    if (response) {
      this.#expected.delete(by);
      this.options.observer?.refused(by);
    }
    if (status >= 600) this.#finish(status, { end: 'declined', by, response, reason: REASON_DECLINED });
    else this.#finishIfSettled();
  }

  /** A page that reloads, a network that changes: a registered device is waited for, since it can be recognised. */
  #lost(branch: Branch): void {
    const { device, client } = branch;
    if (this.#ended || branch.final || this.#isSuperseded(branch)) return;
    const mayReturn = device.binding?.hasInstance === true && !client.socket.loggedOut;
    const isExpected = !client.socket.loggedOut && this.options.observer?.lost(device.identity.device) === true;
    if (!this.#ring || !(mayReturn || isExpected)) this.#failure(branch, 480, undefined);
  }

  #finishIfSettled(): void {
    const settled = [...this.#all().map(({ final }) => final), ...this.#expected.values()];
    if (settled.every((final) => final)) this.#finishWithBest();
  }

  /** What has no final response by now counts as 408: the ring deadline has come. */
  #finishWithBest(ending?: Ending): void {
    const open: Final = { status: 408 };
    const finals = [...this.#all().map(({ final }) => final), ...this.#expected.values()];
    const best = bestResponse(finals.map((final) => final ?? open));
    const end = best?.status === 486 ? 'declined' : 'missed';
    this.#finish(best?.status ?? 480, { end, response: best?.response, ...ending });
  }

  /** The one way out. */
  #finish(status: number, { end, by, response, reason }: Ending): void {
    if (this.#ended) return;
    // Before anything is sent: a socket that breaks under a CANCEL tells us so at once.
    this.#ended = true;
    clearTimeout(this.#ring?.deadline);
    this.#ring?.ended();
    for (const branch of this.#all()) if (!branch.final) branch.client.cancel(reason);
    this.incoming.respond(response ?? makeResponse(this.incoming.request, status));
    this.options.events?.ended(status);
    this.options.observer?.ended({ cause: end, status, ...(by === undefined ? {} : { by }) });
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
