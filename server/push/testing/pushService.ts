/** A push service in memory: what was sent to each device, and what the service answers. */
import { createECDH, randomBytes } from 'node:crypto';
import * as v from 'valibot';
import type { PushSubscriptionData } from '../../../shared/http/push.ts';
import { type PushPayload, pushPayload, type RingPayload } from '../../../shared/push/payload.ts';
import type { PushAnswer, PushMessage } from '../sender.ts';

/** Milliseconds: far more than a push takes here, and less than a test may last. */
const WAIT_MS = 4000;

export interface Pushed extends Omit<PushMessage, 'payload'> {
  payload: PushPayload;
  /** When it came. */
  at: number;
}

/** Keys as a browser makes them, at a push service that exists. */
export function makeSubscription(name: string = randomBytes(8).toString('hex')): PushSubscriptionData {
  const ecdh = createECDH('prime256v1');
  return {
    endpoint: `https://fcm.googleapis.com/fcm/send/${name}`,
    keys: { p256dh: ecdh.generateKeys('base64url'), auth: randomBytes(16).toString('base64url') },
  };
}

export class FakePushService {
  readonly pushes: Pushed[] = [];
  /** By endpoint; 201 where there is none. */
  readonly answers = new Map<string, PushAnswer>();
  readonly #waiting = new Set<() => void>();

  /** Without validation devices may have names that a person can read. */
  constructor(private readonly options: { validate: boolean } = { validate: true }) {}

  readonly send = (message: PushMessage): Promise<PushAnswer> => {
    const json: unknown = JSON.parse(message.payload);
    // The schema that the worker reads it with.
    const payload = this.options.validate ? v.parse(pushPayload, json) : (json as PushPayload);
    this.pushes.push({ ...message, payload, at: Date.now() });
    for (const wake of [...this.#waiting]) wake();
    return Promise.resolve(this.answers.get(message.subscription.endpoint) ?? { status: 201 });
  };

  to(device: string): Pushed[] {
    return this.pushes.filter(({ payload }) => payload.device === device);
  }

  /** The `count`th push of this type to a device, now or later. */
  async expect(device: string, type: PushPayload['type'], count = 1): Promise<Pushed> {
    const deadline = Date.now() + WAIT_MS;
    for (;;) {
      const found = this.to(device).filter(({ payload }) => payload.type === type)[count - 1];
      if (found) return found;
      if (!(await this.#next(deadline))) {
        const seen = this.to(device).map(({ payload }) => payload.type);
        throw new Error(`no ${type} number ${count} was pushed; the device got: ${seen.join(', ') || 'nothing'}`);
      }
    }
  }

  async expectRing(device: string, count = 1): Promise<{ push: Pushed; ring: RingPayload }> {
    const push = await this.expect(device, 'ring', count);
    if (push.payload.type !== 'ring') throw new Error('not a ring');
    return { push, ring: push.payload };
  }

  #next(deadline: number): Promise<boolean> {
    return new Promise((resolve) => {
      const done = (came: boolean): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve(came);
      };
      const wake = (): void => done(true);
      const timer = setTimeout(() => done(false), Math.max(deadline - Date.now(), 0));
      this.#waiting.add(wake);
    });
  }
}
