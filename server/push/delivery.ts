import type { Courier } from './courier.ts';
import { nextSend, type Outcome, type Schedule } from './policy.ts';
import type { PushMessage } from './sender.ts';

export interface DeliveryPlan {
  make(): PushMessage;
  /** Milliseconds since the epoch: not sent again after it. */
  until: number;
  /** Sent again although the service took it, until it is stopped. */
  repeat: boolean;
  /** Asked before each repetition. */
  wanted?(): boolean;
  /** The service will never take it. */
  failed?(outcome: Outcome): void;
}

/** One push, sent until it has done its work or its time is over. */
export class Delivery {
  #attempts = 0;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;
  #current: Promise<void>;
  /** The first attempt is over. */
  readonly first: Promise<void>;

  constructor(
    private readonly courier: Courier,
    private readonly plan: DeliveryPlan,
    private readonly schedule: Schedule,
  ) {
    this.first = this.#send();
    this.#current = this.first;
  }

  /** Sends no more; resolves when the one that is on its way has arrived, so that what follows cannot overtake it. */
  stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    return this.#current;
  }

  async #send(): Promise<void> {
    this.#attempts += 1;
    const outcome = await this.courier.deliver(() => (this.#stopped ? undefined : this.plan.make()));
    if (this.#stopped) return;
    const { until, repeat } = this.plan;
    const now = Date.now();
    const wait = nextSend(outcome, { attempts: this.#attempts, repeat, until, now }, this.schedule);
    if (wait !== undefined) this.#timer = setTimeout(() => this.#again(), wait).unref();
    else if (outcome.kind === 'gone' || outcome.kind === 'refused') this.plan.failed?.(outcome);
  }

  #again(): void {
    if (this.plan.wanted?.() === false) this.#stopped = true;
    else this.#current = this.#send();
  }
}
