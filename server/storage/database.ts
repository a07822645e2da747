import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Kysely, Migrator, SqliteDialect } from 'kysely';
import LibsqlDatabase from 'libsql';
import { SwitchhookError } from '../../shared/errors.ts';
import { migrationProvider } from './migrations.ts';
import type { Schema } from './schema.ts';

export type Database = Kysely<Schema>;

/** In place of a directory: a database that is gone with the process, for tests. */
export const MEMORY = ':memory:';

/** Milliseconds that a write waits for another process (a backup, a shell); the default of SQLite is not to wait. */
const BUSY_TIMEOUT_MS = 5000;

/**
 * Opens the database in `dataDir` and brings its schema up to date.
 * @throws SwitchhookError `storage` when it cannot be opened, `schemaTooNew` when a later version has written it.
 */
export async function openDatabase(dataDir: string): Promise<Database> {
  const db = new Kysely<Schema>({ dialect: new SqliteDialect({ database: openSqlite(dataDir) }) });
  try {
    await migrate(db);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return db;
}

function openSqlite(dataDir: string): InstanceType<typeof LibsqlDatabase> {
  try {
    if (dataDir !== MEMORY) mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const sqlite = new LibsqlDatabase(dataDir === MEMORY ? MEMORY : join(dataDir, 'switchhook.sqlite'));
    // WAL with NORMAL: readers and the writer do not wait for each other, and a crash loses no committed schema.
    sqlite.pragma('journal_mode = WAL');
    sqlite.pragma('synchronous = NORMAL');
    sqlite.pragma('foreign_keys = ON');
    sqlite.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
    return sqlite;
  } catch (cause) {
    throw new SwitchhookError('storage', { reason: `the database in ${dataDir} cannot be opened`, cause });
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
