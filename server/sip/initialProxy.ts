import type { CallEntry } from './callLog.ts';
import { learnContact, type SwitchContext } from './context.ts';
import { header, headerValue, type SipRequest } from './headers.ts';
import { type DeviceIdentity, instanceId, isSameDevice } from './identity.ts';
import type { Device } from './location.ts';
import { Fork, type ForkEvents, type ForkOptions } from './proxy/fork.ts';
import type { ServerTransaction } from './proxy/serverTransactions.ts';
import { callIdOf } from './referrals.ts';
import { asserted, forwarded, recordRouted, referredBy } from './requests.ts';
import { makeResponse } from './responses.ts';
import { type Destination, resolve, speaksFor } from './routing.ts';
import type { RingFacts, Wakeable, WakeRing } from './wake.ts';

/** Methods that may open something at another device without a dialog. */
const FORWARDED: ReadonlySet<string> = new Set(['INVITE', 'MESSAGE', 'OPTIONS', 'REFER']);
/** Methods that have a meaning inside a dialog only; without one RFC 3261 15.1.2 and its kin say 481. */
const DIALOG_ONLY: ReadonlySet<string> = new Set(['BYE', 'INFO', 'NOTIFY', 'PRACK', 'UPDATE']);
/** Known methods that this switchboard does not serve (RFC 3261 21.4.6). */
const NOT_ALLOWED: ReadonlySet<string> = new Set(['SUBSCRIBE', 'PUBLISH']);

const ALLOW = header(
  'Allow',
  'ACK, BYE, CANCEL, INFO, INVITE, MESSAGE, NOTIFY, OPTIONS, PRACK, REFER, REGISTER, UPDATE',
);

/** A video stream that is wanted (RFC 8866 5.14: port 0 declines one). */
const VIDEO = /^m=video [1-9]/mu;

interface Target {
  device: Device;
  uri: string;
}

/** Requests outside a dialog: who may send them, whom they reach, and the call records of those that are calls. */
export class InitialProxy {
  constructor(private readonly context: SwitchContext) {}

  async handle(transaction: ServerTransaction): Promise<void> {
    const { request } = transaction;
    if (DIALOG_ONLY.has(request.method)) return transaction.reply(481);
    if (NOT_ALLOWED.has(request.method)) return transaction.reply(405, { headers: [ALLOW] });
    if (!FORWARDED.has(request.method)) return transaction.reply(501);
    const caller = await this.context.authenticate(transaction);
    if (!caller) return;
    const { identity } = caller;
    if (!speaksFor(request.envelope.from.uri, identity, undefined, this.context.domain)) {
      return transaction.reply(403, { reason: 'From is not yours' });
    }
    if (!learnContact(this.context, caller, request)) {
      return transaction.reply(403, { reason: 'Contact host of another device' });
    }
    const destination = resolve(request.uri, this.context.location, this.context.domain);
    if (destination.kind === 'foreign') return transaction.reply(403, { reason: 'Not served here' });
    if (destination.kind === 'domain') {
      // OPTIONS to the domain asks what we can do (RFC 3261 11); nothing else can be done to it.
      return transaction.reply(request.method === 'OPTIONS' ? 200 : 404, { headers: [ALLOW] });
    }
    if (!this.#mayTakeUp(request, identity, destination)) {
      return transaction.reply(403, { reason: 'Not a party of this call' });
    }
    await this.#forward(transaction, caller, destination);
  }

  async #forward(transaction: ServerTransaction, caller: Device, destination: Served): Promise<void> {
    const { request } = transaction;
    const call = request.method === 'INVITE' ? this.#startCall(request, caller.identity, destination) : undefined;
    if (call) transaction.respond(makeResponse(request, 100));
    const fail = (status: number): void => {
      call?.failed(status);
      transaction.reply(status);
    };
    if (destination.kind === 'account' && !(await this.context.directory.hasExtension(destination.extension))) {
      return fail(404);
    }
    const wakeable = call && (await this.#wakeable(request, caller.identity, destination));
    // The caller may have left while its callee was looked up.
    if (!transaction.socket.open) return fail(487);
    const targets = this.#targets(destination, caller);
    if (targets.length === 0 && !wakeable) return fail(480);
    const wake = wakeable?.ring(this.#facts(request, caller.identity));
    const fork = new Fork(
      transaction,
      this.#outgoing(request, caller.identity, destination),
      this.context.clients,
      this.#options(call && this.#events(request, caller.identity, call), wake),
    );
    if (call) this.#ring(fork, caller, destination);
    for (const { device, uri } of targets) fork.add(device, uri);
    wake?.begin(fork, new Set(targets.map(({ device }) => device.identity.device)));
  }

  /** Who could be woken. A call that is up rings for nobody. */
  async #wakeable(request: SipRequest, caller: DeviceIdentity, destination: Served): Promise<Wakeable | undefined> {
    if (takenUp(request) !== null) return undefined;
    const found = await this.context.waker?.find(extensionOf(destination), caller);
    if (!found || destination.kind === 'account') return found;
    const meant = destination.kind === 'gone' ? destination.instance : instanceId(destination.device.identity);
    const devices = new Set([...found.devices].filter((device) => instanceId({ device }) === meant));
    return devices.size === 0 ? undefined : { devices, ring: (facts, only = devices) => found.ring(facts, only) };
  }

