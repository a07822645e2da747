/** A PostgreSQL of our own in a temporary directory, for trying and for tests. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { SwitchhookError } from '../../shared/errors.ts';
import { freePort, inDirectory, Program } from './program.ts';

const run = promisify(execFile);

/** Where Debian and its relatives put each version; it is not on the path. */
const DEBIAN = '/usr/lib/postgresql';
const USER = 'switchhook';
/** "The database system is starting up", and nothing listens yet. */
const NOT_YET: ReadonlySet<unknown> = new Set(['57P03', 'ECONNREFUSED']);

export const HOW_TO_GET_POSTGRES =
  'Install PostgreSQL (Debian, Ubuntu: "apt-get install postgresql"), or set SWITCHHOOK_POSTGRES to the directory of its programs.';

/** The directory of `initdb` and `postgres`; undefined when there is none. */
export function findPostgres(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const places = [process.env.SWITCHHOOK_POSTGRES, ...versions.map((version) => join(DEBIAN, version, 'bin'))];
  return places.find((place) => place !== undefined && existsSync(join(place, 'initdb')));
}

export interface PostgresCluster {
  readonly url: string;
  /** @returns the address of a new, empty database */
  createDatabase(): Promise<string>;
  /** Stops it; nothing of it is left. */
  stop(): Promise<void>;
}

/** @throws SwitchhookError `internal` where there is no PostgreSQL, or it does not start */
export async function startPostgres(): Promise<PostgresCluster> {
  const bin = findPostgres();
  if (bin === undefined) throw new SwitchhookError('internal', { reason: HOW_TO_GET_POSTGRES });
  return inDirectory('postgres', (dir) => startIn(dir, bin));
}

async function startIn(dir: string, bin: string): Promise<PostgresCluster> {
  const user = await serverUser();
  const password = randomBytes(16).toString('hex');
  const data = join(dir, 'data');
  const passwordFile = join(dir, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  await mkdir(data, { mode: 0o700 });
  if (user) for (const path of [dir, data, passwordFile]) await chown(path, user.uid, user.gid);
  const init = ['-D', data, '-U', USER, '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  // No sync: the cluster does not outlive its machine. C: the same order of texts everywhere.
  await run(join(bin, 'initdb'), [...init, '--no-sync', '--encoding=UTF8', '--locale=C'], { cwd: dir, ...user });
  const port = await freePort();
  const url = `postgres://${USER}:${password}@127.0.0.1:${port}/postgres`;
  const settings = { port, listen_addresses: '127.0.0.1', unix_socket_directories: '', fsync: 'off' };
  const args = ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const program = await Program.start(join(bin, 'postgres'), args, {
    ...(user ? { user } : {}),
    ready: () => answers(url),
    // "Fast": ends open transactions instead of waiting for their clients.
    stopSignal: 'SIGINT',
  });
  return {
    url,
    createDatabase: () => createDatabase(url),
    stop: async () => {
      await program.stop();
      await rm(dir, { recursive: true });
    },
  };
}

/** PostgreSQL refuses to be root. */
async function serverUser(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const id = async (what: string): Promise<number> => Number((await run('id', [what, 'postgres'])).stdout);
  return { uid: await id('-u'), gid: await id('-g') };
}

async function answers(url: string): Promise<boolean> {
  try {
    await query(url, 'select 1');
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && NOT_YET.has(error.code)) return false;
    throw error;
  }
}

async function createDatabase(url: string): Promise<string> {
  const name = `d${randomBytes(6).toString('hex')}`;
  await query(url, `create database ${name}`);
  return Object.assign(new URL(url), { pathname: `/${name}` }).href;
}

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client(url);
  try {
    await client.connect();
    await client.query(text);
  } finally {
    await client.end();
  }
}
