/** Databases as earlier versions left them: described by a file, built from it, and read back into the same form. */

export interface DatabaseFixture {
  version: number;
  stores: Record<string, StoreSchema>;
  /** Every record, by store. */
  records: Record<string, unknown[]>;
}

export interface StoreSchema {
  keyPath: string | string[] | null;
  autoIncrement: boolean;
  indexes: Record<string, { keyPath: string | string[]; unique: boolean; multiEntry: boolean }>;
}

/** Builds the database with nothing but the fixture: our own upgrade may have moved on. */
export async function buildDatabase(name: string, { version, stores, records }: DatabaseFixture): Promise<void> {
  const request = indexedDB.open(name, version);
  request.onupgradeneeded = () => {
    for (const [store, { keyPath, autoIncrement, indexes }] of Object.entries(stores)) {
      const made = request.result.createObjectStore(store, { keyPath, autoIncrement });
      for (const [index, { keyPath: path, ...options }] of Object.entries(indexes))
        made.createIndex(index, path, options);
    }
  };
  const db = await done(request);
  const tx = db.transaction(Object.keys(records), 'readwrite');
  for (const [store, all] of Object.entries(records)) for (const record of all) tx.objectStore(store).put(record);
  await new Promise<void>((resolve, reject) => {
    tx.oncomplete = () => resolve();
    tx.onabort = () => reject(tx.error ?? new Error('the fixture could not be written'));
  });
  db.close();
}

/** A database in the form of a fixture: what is compared, and how the fixture of the next version is made. */
export async function describeDatabase(name: string): Promise<DatabaseFixture> {
  const db = await done(indexedDB.open(name));
  const names = [...db.objectStoreNames];
  const tx = db.transaction(names);
  const stores = Object.fromEntries(names.map((store) => [store, describeStore(tx.objectStore(store))]));
  const records = await Promise.all(names.map(async (store) => [store, await done(tx.objectStore(store).getAll())]));
  const { version } = db;
  db.close();
  return { version, stores, records: Object.fromEntries(records) };
}

function describeStore(store: IDBObjectStore): StoreSchema {
  const indexes = [...store.indexNames].map((name) => {
    const { keyPath, unique, multiEntry } = store.index(name);
    return [name, { keyPath, unique, multiEntry }];
  });
  return { keyPath: store.keyPath, autoIncrement: store.autoIncrement, indexes: Object.fromEntries(indexes) };
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
