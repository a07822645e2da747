import type { FastifyBaseLogger } from 'fastify';
import type { Limits } from '../limits.ts';
import { judge, type Outcome } from './policy.ts';
import type { PushAnswer, PushMessage, PushSender } from './sender.ts';

export interface CourierCounters {
  pushesSent: number;
  pushesFailed: number;
  /** Not sent because too many were waiting. */
  pushesDropped: number;
}

/** Hands pushes to the sender, a bounded number at a time, and forgets subscriptions that the service calls gone. */
export class Courier {
  readonly counters: CourierCounters = { pushesSent: 0, pushesFailed: 0, pushesDropped: 0 };
  readonly #waiting: (() => void)[] = [];
  readonly #open = new Set<Promise<unknown>>();
  #inFlight = 0;

  constructor(
    private readonly send: PushSender,
    private readonly subscriptionGone: (endpoint: string) => Promise<void>,
    private readonly limits: Pick<Limits, 'pushesInFlight' | 'pushesQueued' | 'pushTimeoutMs'>,
    private readonly log: Pick<FastifyBaseLogger, 'debug' | 'warn' | 'error'>,
  ) {}

  /** Never rejects. The message is made when its turn has come, so that its times are true then; or is not wanted then. */
  deliver(make: () => PushMessage | undefined): Promise<Outcome> {
    if (this.#waiting.length >= this.limits.pushesQueued) {
      this.counters.pushesDropped += 1;
      return Promise.resolve({ kind: 'later', status: 0, afterMs: 0 });
    }
    const delivery = this.#deliver(make);
    this.track(delivery);
    return delivery;
  }

  /** What {@link settled} waits for too: pushes that will leave when an earlier one has arrived. */
  track(work: Promise<unknown>): void {
    const tracked: Promise<unknown> = work.finally(() => this.#open.delete(tracked));
    this.#open.add(tracked);
  }

  /** Waits for what is on its way, at most `ms`. */
  async settled(ms: number): Promise<void> {
    const late = new Promise<void>((resolve) => setTimeout(resolve, ms).unref());
    while (this.#open.size > 0) {
      const all = Promise.all(this.#open).then(() => true);
      if (!(await Promise.race([all, late.then(() => false)]))) return;
    }
  }

  async #deliver(make: () => PushMessage | undefined): Promise<Outcome> {
    if (this.#inFlight >= this.limits.pushesInFlight) await new Promise<void>((go) => this.#waiting.push(go));
    else this.#inFlight += 1;
    try {
      const message = make();
      if (!message) return { kind: 'refused', status: 0 };
      const { status, retryAfter } = await this.#answer(message);
      const outcome = judge(status, retryAfter, Date.now());
      await this.#note(outcome, message);
      return outcome;
    } catch (error) {
      this.log.error({ err: error }, 'push not made');
      return { kind: 'refused', status: 0 };
    } finally {
      // The place goes to the next one, or becomes free.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#inFlight -= 1;
    }
  }

  /** A service that never finishes its answer counts as not reached: its slot is needed. */
  async #answer(message: PushMessage): Promise<PushAnswer> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<PushAnswer>((resolve) => {
      timer = setTimeout(() => resolve({ status: 0 }), this.limits.pushTimeoutMs).unref();
    });
    try {
      return await Promise.race([this.send(message).catch(() => ({ status: 0 })), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Codes only: an endpoint is an address of one person's browser. */
  async #note(outcome: Outcome, { subscription }: PushMessage): Promise<void> {
    if (outcome.kind === 'accepted') {
      this.counters.pushesSent += 1;
      return;
    }
    this.counters.pushesFailed += 1;
    const { kind, status } = outcome;
    if (kind === 'gone') this.log.debug({ status }, 'push subscription is gone');
    else this.log.warn({ status, again: kind === 'later' }, 'push not accepted');
    if (kind !== 'gone') return;
    try {
      await this.subscriptionGone(subscription.endpoint);
    } catch (error) {
      this.log.error({ err: error }, 'push subscription not removed');
    }
  }
}
