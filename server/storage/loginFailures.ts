import type { Database } from './database.ts';

export interface LoginFailures {
  failures: number;
  lastAt: number;
  /** Milliseconds since the epoch; 0 when not locked. */
  lockedUntil: number;
}

/** Wrong passwords by user name, known or not, so that a lock-out does not tell which names exist. */
export class LoginFailureRepository {
  constructor(private readonly db: Database) {}

  async get(username: string): Promise<LoginFailures | undefined> {
    const row = await this.db
      .selectFrom('login_failures')
      .selectAll()
      .where('username', '=', username)
      .executeTakeFirst();
    return row && { failures: row.failures, lastAt: Number(row.last_at), lockedUntil: Number(row.locked_until) };
  }

  async put(username: string, { failures, lastAt, lockedUntil }: LoginFailures): Promise<void> {
    const values = { failures, last_at: lastAt, locked_until: lockedUntil };
    await this.db
      .insertInto('login_failures')
      .values({ username, ...values })
      .onConflict((conflict) => conflict.column('username').doUpdateSet(values))
      .execute();
  }

  async clear(username: string): Promise<void> {
    await this.db.deleteFrom('login_failures').where('username', '=', username).execute();
  }

  async deleteBefore(time: number): Promise<void> {
    await this.db.deleteFrom('login_failures').where('last_at', '<', time).where('locked_until', '<', time).execute();
  }
}
