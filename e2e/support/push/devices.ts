/** The browsers that a push service knows, what they have subscribed to, and what waits for them. */

import { randomBytes } from 'node:crypto';

/** A push message on its way (RFC 8030 5). */
export interface Message {
  id: string;
  subscription: Subscription;
  /** Encrypted for the device (RFC 8291); empty when it carries nothing. */
  body: Buffer;
  topic: string | null;
  /** s. */
  ttl: number;
  /** ms since the epoch. */
  sentAt: number;
}

export interface Subscription {
  /** The last part of the endpoint's path. */
  token: string;
  device: Device;
  /** What the browser calls it; the service gives it back with each message. */
  channel: string;
  /** The application server's key, base64url, that it is restricted to (RFC 8292 4). */
  key: string;
}

type Send = (message: Message) => void;

/** A browser. Messages stay until it says that it has them, or until they are too old (RFC 8030 5.2, 6.2). */
export class Device {
  readonly id: string;
  #kept: Message[] = [];
  #send: Send | null = null;

  constructor(id: string) {
    this.id = id;
  }

  get connected(): boolean {
    return this.#send !== null;
  }

  post(message: Message): void {
    // RFC 8030 5.4: a topic replaces the message of the same topic that has not been delivered.
    if (message.topic !== null) this.#keep((kept) => !isSameTopic(kept, message));
    // RFC 8030 5.2: with a TTL of 0 it is delivered now or never.
    if (message.ttl > 0) this.#kept.push(message);
    this.#send?.(message);
  }

  /** The browser is there: it gets everything that waits for it, oldest first. */
  connect(send: Send): void {
    this.#send = send;
    const now = Date.now();
    this.#keep(({ sentAt, ttl }) => sentAt + ttl * 1000 > now);
    for (const message of [...this.#kept]) send(message);
  }

  /** @param send what `connect` was given: a connection that has been replaced since takes nothing down with it */
  disconnect(send: Send): void {
    if (this.#send === send) this.#send = null;
  }

  acknowledge(messageId: string): void {
    this.#keep(({ id }) => id !== messageId);
  }

  /** What was posted to a subscription goes with it. */
  drop(subscription: Subscription): void {
    this.#keep((kept) => kept.subscription !== subscription);
  }

  #keep(wanted: (message: Message) => boolean): void {
    this.#kept = this.#kept.filter(wanted);
  }
}

const isSameTopic = (one: Message, other: Message) =>
  one.topic === other.topic && one.subscription === other.subscription;

export class Subscriptions {
  readonly #active = new Map<string, Subscription>();
  readonly #gone = new Set<string>();

  add(device: Device, channel: string, key: string): Subscription {
    const token = randomBytes(48).toString('base64url');
    const subscription = { token, device, channel, key: key.replace(/=+$/, '') };
    this.#active.set(token, subscription);
    return subscription;
  }

  /** `gone` when there was one: an endpoint may tell that from one that never was (RFC 8030 7.3). */
  find(token: string): Subscription | 'gone' | undefined {
    return this.#active.get(token) ?? (this.#gone.has(token) ? 'gone' : undefined);
  }

  removeChannel(device: Device, channel: string): void {
    for (const subscription of this.#active.values())
      if (subscription.device === device && subscription.channel === channel) this.remove(subscription.token);
  }

  remove(token: string): void {
    const subscription = this.#active.get(token);
    if (!subscription) return;
    subscription.device.drop(subscription);
    this.#active.delete(token);
    this.#gone.add(token);
  }
}
