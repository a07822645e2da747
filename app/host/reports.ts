/** What the host tells the registry, one after another: the order of facts is their meaning. */

import type { CallFact } from '../../shared/calls/facts.ts';
import type { CallRef, Outcome, RegistryInput } from '../../shared/registry/input.ts';
import type { WorkerLink } from '../link/link.ts';
import { capabilitiesOf, type Provider, type ProviderEvent } from '../providers/provider.ts';

export interface ReportsOptions {
  link: WorkerLink;
  epoch: number;
  account: string;
  onError(error: unknown): void;
}

export class Reports {
  /** Set once there is one; its operations are the capabilities of the calls that it reports. */
  provider: Provider | undefined;
  readonly #options: ReportsOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: ReportsOptions) {
    this.#options = options;
  }

  /** Settles when it stands in the registry, after everything that was sent before. */
  send(input: RegistryInput): Promise<Outcome> {
    const { link } = this.#options;
    const sent = this.#last.then(() => link.submit({ id: crypto.randomUUID(), tab: null, source: 'provider', input }));
    this.#last = sent.catch(() => undefined); // its own sender hears of it; the next report goes on
    return sent;
  }

  fact(call: CallRef, fact: CallFact): Promise<Outcome> {
    return this.send({ kind: 'fact', call, fact, epoch: this.#options.epoch });
  }

  /** What the network says of a call. */
  tell(event: Extract<ProviderEvent, { kind: 'incoming' | 'fact' }>): void {
    const told = event.kind === 'incoming' ? this.#incoming(event) : this.fact(event.call, event.fact);
    told.catch((error: unknown) => this.#options.onError(error));
  }

  async #incoming({ kind: _, ...event }: Extract<ProviderEvent, { kind: 'incoming' }>): Promise<void> {
    const { account, epoch } = this.#options;
    const outcome = await this.send({
      ...event,
      kind: 'newCall',
      callId: crypto.randomUUID(),
      account,
      direction: 'incoming',
      entry: 'ringing',
      capabilities: capabilitiesOf(this.provider?.operations ?? []),
      data: null,
      epoch,
    });
    // The network rings for a call that is over here: it was declined, or missed, while nobody could say so.
    if (outcome.ok || outcome.error.code !== 'tooLate') return;
    const { providerCallId, peer, type } = event;
    await this.provider?.reject({ id: providerCallId, providerCallId, peer, type }, 'here');
  }
}
