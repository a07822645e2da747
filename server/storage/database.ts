import { Kysely, Migrator, sql } from 'kysely';
import { SwitchhookError } from '../../shared/errors.ts';
import { migrationProvider } from './migrations.ts';
import { postgresDialect } from './postgres.ts';
import type { Schema } from './schema.ts';
import { sqliteDialect } from './sqlite.ts';

export { MEMORY } from './sqlite.ts';

export type Database = Kysely<Schema>;

export interface DatabaseConfig {
  /** Directory of the SQLite file, or `:memory:`; of no meaning with a `databaseUrl`. */
  dataDir: string;
  /** `postgres://user:password@host:port/name` */
  databaseUrl?: string;
}

/**
 * Opens the database and brings its schema up to date. `lost` is told of connections that broke while nobody used them;
 * the next query opens another.
 * @throws SwitchhookError `storage` when it cannot be opened, `schemaTooNew` when a later version has written it.
 */
export async function openDatabase(config: DatabaseConfig, lost: (error: Error) => void): Promise<Database> {
  const { dataDir, databaseUrl } = config;
  const dialect = databaseUrl === undefined ? sqliteDialect(dataDir) : postgresDialect(databaseUrl, lost);
  const db = new Kysely<Schema>({ dialect });
  try {
    await connect(db);
    await migrate(db);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return db;
}

async function connect(db: Database): Promise<void> {
  try {
    await sql`select 1`.execute(db);
  } catch (cause) {
    // Not its address: that holds a password.
    throw new SwitchhookError('storage', { reason: 'the database does not answer', cause });
  }
}

async function migrate(db: Database): Promise<void> {
  const { error } = await new Migrator({ db, provider: migrationProvider }).migrateToLatest();
  if (error === undefined) return;
  // Kysely refuses a database that knows migrations which this version does not.
  const tooNew = error instanceof Error && error.message.includes('previously executed migration');
  throw new SwitchhookError(tooNew ? 'schemaTooNew' : 'storage', {
    reason: tooNew ? 'the database was written by a later version' : 'the database could not be brought up to date',
    cause: error,
  });
}
