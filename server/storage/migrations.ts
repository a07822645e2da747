import type { Kysely, Migration, MigrationProvider } from 'kysely';

/** Every change of the schema, in order of its name. A migration that was released is never edited. */
const migrations: Record<string, Migration> = {
  '0001_accounts_and_calls': { up: createTables },
  '0002_push': { up: createPushTables },
  '0003_pbx_calls': { up: createPbxCalls },
  '0004_live_calls': { up: createLiveCalls },
};

export const migrationProvider: MigrationProvider = {
  getMigrations: () => Promise.resolve(migrations),
};

/** Kysely hands migrations an untyped database: they describe the schema of their time, not today's. */
async function createTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('accounts')
    .addColumn('id', 'varchar(36)', (c) => c.primaryKey())
    .addColumn('username', 'varchar(64)', (c) => c.notNull().unique())
    .addColumn('extension', 'varchar(32)', (c) => c.notNull().unique())
    .addColumn('display_name', 'varchar(128)', (c) => c.notNull())
    .addColumn('avatar_url', 'varchar(2048)')
    .addColumn('password_hash', 'varchar(255)', (c) => c.notNull())
    .addColumn('demo', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .execute();
  await createSessionTables(db);
  await createCallRecords(db);
}

async function createSessionTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('sessions')
    .addColumn('id', 'varchar(36)', (c) => c.primaryKey())
    .addColumn('token_hash', 'varchar(64)', (c) => c.notNull().unique())
    .addColumn('account_id', 'varchar(36)', (c) => c.notNull().references('accounts.id').onDelete('cascade'))
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('sessions_account').on('sessions').column('account_id').execute();
  await db.schema
    .createTable('sip_credentials')
    .addColumn('auth_user', 'varchar(64)', (c) => c.primaryKey())
    .addColumn('account_id', 'varchar(36)', (c) => c.notNull().references('accounts.id').onDelete('cascade'))
    .addColumn('device', 'varchar(36)', (c) => c.notNull())
    .addColumn('session_id', 'varchar(36)', (c) => c.notNull().references('sessions.id').onDelete('cascade'))
    .addColumn('ha1', 'varchar(32)', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addUniqueConstraint('sip_credentials_device', ['account_id', 'device'])
    .execute();
  await db.schema.createIndex('sip_credentials_session').on('sip_credentials').column('session_id').execute();
  await db.schema
    .createTable('login_failures')
    .addColumn('username', 'varchar(64)', (c) => c.primaryKey())
    .addColumn('failures', 'integer', (c) => c.notNull())
    .addColumn('last_at', 'bigint', (c) => c.notNull())
    .addColumn('locked_until', 'bigint', (c) => c.notNull())
    .execute();
}

async function createCallRecords(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('call_records')
    .addColumn('id', 'varchar(36)', (c) => c.primaryKey())
    .addColumn('call_id', 'varchar(255)', (c) => c.notNull())
    .addColumn('caller', 'varchar(32)', (c) => c.notNull())
    .addColumn('callee', 'varchar(255)', (c) => c.notNull())
    .addColumn('started_at', 'bigint', (c) => c.notNull())
    .addColumn('answered_at', 'bigint')
    .addColumn('ended_at', 'bigint')
    .addColumn('final_code', 'integer')
    .execute();
  await db.schema.createIndex('call_records_call_id').on('call_records').column('call_id').execute();
  await db.schema.createIndex('call_records_started').on('call_records').column('started_at').execute();
}

async function createPushTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('push_subscriptions')
    .addColumn('account_id', 'varchar(36)', (c) => c.notNull().references('accounts.id').onDelete('cascade'))
    .addColumn('device', 'varchar(36)', (c) => c.notNull())
    .addColumn('session_id', 'varchar(36)', (c) => c.notNull().references('sessions.id').onDelete('cascade'))
    .addColumn('endpoint', 'varchar(2048)', (c) => c.notNull())
    .addColumn('p256dh', 'varchar(128)', (c) => c.notNull())
    .addColumn('auth', 'varchar(64)', (c) => c.notNull())
    .addColumn('name', 'varchar(128)', (c) => c.notNull())
    .addColumn('origin', 'varchar(512)', (c) => c.notNull())
    .addColumn('updated_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('push_subscriptions_device', ['account_id', 'device'])
    .execute();
  await db.schema.createIndex('push_subscriptions_session').on('push_subscriptions').column('session_id').execute();
  await db.schema.createIndex('push_subscriptions_endpoint').on('push_subscriptions').column('endpoint').execute();
  await db.schema
    .createTable('server_keys')
    .addColumn('name', 'varchar(32)', (c) => c.primaryKey())
    .addColumn('value', 'varchar(1024)', (c) => c.notNull())
    .execute();
  // Missed calls are asked for by callee and time at every start of a page.
  await db.schema.createIndex('call_records_callee').on('call_records').columns(['callee', 'ended_at']).execute();
}

async function createPbxCalls(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('pbx_calls')
    .addColumn('call_id', 'varchar(255)', (c) => c.primaryKey())
    .addColumn('ring_id', 'varchar(64)', (c) => c.notNull())
    .addColumn('owner', 'varchar(36)', (c) => c.notNull())
    .addColumn('owner_url', 'varchar(512)', (c) => c.notNull())
    .addColumn('lease_until', 'bigint', (c) => c.notNull())
    .addColumn('facts', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('pbx_calls_lease').on('pbx_calls').column('lease_until').execute();
}

async function createLiveCalls(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('live_calls')
    .addColumn('call_id', 'varchar(255)', (c) => c.primaryKey())
    .addColumn('first_call_id', 'varchar(255)', (c) => c.notNull())
    .addColumn('caller', 'varchar(36)', (c) => c.notNull().references('accounts.id').onDelete('cascade'))
    .addColumn('caller_device', 'varchar(36)')
    .addColumn('caller_tag', 'varchar(255)', (c) => c.notNull())
    .addColumn('caller_target', 'varchar(512)')
    .addColumn('callee', 'varchar(36)', (c) => c.notNull().references('accounts.id').onDelete('cascade'))
    .addColumn('callee_device', 'varchar(36)')
    .addColumn('callee_tag', 'varchar(255)', (c) => c.notNull())
    .addColumn('callee_target', 'varchar(512)')
    .addColumn('answered_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .execute();
  for (const column of ['caller', 'callee', 'first_call_id', 'expires_at'])
    await db.schema.createIndex(`live_calls_${column}`).on('live_calls').column(column).execute();
}
