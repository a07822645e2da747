/**
 * The host tab: exactly one per origin. It holds the provider, reports what the network says, and carries out what people
 * ask; it writes no call by itself. A tab that is not the host watches whether the host does its work.
 */

import { survivesHost } from '../../shared/calls/intents.ts';
import type { CallRecord, Intent } from '../../shared/calls/record.ts';
import { fromWire, SwitchhookError } from '../../shared/errors.ts';
import type { Outcome, RegistryInput } from '../../shared/registry/input.ts';
import type { WorkerLink } from '../link/link.ts';
import type { RegistryMirror } from '../link/mirror.ts';
import type { Provider, ProviderEvent, ProviderSink } from '../providers/provider.ts';
import { Election } from './election.ts';
import { orphans, overdueAt, resumable, unclaimed } from './intents.ts';
import { Reports } from './reports.ts';
import { perform } from './steps.ts';

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

const NOT_RESUMABLE = new SwitchhookError('resumeFailed', {
  reason: 'This line cannot take a call over from another tab.',
});

/** What a tab has while it hosts. */
interface Term {
  epoch: number;
  provider: Provider;
  reports: Reports;
  /** Intents that this term has begun; an intent stays unclaimed in our view until the claim's delta arrives. */
  begun: Set<string>;
}

export class CallHost {
  readonly #options: HostOptions;
  #election: Election;
  #term: Term | undefined;
  #watch: ReturnType<typeof setTimeout> | undefined;
  #stopWatching: (() => void) | undefined;

  constructor(options: HostOptions) {
    this.#options = options;
    this.#election = this.#newElection();
  }

