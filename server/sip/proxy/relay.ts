import type { SipRequest } from '../headers.ts';
import type { Device } from '../location.ts';
import { makeResponse } from '../responses.ts';
import type { BranchTimers, ClientTransaction, ClientTransactions } from './clientTransactions.ts';
import type { ServerTransaction, TransactionOwner } from './serverTransactions.ts';

/**
 * One request inside a dialog on its way to the one device that it is for. Unlike a fork it never answers for the
 * device: a CANCEL is passed on and the device's own answer comes back, because a 2xx that crosses it has changed the
 * session (RFC 3261 16.10). Nor does it wait: a device whose socket closes is 480, and its far side tries again.
 */
export class Relay implements TransactionOwner {
  #client: ClientTransaction | undefined;

  constructor(private readonly incoming: ServerTransaction) {
    incoming.own(this);
  }

  send(clients: ClientTransactions, request: SipRequest, device: Device, timers: BranchTimers): void {
    const fail = (status: number): void => this.incoming.respond(makeResponse(this.incoming.request, status));
    this.#client = clients.start(request, device.socket, timers, {
      provisional: (response) => this.incoming.respond(response),
      success: (response) => this.incoming.respond(response),
      failure: (status, response) => (response ? this.incoming.respond(response) : fail(status)),
      lost: () => fail(480),
      endsWhenReplaced: true,
    });
  }

  cancelled(): void {
    this.#client?.cancel();
  }

  callerGone(): void {
    this.#client?.cancel();
  }
}
