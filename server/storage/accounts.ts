import type { Insertable, Selectable, SelectQueryBuilder } from 'kysely';
import type { Database } from './database.ts';
import type { AccountsTable, Schema } from './schema.ts';

export interface Account {
  id: string;
  username: string;
  extension: string;
  displayName: string;
  avatarUrl: string | null;
}

export interface AccountWithPassword extends Account {
  passwordHash: string;
}

export interface NewAccount extends AccountWithPassword {
  demo: boolean;
  createdAt: number;
}

/** Accounts. With `demo: false` the demo accounts do not exist, for no query: not to log in, to ring, or to be listed. */
export class AccountRepository {
  constructor(
    private readonly db: Database,
    readonly options: { demo: boolean },
  ) {}

  async byUsername(username: string): Promise<AccountWithPassword | undefined> {
    const row = await this.#visible().where('username', '=', username.toLowerCase()).executeTakeFirst();
    return row && { ...toAccount(row), passwordHash: row.password_hash };
  }

  async byId(id: string): Promise<Account | undefined> {
    const row = await this.#visible().where('id', '=', id).executeTakeFirst();
    return row && toAccount(row);
  }

  async byExtension(extension: string): Promise<Account | undefined> {
    const row = await this.#visible().where('extension', '=', extension).executeTakeFirst();
    return row && toAccount(row);
  }

  /** All, by extension. */
  async list(): Promise<Account[]> {
    return (await this.#visible().orderBy('extension').execute()).map(toAccount);
  }

  async insert(account: NewAccount): Promise<void> {
    await this.db.insertInto('accounts').values(toRow(account)).execute();
  }

  /** Nothing where its user name or its extension is taken. */
  async insertIfMissing(account: NewAccount): Promise<void> {
    await this.db
      .insertInto('accounts')
      .values(toRow(account))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }

  /** With its sessions, credentials and subscriptions (foreign keys). */
  async remove(id: string): Promise<void> {
    await this.db.deleteFrom('accounts').where('id', '=', id).execute();
  }

  async setPasswordHash(id: string, passwordHash: string): Promise<void> {
    await this.db.updateTable('accounts').set({ password_hash: passwordHash }).where('id', '=', id).execute();
  }

  #visible(): SelectQueryBuilder<Schema, 'accounts', Selectable<AccountsTable>> {
    const all = this.db.selectFrom('accounts').selectAll();
    return this.options.demo ? all : all.where('demo', '=', 0);
  }
}

function toRow(account: NewAccount): Insertable<AccountsTable> {
  return {
    id: account.id,
    username: account.username.toLowerCase(),
    extension: account.extension,
    display_name: account.displayName,
    avatar_url: account.avatarUrl,
    password_hash: account.passwordHash,
    demo: account.demo ? 1 : 0,
    created_at: account.createdAt,
  };
}

function toAccount(row: Selectable<AccountsTable>): Account {
  const { id, username, extension, display_name: displayName, avatar_url: avatarUrl } = row;
  return { id, username, extension, displayName, avatarUrl };
}

/**
 * Holds the account's row until the transaction ends, so that two that replace something of an account do it one after
 * the other on PostgreSQL too. A write that changes nothing, because SQLite knows no `for update`.
 */
export async function lockAccount(trx: Database, accountId: string): Promise<void> {
  await trx
    .updateTable('accounts')
    .set((e) => ({ demo: e.ref('demo') }))
    .where('id', '=', accountId)
    .execute();
}
