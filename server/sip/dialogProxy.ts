import { answer, learnContact, type SwitchContext } from './context.ts';
import type { SipRequest } from './headers.ts';
import type { Device } from './location.ts';
import type { Received } from './message.ts';
import { Relay } from './proxy/relay.ts';
import type { ServerTransaction } from './proxy/serverTransactions.ts';
import { referredTo } from './referrals.ts';
import { forwarded, referredBy } from './requests.ts';
import type { Refusal } from './responses.ts';
import { isRefusal, resolve, speaksFor, stripOwnRoute } from './routing.ts';
import type { SipSocket } from './socket.ts';

interface Routed {
  request: SipRequest;
  device: Device;
}

/**
 * Requests inside a dialog (RFC 3261 16.12): to the one device that the Request-URI means, on whichever socket it has
 * now. Dialogs themselves are not kept: a restart of the switchboard forgets no call.
 */
export class DialogProxy {
  constructor(private readonly context: SwitchContext) {}

  async handle(transaction: ServerTransaction): Promise<void> {
    const { request, socket } = transaction;
    // After a reconnect a phone may speak before it has registered again: it is asked who it is.
    const sender = this.context.location.deviceOf(socket) ?? (await this.context.authenticate(transaction));
    if (!sender) return;
    if (!speaksFor(request.envelope.from.uri, sender.identity, sender, this.context.domain)) {
      return transaction.reply(403, { reason: 'From is not yours' });
    }
    if (!learnContact(this.context, sender, request)) {
      return transaction.reply(403, { reason: 'Contact host of another device' });
    }
    // Whoever hangs up has left the call, whatever becomes of its BYE (RFC 3261 15.1.1).
    if (request.method === 'BYE') this.#hungUp(request.envelope.callId, sender);
    const routed = this.#route(request);
    if (isRefusal(routed)) return answer(transaction, routed);
    if (request.method === 'INVITE') transaction.reply(100);
    const outgoing = request.method === 'REFER' ? this.#referred(routed, sender) : routed.request;
    const { transactionMs, timerCMs } = this.context.limits;
    const relay = new Relay(transaction);
    relay.send(this.context.clients, outgoing, routed.device, { transactionMs, proceedingMs: timerCMs });
  }

  /** ACK for a 2xx: it has no answer, so it is passed on or dropped. False when it was dropped. */
  ack(request: Received<SipRequest>, socket: SipSocket): boolean {
    // Nothing can be asked of an ACK (RFC 3261 22.1); a socket that has not proved its device has the session to show.
    const device = this.context.location.deviceOf(socket);
    const { extension } = socket.session;
    if (!speaksFor(request.envelope.from.uri, { extension }, device, this.context.domain)) return false;
    const routed = this.#route(request);
    if (isRefusal(routed)) return false;
    return routed.device.socket.send(this.context.clients.withVia(routed.request).request);
  }

  #hungUp(callId: string, { identity }: Device): void {
    const { calls, live } = this.context;
    if (live.takesPart(callId, identity.extension) === false) return; // passed on for whoever gets it to refuse
    const ended = live.hungUp(callId);
    if (ended !== null) calls.hungUp(ended, identity.extension);
  }

  /** Who is sent may say who has sent them: here it is seen (RFC 3892). */
  #referred({ request, device }: Routed, { identity: { extension: referrer } }: Device): SipRequest {
    const { referrals, domain } = this.context;
    const to = referredTo(request);
    if (to) referrals.add({ ...to, referrer, referee: device.identity.extension });
    return referredBy(request, referrer, domain);
  }

  #route(request: Received<SipRequest>): Routed | Refusal {
    const { location, domain } = this.context;
    const stripped = stripOwnRoute(request, domain);
    if (isRefusal(stripped)) return stripped;
    const destination = resolve(request.uri, location, domain);
    switch (destination.kind) {
      case 'device':
        return { request: { ...forwarded(stripped), uri: destination.uri }, device: destination.device };
      case 'gone':
        return { status: 480 };
      default:
        // A host that is not ours and a Contact whose device is away look the same from here: neither is relayed.
        return { status: 404 };
    }
  }
}
