import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteDialect } from 'kysely';
import LibsqlDatabase from 'libsql';
import { SwitchhookError } from '../../shared/errors.ts';

/** In place of a directory: a database that is gone with the process, for tests. */
export const MEMORY = ':memory:';

/** Milliseconds that a write waits for another process (a backup, a shell); the default of SQLite is not to wait. */
const BUSY_TIMEOUT_MS = 5000;

/** @throws SwitchhookError `storage` */
export function sqliteDialect(dataDir: string): SqliteDialect {
  try {
    if (dataDir !== MEMORY) mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const sqlite = new LibsqlDatabase(dataDir === MEMORY ? MEMORY : join(dataDir, 'switchhook.sqlite'));
    // WAL with NORMAL: readers and the writer do not wait for each other, and a crash loses no committed schema.
    sqlite.pragma('journal_mode = WAL');
    sqlite.pragma('synchronous = NORMAL');
    sqlite.pragma('foreign_keys = ON');
    sqlite.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
    return new SqliteDialect({ database: sqlite });
  } catch (cause) {
    throw new SwitchhookError('storage', { reason: `the database in ${dataDir} cannot be opened`, cause });
  }
}
