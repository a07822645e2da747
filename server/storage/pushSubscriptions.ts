import type { Selectable } from 'kysely';
import type { PushSubscriptionData } from '../../shared/http/push.ts';
import { lockAccount } from './accounts.ts';
import type { Database } from './database.ts';
import type { PushSubscriptionsTable } from './schema.ts';

/** Where a device can be woken. */
export interface PushTarget {
  accountId: string;
  /** UUID, lower case. */
  device: string;
  sessionId: string;
  subscription: PushSubscriptionData;
  /** Origin of the page that subscribed: where its worker finds us. */
  origin: string;
}

/** A device of an account, as far as the database knows it. */
export interface KnownDevice {
  device: string;
  name: string;
  push: boolean;
  lastSeen: number;
}

/** Push subscriptions, one per account and device. They die with the session that made them (foreign key). */
export class PushSubscriptionRepository {
  constructor(private readonly db: Database) {}

  /** A new one, or the same again; at most `max` of an account are kept, the latest ones. */
  async put(target: PushTarget & { name: string }, now: number, max: number): Promise<void> {
    const { accountId, device, subscription } = target;
    const values = {
      session_id: target.sessionId,
      endpoint: subscription.endpoint,
      p256dh: subscription.keys.p256dh,
      auth: subscription.keys.auth,
      name: target.name,
      origin: target.origin,
      updated_at: now,
    };
    // A worker that renews its subscription does not know what the page called the device.
    const { name, ...unnamed } = values;
    const renewed = name === '' ? unnamed : values;
    await this.db.transaction().execute(async (trx) => {
      await lockAccount(trx, accountId);
      // A browser whose device id was lost comes with a new one; two rows would ring it twice.
      await trx
        .deleteFrom('push_subscriptions')
        .where('account_id', '=', accountId)
        .where('endpoint', '=', subscription.endpoint)
        .where('device', '<>', device)
        .execute();
      await trx
        .insertInto('push_subscriptions')
        .values({ account_id: accountId, device, ...values })
        .onConflict((conflict) => conflict.columns(['account_id', 'device']).doUpdateSet(renewed))
        .execute();
      const kept = trx
        .selectFrom('push_subscriptions')
        .select('device')
        .where('account_id', '=', accountId)
        .orderBy('updated_at', 'desc')
        .orderBy('device')
        .limit(max);
      await trx
        .deleteFrom('push_subscriptions')
        .where('account_id', '=', accountId)
        .where('device', 'not in', kept)
        .execute();
    });
  }

  /** Those of an account whose session has not run out. */
  async ofAccount(accountId: string, now: number): Promise<PushTarget[]> {
    const rows = await this.db
      .selectFrom('push_subscriptions as p')
      .innerJoin('sessions as s', 's.id', 'p.session_id')
      .selectAll('p')
      .where('p.account_id', '=', accountId)
      .where('s.expires_at', '>', now)
      .execute();
    return rows.map(toTarget);
  }

  async remove(accountId: string, device: string): Promise<void> {
    await this.db
      .deleteFrom('push_subscriptions')
      .where('account_id', '=', accountId)
      .where('device', '=', device)
      .execute();
  }

  /** The push service knows it no more, whoever it belonged to. */
  async removeEndpoint(endpoint: string): Promise<void> {
    await this.db.deleteFrom('push_subscriptions').where('endpoint', '=', endpoint).execute();
  }

  /** Devices that have SIP credentials, a subscription, or both. */
  async devices(accountId: string): Promise<KnownDevice[]> {
    const subscribed = await this.db
      .selectFrom('push_subscriptions')
      .select(['device', 'name', 'updated_at'])
      .where('account_id', '=', accountId)
      .execute();
    const phones = await this.db
      .selectFrom('sip_credentials')
      .select(['device', 'created_at'])
      .where('account_id', '=', accountId)
      .execute();
    const known = new Map<string, KnownDevice>();
    for (const { device, name, updated_at } of subscribed) {
      known.set(device, { device, name, push: true, lastSeen: Number(updated_at) });
    }
    for (const { device, created_at } of phones) {
      const { name = '', push = false, lastSeen = 0 } = known.get(device) ?? {};
      known.set(device, { device, name, push, lastSeen: Math.max(lastSeen, Number(created_at)) });
    }
    return [...known.values()].sort((a, b) => b.lastSeen - a.lastSeen);
  }
}

function toTarget(row: Selectable<PushSubscriptionsTable>): PushTarget {
  const { account_id: accountId, device, session_id: sessionId, endpoint, p256dh, auth, origin } = row;
  return { accountId, device, sessionId, origin, subscription: { endpoint, keys: { p256dh, auth } } };
}