  #newElection(): Election {
    return new Election({ reign: (over) => this.#reign(over), onError: this.#options.onError });
  }

  /** Queues for the office; hosts when it is granted, until {@link stop}, {@link rest} or the end of the tab. */
  start(): void {
    this.#election = this.#newElection();
    this.#stopWatching = this.#options.mirror.onChange(() => this.#onChange());
    this.#election.stand().catch((error: unknown) => this.#fail(error));
  }

  async stop(): Promise<void> {
    this.#stopWatching?.();
    clearTimeout(this.#watch);
    await this.#endTerm()?.disconnect();
    this.#election.resign();
  }

  /** The browser is about to freeze this tab: the office goes to one that is awake. {@link start} stands for it again. */
  rest(): void {
    this.#stopWatching?.();
    clearTimeout(this.#watch);
    this.#election.resign();
  }

  /** A person wants the office here: takes it from the tab that has it, with the calls that it holds. */
  take(): void {
    this.#election.depose();
  }

  /** The page is going: whatever the provider can still say. */
  leave(): void {
    this.#endTerm()?.leave?.();
  }

  /** From now on what this term's work comes to is no news: whoever hosts next goes on with it. */
  #endTerm(): Provider | undefined {
    const provider = this.#term?.provider;
    this.#term = undefined;
    return provider;
  }

  async #reign(over: AbortSignal): Promise<void> {
    const { link, mirror, account, provider: create, onRole } = this.#options;
    const claim = { id: crypto.randomUUID(), tab: null, source: 'recovery', input: { kind: 'claimHost' } } as const;
    const outcome = await link.submit(claim);
    if (!outcome.ok) throw fromWire(outcome.error);
    const epoch = outcome.epoch ?? 0;
    const reports = new Reports({ link, epoch, account, onError: (error) => this.#fail(error) });
    const provider = await create((event) => this.#onEvent(event, reports));
    reports.provider = provider;
    const term: Term = { epoch, provider, reports, begun: new Set() };
    this.#term = term;
    onRole('host');
    provider.connect().catch((error: unknown) => {
      if (this.#term === term) this.#fail(SwitchhookError.from(error, 'registrationFailed'));
    });
    await mirror.until((state) => state.rev >= outcome.rev);
    if (this.#term === term) for (const call of orphans(mirror.state.live.values())) this.#takeUp(term, call);
    this.#onChange();
    if (!over.aborted)
      await new Promise<void>((resolve) => over.addEventListener('abort', () => resolve(), { once: true }));
    this.#term = undefined;
    provider.leave?.();
    onRole('guest');
  }

  /** A call that lost its host in conversation: resumed where the provider can; where not it is ended, and the person told why. */
  #takeUp(term: Term, call: CallRecord): void {
    const { provider, reports } = term;
    const wanted = resumable(call);
    const resumed = (wanted && provider.resume?.(wanted)) ?? Promise.reject(NOT_RESUMABLE);
    const ended = { kind: 'disconnected', response: 'error', endCode: null } as const;
    const lost = (error: unknown) => {
      if (this.#term !== term) return;
      if (this.#options.mirror.state.live.has(call.id)) this.#fail(error); // else it has ended some other way, which is told
      return reports.fact({ id: call.id }, ended);
    };
    resumed.catch(lost).catch((error: unknown) => this.#fail(error));
  }

  #onChange(): void {
    if (this.#term) this.#work(this.#term);
    else this.#watchHost();
  }

  #work(term: Term): void {
    for (const { call, intent } of unclaimed(this.#options.mirror.state.live.values())) {
      if (term.begun.has(intent.id)) continue;
      term.begun.add(intent.id);
      this.#carryOut(term, call, intent).catch((error: unknown) => this.#fail(error));
    }
  }

  /** A guest's duty: when the host leaves an intent lying, take its office. */
  #watchHost(): void {
    clearTimeout(this.#watch);
    const { live, host } = this.#options.mirror.state;
    const due = host ? overdueAt(live.values()) : null;
    if (due === null) return;
    const look = () => {
      const { live: now, host: still } = this.#options.mirror.state;
      const overdue = overdueAt(now.values());
      // Only the host that was found idle: a new one has a time of its own.
      if (!this.#term && overdue !== null && overdue <= Date.now() && still?.epoch === host?.epoch)
        this.#election.depose();
    };
    this.#watch = setTimeout(look, Math.max(0, due - Date.now()));
  }

  async #carryOut(term: Term, call: CallRecord, intent: Intent): Promise<void> {
    const { provider, reports, epoch } = term;
    const of = { callId: call.id, intentId: intent.id, epoch };
    const claimed = await this.#submit({ kind: 'claim', ...of });
    if (!claimed.ok) return; // settled meanwhile, or another host's: not ours to do
    const { mirror } = this.#options;
    try {
      await perform({ provider, reports, calls: () => mirror.state.live.values() }, call, intent);
      await reports.send({ kind: 'settle', ...of, outcome: { result: 'fulfilled' } });
    } catch (cause) {
      if (this.#term !== term && survivesHost(intent.action)) return; // the next host does it
      const { code, reason } = SwitchhookError.from(cause, 'signalling');
      await reports.send({ kind: 'settle', ...of, outcome: { result: 'failed', code, reason } });
      await this.#afterFailure(reports, call, intent);
    }
  }

  /** A call that could not be dialled, or that the network does not know when it is to end, is over. */
  async #afterFailure(reports: Reports, call: CallRecord, { action }: Intent): Promise<void> {
    const ending = action === 'hangUp' || action === 'decline' || action === 'declineEverywhere';
    if (action !== 'dial' && action !== 'takeHere' && !ending) return;
    await reports.fact({ id: call.id }, { kind: 'disconnected', response: ending ? 'local' : 'error', endCode: null });
  }

  #onEvent(event: ProviderEvent, reports: Reports): void {
    if (this.#term && this.#term.reports !== reports) return; // a provider of an earlier term; it has nothing to say any more
    if (event.kind === 'registration') this.#options.onRegistration(event);
    else if (event.kind === 'remoteAudio') this.#options.onRemoteAudio(event.key, event.stream);
    else reports.tell(event);
  }

  #submit(input: RegistryInput): Promise<Outcome> {
    return this.#options.link.submit({ id: crypto.randomUUID(), tab: null, source: 'provider', input });
  }

  #fail(error: unknown): void {
    this.#options.onError(SwitchhookError.from(error));
  }
}
