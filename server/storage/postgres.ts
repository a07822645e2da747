import { PostgresDialect } from 'kysely';
import pg from 'pg';

/** Connections of one gateway. A query takes a millisecond; PostgreSQL's default is 100 for all of its clients. */
const MAX_CONNECTIONS = 10;
/** Milliseconds: a log-in or a ring does not wait longer for a database that is not there. */
const CONNECT_TIMEOUT_MS = 5000;

/** Our bigints are milliseconds and counts, far below 2^53; the driver would give them as text. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format)),
};

/** Connects with the first query. */
export function postgresDialect(url: string, lost: (error: Error) => void): PostgresDialect {
  const pool = new pg.Pool({
    connectionString: url,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'switchhook',
    types,
  });
  // Without a listener the end of an idle connection would end the process.
  pool.on('error', (error) => {
    // What breaks while we close it was ours to break.
    if (!pool.ending) lost(error);
  });
  return new PostgresDialect({ pool });
}
