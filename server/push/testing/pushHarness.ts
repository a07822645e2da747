/** A switchboard with a push service in memory, and devices that can be woken. */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { PushSubscriptionData, RespondResult } from '../../../shared/http/push.ts';
import type { RingPayload } from '../../../shared/push/payload.ts';
import type { ConfigInput } from '../../config.ts';
import { Harness } from '../../sip/testing/harness.ts';
import type { RawClient } from '../../sip/testing/rawClient.ts';
import { FakePushService, makeSubscription } from './pushService.ts';

/** A browser that is logged in and subscribed, and closed. */
export interface Sleeper {
  extension: string;
  device: string;
  cookie: string;
  subscription: PushSubscriptionData;
}

export class PushHarness {
  private constructor(
    readonly harness: Harness,
    readonly service: FakePushService,
  ) {}

  static async start(config: ConfigInput = {}): Promise<PushHarness> {
    const service = new FakePushService();
    const harness = await Harness.start({ ...config, push: { send: service.send, ...config.push } });
    return new PushHarness(harness, service);
  }

  /** Of a switchboard that runs and sends its pushes to this service. */
  static over(harness: Harness, service: FakePushService): PushHarness {
    return new PushHarness(harness, service);
  }

  stop(): Promise<void> {
    return this.harness.stop();
  }

  async sleeper(extension: string, given: Partial<Sleeper> = {}): Promise<Sleeper> {
    const cookie = given.cookie ?? (await this.harness.logIn(extension));
    const sleeper = { extension, device: randomUUID(), cookie, subscription: makeSubscription(), ...given };
    const response = await this.subscribe(sleeper);
    expect(response.status).toBe(204);
    return sleeper;
  }

  subscribe({
    cookie,
    device,
    subscription,
    name = 'Firefox on Linux',
  }: Omit<Sleeper, 'extension'> & { name?: string }): Promise<Response> {
    const body = { device, subscription, name };
    return this.harness.fetch('/api/push/subscription', { method: 'PUT', cookie, body });
  }

  /** The browser opens the phone: same device, a socket of its own. */
  wakeUp({ extension, device, cookie }: Sleeper): Promise<RawClient> {
    return this.harness.phone(extension, { device, cookie });
  }

  /** What the worker says, by the way that its push showed it. */
  async respond(
    { respond }: RingPayload,
    what: string,
    body?: object,
  ): Promise<{ status: number } & Partial<RespondResult>> {
    const headers = { authorization: `Bearer ${respond.token}` };
    const { pathname } = new URL(respond.url);
    const response = await this.harness.fetch(`${pathname}/${what}`, {
      method: 'POST',
      headers,
      ...(body === undefined ? {} : { body }),
    });
    const json = (await response.json()) as Partial<RespondResult>;
    return { status: response.status, ...json };
  }
}
