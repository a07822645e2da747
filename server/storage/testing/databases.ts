/** Both kinds of database, for suites that have to hold on either. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, vi } from 'vitest';
import {
  findPostgres,
  HOW_TO_GET_POSTGRES,
  type PostgresCluster,
  startPostgres,
} from '../../kamailio/postgresCluster.ts';
import { type Database, type DatabaseConfig, MEMORY, openDatabase } from '../database.ts';

/** Milliseconds: a cluster is made for each file. */
const HOOK_MS = 60_000;

export interface DatabaseKind {
  name: string;
  /** What a switchboard is told, to find an empty database. */
  config(): Promise<DatabaseConfig>;
}

/** Fails where PostgreSQL is required and not there. */
const isCi = process.env.CI === 'true';

/** PostgreSQL is not part of what `npm test` needs: it is left out where it is not installed, except in CI. */
export const withoutPostgres = findPostgres() === undefined && !isCi;

/** One PostgreSQL for the tests of a `describe`, with an empty database for whoever asks. */
export function usePostgres(): () => Promise<DatabaseConfig> {
  let cluster: PostgresCluster | undefined;
  beforeAll(async () => {
    cluster = await startPostgres();
  }, HOOK_MS);
  afterAll(() => cluster?.stop(), HOOK_MS);
  return async () => {
    if (!cluster) throw new Error(HOW_TO_GET_POSTGRES);
    return { dataDir: MEMORY, databaseUrl: await cluster.createDatabase() };
  };
}

/** A directory of its own for each SQLite of the tests of a file. */
export function useDirectories(): () => Promise<DatabaseConfig> {
  const made: string[] = [];
  afterAll(() => Promise.all(made.map((dir) => rm(dir, { recursive: true }))));
  return async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'switchhook-'));
    made.push(dataDir);
    return { dataDir };
  };
}

/** Runs the same suite on SQLite and on PostgreSQL. */
export function describeOnBoth(suite: (kind: DatabaseKind) => void): void {
  describe('SQLite', () => suite({ name: 'SQLite', config: useDirectories() }));
  // Skipped only without CI, and with what is missing as its name.
  const title = withoutPostgres ? `PostgreSQL is not installed. ${HOW_TO_GET_POSTGRES}` : 'PostgreSQL';
  describe.skipIf(withoutPostgres)(title, () => {
    vi.setConfig({ testTimeout: HOOK_MS });
    suite({ name: 'PostgreSQL', config: usePostgres() });
  });
}

export function open(config: DatabaseConfig): Promise<Database> {
  return openDatabase(config, (error) => expect.fail(error.message));
}
