/**
 * The host tab: exactly one per origin, elected by a Web Lock held for the tab's life. It holds the provider, reports what
 * the network says, and carries out what people ask; it writes no call by itself.
 */

import type { CallRecord, Intent } from '../../shared/calls/record.ts';
import { fromWire, SwitchhookError } from '../../shared/errors.ts';
import type { Outcome, RegistryInput } from '../../shared/registry/input.ts';
import type { WorkerLink } from '../link/link.ts';
import type { RegistryMirror } from '../link/mirror.ts';
import { capabilitiesOf, type Provider, type ProviderEvent, type ProviderSink } from '../providers/provider.ts';
import { carryOut, unclaimed } from './intents.ts';

export interface HostOptions {
  link: WorkerLink;
  mirror: RegistryMirror;
  /** The number of the account that the provider connects. */
  account: string;
  provider: (sink: ProviderSink) => Promise<Provider>;
  onRole(role: 'host' | 'guest'): void;
  onRegistration(event: Extract<ProviderEvent, { kind: 'registration' }>): void;
  onRemoteAudio(key: string, stream: MediaStream | null): void;
  onError(error: SwitchhookError): void;
}

const LOCK = 'switchhook-host';

export class CallHost {
  readonly #options: HostOptions;
  readonly #stopped = new AbortController();
  /** Intents that this tab has begun; an intent stays unclaimed in our view until the claim's delta arrives. */
  readonly #begun = new Set<string>();
  #provider: Provider | undefined;
  #epoch: number | null = null;
  /** Reports go one after another: the order of facts is their meaning. */
  #reports: Promise<unknown> = Promise.resolve();

  constructor(options: HostOptions) {
    this.#options = options;
  }

  /** Queues for the host's lock; hosts when it is granted, until {@link stop} or the end of the tab. */
  start(): void {
    const { signal } = this.#stopped;
    const held = navigator.locks.request(LOCK, { signal }, () => this.#host());
    held.catch((error: unknown) => {
      if (!signal.aborted) this.#options.onError(SwitchhookError.from(error));
    });
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#provider?.disconnect();
  }

  /** The page is going: whatever the provider can still say. */
  leave(): void {
    this.#provider?.leave?.();
  }

  async #host(): Promise<void> {
    const { signal } = this.#stopped;
    const { mirror, link } = this.#options;
    const outcome = await link.submit({
      id: crypto.randomUUID(),
      tab: link.tab,
      source: 'recovery',
      input: { kind: 'claimHost' },
    });
    if (!outcome.ok) throw fromWire(outcome.error);
    this.#epoch = outcome.epoch;
    this.#options.onRole('host');
    const stopWatching = mirror.onChange(() => this.#work());
    try {
      this.#provider = await this.#options.provider((event) => this.#onEvent(event));
      this.#connect(this.#provider);
      this.#work();
      if (!signal.aborted)
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    } finally {
      stopWatching();
      this.#epoch = null;
      this.#options.onRole('guest');
    }
  }

  #connect(provider: Provider): void {
    provider
      .connect()
      .catch((error: unknown) => this.#options.onError(SwitchhookError.from(error, 'registrationFailed')));
  }

  #work(): void {
    if (!this.#provider || this.#epoch === null) return;
    for (const { call, intent } of unclaimed(this.#options.mirror.state.live.values())) {
      if (this.#begun.has(intent.id)) continue;
      this.#begun.add(intent.id);
      this.#carryOut(call, intent).catch((error: unknown) => this.#options.onError(SwitchhookError.from(error)));
    }
  }

  async #carryOut(call: CallRecord, intent: Intent): Promise<void> {
    const provider = this.#provider;
    const epoch = this.#epoch;
    if (!provider || epoch === null) return;
    const claimed = await this.#submit({ kind: 'claim', callId: call.id, intentId: intent.id, epoch });
    if (!claimed.ok) return; // settled meanwhile, or another host's: not ours to do
    const of = { callId: call.id, intentId: intent.id, epoch };
    try {
      await carryOut(provider, call, intent);
      await this.#report({ kind: 'settle', ...of, outcome: { result: 'fulfilled' } });
    } catch (cause) {
      const { code, reason } = SwitchhookError.from(cause, 'signalling');
      await this.#report({ kind: 'settle', ...of, outcome: { result: 'failed', code, reason } });
      await this.#afterFailure(call, intent, epoch);
    }
  }

  /** A call that could not be dialled, or that the network does not know when it is to end, is over. */
  async #afterFailure(call: CallRecord, { action }: Intent, epoch: number): Promise<void> {
    const ending = action === 'hangUp' || action === 'decline' || action === 'declineEverywhere';
    if (action !== 'dial' && !ending) return;
    const fact = { kind: 'disconnected', response: ending ? 'local' : 'error', endCode: null } as const;
    await this.#report({ kind: 'fact', call: { id: call.id }, fact, epoch });
  }

  #onEvent(event: ProviderEvent): void {
    if (event.kind === 'registration') this.#options.onRegistration(event);
    else if (event.kind === 'remoteAudio') this.#options.onRemoteAudio(event.key, event.stream);
    else this.#tell(event);
  }

  /** What the network says of a call, to the registry. */
  #tell(event: Extract<ProviderEvent, { kind: 'incoming' | 'fact' }>): void {
    const epoch = this.#epoch;
    if (epoch === null) return; // the lock is gone, and with it the right to speak
    const input: RegistryInput =
      event.kind === 'incoming'
        ? this.#incoming(event, epoch)
        : { kind: 'fact', call: event.call, fact: event.fact, epoch };
    this.#report(input).catch((error: unknown) => this.#options.onError(SwitchhookError.from(error)));
  }

  #incoming(event: Extract<ProviderEvent, { kind: 'incoming' }>, epoch: number): RegistryInput {
    const { providerCallId, peer, type, ringDeadline } = event;
    return {
      kind: 'newCall',
      callId: crypto.randomUUID(),
      providerCallId,
      account: this.#options.account,
      direction: 'incoming',
      entry: 'ringing',
      type,
      peer,
      capabilities: capabilitiesOf(this.#provider?.operations ?? []),
      ringDeadline,
      data: null,
      epoch,
    };
  }

  /** In order, after everything that was reported before. */
  #report(input: RegistryInput): Promise<Outcome> {
    const reported = this.#reports.then(() => this.#submit(input));
    this.#reports = reported.catch(() => undefined); // its own caller hears of it; the next report goes on
    return reported;
  }

  async #submit(input: RegistryInput): Promise<Outcome> {
    const { link } = this.#options;
    return link.submit({ id: crypto.randomUUID(), tab: link.tab, source: 'provider', input });
  }
}
