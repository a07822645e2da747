import type { FastifyBaseLogger } from 'fastify';
import type { SessionListener } from '../accounts/sessions.ts';
import type { Config } from '../config.ts';
import type { AccountRepository } from '../storage/accounts.ts';
import type { Database } from '../storage/database.ts';
import { PushSubscriptionRepository } from '../storage/pushSubscriptions.ts';
import { ServerKeyRepository } from '../storage/serverKeys.ts';
import { Courier, type CourierCounters } from './courier.ts';
import { PushGateway } from './gateway.ts';
import { loadPushKeys } from './keys.ts';
import { webPushSender } from './sender.ts';

/** Everything about push, put together. */
export interface Push {
  gateway: PushGateway;
  subscriptions: PushSubscriptionRepository;
  vapidPublicKey: string;
  /** Devices that are logged out are rung no more. */
  sessions: SessionListener;
  readonly stats: CourierCounters & { pushRings: number };
  /** Waits briefly for pushes that are under way. */
  settled(): Promise<void>;
}

export interface PushParts {
  config: Config;
  db: Database;
  accounts: AccountRepository;
  log: FastifyBaseLogger;
}

export async function createPush({ config, db, accounts, log }: PushParts): Promise<Push> {
  const { limits, push, sipDomain } = config;
  const keys = await loadPushKeys(new ServerKeyRepository(db));
  const subscriptions = new PushSubscriptionRepository(db);
  const subject = push.subject ?? `mailto:admin@${sipDomain}`;
  const send = push.send ?? webPushSender(keys.vapid, subject, push, limits.pushTimeoutMs);
  const courier = new Courier(send, (endpoint) => subscriptions.removeEndpoint(endpoint), limits, log);
  const gateway = new PushGateway({ accounts, subscriptions, courier, tokenKey: keys.tokens, limits, log });
  return {
    gateway,
    subscriptions,
    vapidPublicKey: keys.vapid.publicKey,
    sessions: {
      sessionEnded: (id) => gateway.forget(({ sessionId }) => sessionId === id),
      accountLoggedOut: (id) => gateway.forget(({ accountId }) => accountId === id),
    },
    get stats() {
      return { ...courier.counters, pushRings: gateway.size };
    },
    settled: () => courier.settled(limits.pushDrainMs),
  };
}