  #facts(request: ServerTransaction['request'], caller: DeviceIdentity): RingFacts {
    const createdAt = Date.now();
    const expiresAt = createdAt + this.context.ringMs;
    return { callId: request.envelope.callId, caller, video: VIDEO.test(request.body), createdAt, expiresAt };
  }

  /** While it rings, whoever of the callee's devices registers is called too: one that is back, or one that is new. */
  #ring(fork: Fork, caller: Device, destination: Served): void {
    const { rings, ringMs } = this.context;
    const isMeant = ({ identity }: Device): boolean => {
      if (destination.kind === 'device') return isSameDevice(identity, destination.device.identity);
      if (destination.kind === 'gone') return instanceId(identity) === destination.instance;
      return !isSameDevice(identity, caller.identity);
    };
    const join = (device: Device): void => {
      if (isMeant(device)) fork.join(device);
    };
    fork.ring(ringMs, rings.add(extensionOf(destination), { join }));
  }

  #targets(destination: Served, caller: Device): Target[] {
    if (destination.kind === 'gone') return [];
    if (destination.kind === 'device') return [destination];
    // A phone that dials its own extension means its other devices.
    return this.context.location
      .registered(destination.extension)
      .filter((device) => device !== caller)
      .flatMap((device) => (device.binding ? { device, uri: device.binding.contact } : []));
  }

  #outgoing(request: SipRequest, caller: DeviceIdentity, destination: Served): SipRequest {
    const { domain, referrals } = this.context;
    const [referee, target] = [caller.extension, extensionOf(destination)];
    const referrer = referrals.referrer({ referee, target, callId: callIdOf(headerValue(request, 'replaces')) });
    const outgoing = referredBy(asserted(forwarded(request), caller, domain), referrer, domain);
    // Only these two open dialogs whose later requests must come back here.
    return ['INVITE', 'REFER'].includes(request.method) ? recordRouted(outgoing, domain) : outgoing;
  }

  #options(events: ForkEvents | undefined, observer: WakeRing | undefined): ForkOptions {
    const { transactionMs, timerCMs, maxBranchesPerRequest: maxBranches } = this.context.limits;
    // The ring deadline is what ends an INVITE; the branch's own timer C must not come before it.
    const proceedingMs = Math.max(timerCMs, this.context.ringMs + transactionMs);
    const timers = { transactionMs, proceedingMs };
    if (!events) return { timers, maxBranches };
    return { timers, maxBranches, ...(observer ? { observer } : {}), events };
  }

  #events(request: ServerTransaction['request'], caller: DeviceIdentity, call: CallEntry): ForkEvents {
    const { live } = this.context;
    const replaced = takenUp(request);
    return {
      answered: (response, callee) => {
        call.answered();
        live.answered(request, response, { caller, callee, replaced });
      },
      ended: (status) => {
        if (status >= 300) call.failed(status);
        // Another device of theirs was told that there is nothing to take; one that had the call itself may yet get it.
        if (status === 481 && replaced !== null) live.gone(replaced, caller);
      },
    };
  }

  /** Who takes part, or whom a party has sent. The ids of a dialog are no secret; of one that is not known the far side judges. */
  #mayTakeUp(request: SipRequest, { extension }: DeviceIdentity, destination: Served): boolean {
    const { live, referrals } = this.context;
    const callId = takenUp(request);
    if (callId === null || live.takesPart(callId, extension) !== false) return true;
    return referrals.referrer({ referee: extension, target: extensionOf(destination), callId }) !== undefined;
  }

  #startCall(request: ServerTransaction['request'], caller: DeviceIdentity, destination: Served): CallEntry {
    const callee = extensionOf(destination);
    const taken = takenUp(request);
    // The same call on another page or device has a record already, and is missed by nobody.
    if (taken !== null && this.context.live.takesPart(taken, caller.extension) !== false) return UNRECORDED;
    return this.context.calls.start({ callId: request.envelope.callId, caller: caller.extension, callee });
  }
}

const UNRECORDED: CallEntry = { answered: () => undefined, failed: () => undefined };

/**
 * The Call-ID of the dialog that an INVITE wants to go on with: by Replaces (RFC 3891), or by the header of our own phones
 * where both sides have lost it (docs/decisions/9-resume.md); null for a call that begins.
 */
function takenUp(request: SipRequest): string | null {
  return callIdOf(headerValue(request, 'replaces') ?? headerValue(request, 'switchhook-resume'));
}

type Served = Exclude<Destination, { kind: 'foreign' | 'domain' }>;

function extensionOf(destination: Served): string {
  return destination.kind === 'device' ? destination.device.identity.extension : destination.extension;
}
