import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import { SwitchhookError } from '../../shared/errors.ts';
import { DATABASE, DATABASE_VERSION, type RegistryStores } from '../../shared/registry/store.ts';

export type Schema = RegistryStores & DBSchema;
export type Database = IDBPDatabase<Schema>;

/**
 * The registry's database, opened when it is first needed and again whenever the browser closed it. Old versions are
 * migrated step by step; each step stays as it was when it was released.
 */
export class DatabaseHandle {
  #open: Promise<Database> | undefined;
  readonly #name: string;

  constructor(name: string = DATABASE) {
    this.#name = name;
  }

  /** @throws SwitchhookError `schemaTooNew` where a newer version has been here, `storage` for everything else */
  get(): Promise<Database> {
    this.#open ??= this.#connect();
    return this.#open;
  }

  close(): void {
    const open = this.#open;
    this.#open = undefined;
    open?.then((db) => db.close()).catch(() => undefined); // one that never opened has nothing to close
  }

  async #connect(): Promise<Database> {
    try {
      return await openDB<Schema>(this.#name, DATABASE_VERSION, {
        upgrade,
        // A newer version waits for us: let go, or it waits for ever. The next event opens again.
        blocking: () => this.close(),
        terminated: () => {
          this.#open = undefined;
        },
      });
    } catch (cause) {
      this.#open = undefined;
      if (cause instanceof DOMException && cause.name === 'VersionError') {
        throw new SwitchhookError('schemaTooNew', {
          reason: 'A newer version of this phone has stored its calls here.',
          cause,
        });
      }
      throw new SwitchhookError('storage', { reason: 'The browser cannot store calls here.', cause });
    }
  }
}

function upgrade(db: Database, oldVersion: number): void {
  if (oldVersion < 1) createVersion1(db);
  if (oldVersion < 2) addPush(db);
}

function createVersion1(db: Database): void {
  const live = db.createObjectStore('live', { keyPath: 'id' });
  live.createIndex('network', ['account', 'direction', 'providerCallId']);
  const history = db.createObjectStore('history', { keyPath: 'id' });
  history.createIndex('endedAt', 'endedAt');
  history.createIndex('peer', ['handle', 'endedAt']);
  history.createIndex('direction', ['direction', 'endedAt']);
  history.createIndex('missed', ['missed', 'endedAt']);
  history.createIndex('unseen', 'unseenMark');
  history.createIndex('words', 'words', { multiEntry: true });
  history.createIndex('network', ['account', 'direction', 'providerCallId']);
  const log = db.createObjectStore('log', { keyPath: 'rev' });
  log.createIndex('id', 'id', { unique: true });
  db.createObjectStore('meta', { keyPath: 'key' });
}

/** Version 2: calls that come by push. */
function addPush(db: Database): void {
  db.createObjectStore('wakeups', { keyPath: 'callId' });
  db.createObjectStore('outbox', { keyPath: 'n', autoIncrement: true });
}
