import type { Database } from './database.ts';

export interface SessionRow {
  id: string;
  accountId: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** Log-in sessions, found by the hash of their token. Their SIP credentials go with them (foreign key). */
export class SessionRepository {
  constructor(private readonly db: Database) {}

  async insert(session: SessionRow & { tokenHash: string; createdAt: number }): Promise<void> {
    await this.db
      .insertInto('sessions')
      .values({
        id: session.id,
        token_hash: session.tokenHash,
        account_id: session.accountId,
        created_at: session.createdAt,
        expires_at: session.expiresAt,
      })
      .execute();
  }

  async byTokenHash(tokenHash: string, now: number): Promise<SessionRow | undefined> {
    const row = await this.db
      .selectFrom('sessions')
      .select(['id', 'account_id', 'expires_at'])
      .where('token_hash', '=', tokenHash)
      .where('expires_at', '>', now)
      .executeTakeFirst();
    return row && { id: row.id, accountId: row.account_id, expiresAt: Number(row.expires_at) };
  }

  /**
   * The sessions that a device has its credentials or its subscription from. Of the session that asks, only where the device
   * is its only one: a browser that lost its device id has two under one log-in, and may put the old one away.
   */
  async ofDevice(accountId: string, device: string, asking: string): Promise<string[]> {
    const used = this.db
      .selectFrom('sip_credentials')
      .select(['session_id as session', 'device'])
      .where('account_id', '=', accountId)
      .union(
        this.db
          .selectFrom('push_subscriptions')
          .select(['session_id as session', 'device'])
          .where('account_id', '=', accountId),
      );
    const rows = await used.execute();
    const sessions = new Set(rows.filter((row) => row.device === device).map(({ session }) => session));
    if (rows.some((row) => row.session === asking && row.device !== device)) sessions.delete(asking);
    return [...sessions];
  }

  /** Those of these sessions that are there no more. */
  async gone(ids: readonly string[]): Promise<string[]> {
    if (ids.length === 0) return [];
    const rows = await this.db.selectFrom('sessions').select('id').where('id', 'in', ids).execute();
    const there = new Set(rows.map(({ id }) => id));
    return ids.filter((id) => !there.has(id));
  }

  async delete(id: string): Promise<void> {
    await this.db.deleteFrom('sessions').where('id', '=', id).execute();
  }

  async deleteOfAccount(accountId: string): Promise<void> {
    await this.db.deleteFrom('sessions').where('account_id', '=', accountId).execute();
  }

  async deleteExpired(now: number): Promise<void> {
    await this.db.deleteFrom('sessions').where('expires_at', '<=', now).execute();
  }
}
