import { randomUUID } from 'node:crypto';
import type { PushPayload } from '../../shared/push/payload.ts';
import type { PushTarget } from '../storage/pushSubscriptions.ts';
import type { Courier } from './courier.ts';
import { Delivery, type DeliveryPlan } from './delivery.ts';
import { type Addressed, encodePayload } from './payloads.ts';
import { type Schedule, secondsLeft } from './policy.ts';
import type { PushMessage } from './sender.ts';

/** How one thing is said to one device. */
export interface Saying {
  payload(to: Addressed): PushPayload;
  /** Milliseconds since the epoch: of no use after it. */
  until: number;
  topic: string;
}

/** One device's part in a ring by push: what it has been sent, and what it has said. */
export class Member {
  /** The worker has shown the ring. */
  acknowledged = false;
  /** It declined or refused: it has had its say, and is told nothing more. */
  out = false;
  /** Declined with its token: to say so again is no mistake. */
  declined = false;
  /** Another device has the call. */
  quieted = false;
  attempts = 0;
  /** One for all repetitions of a ring, so that the worker shows it once. */
  #ringId: string = randomUUID();
  #ring: Delivery | undefined;
  #watch: NodeJS.Timeout | undefined;
  /** Pushes to one device leave in their order: what is on its way must not overtake what replaces it. */
  #last: Promise<void> = Promise.resolve();

  constructor(
    readonly target: PushTarget,
    private readonly courier: Courier,
    private readonly schedule: Schedule,
  ) {}

  /** The event id of its ring, whichever way the ring comes. */
  get ringId(): string {
    return this.#ringId;
  }

  get device(): string {
    return this.target.device;
  }

  /** At least one push may have arrived. */
  get wasRung(): boolean {
    return this.attempts > 0;
  }

  /** The page that had taken the ring over is gone: its worker has to show it once more. */
  again(): void {
    this.acknowledged = false;
    this.#ringId = randomUUID();
  }

  /** Looks after it once more when `ms` have passed. */
  watch(ms: number, then: () => void): void {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(then, ms).unref();
  }

  /** Rings until it is told to stop; `failed` when the push service will never take it. */
  ring(saying: Saying, { wanted, failed }: { wanted(): boolean; failed(): void }): void {
    this.#stop();
    this.#ring = new Delivery(
      this.courier,
      { ...this.#plan(saying, this.#ringId, 'high'), repeat: true, wanted, failed },
      this.schedule,
    );
  }

  /** Rings no more, and watches no more. */
  rest(): void {
    clearTimeout(this.#watch);
    this.#stop();
  }

  /** Something else than a ring; it replaces a ring that was not delivered, and comes after one that is on its way. */
  tell(saying: Saying, urgency: PushMessage['urgency']): void {
    this.rest();
    const plan = { ...this.#plan(saying, randomUUID(), urgency), repeat: false };
    this.#last = this.#last.then(() => new Delivery(this.courier, plan, this.schedule).first);
    this.courier.track(this.#last);
  }

  #stop(): void {
    const ring = this.#ring;
    this.#ring = undefined;
    if (ring) this.#last = Promise.all([this.#last, ring.stop()]).then(() => undefined);
  }

  #plan(
    { payload, until, topic }: Saying,
    eventId: string,
    urgency: PushMessage['urgency'],
  ): Omit<DeliveryPlan, 'repeat'> {
    const { device, subscription } = this.target;
    const make = (): PushMessage => {
      this.attempts += 1;
      const now = Date.now();
      const text = encodePayload(payload({ device, eventId, serverTime: now }));
      return { subscription, payload: text, ttl: secondsLeft(until, now), urgency, topic };
    };
    return { make, until };
  }
}
