/// <reference lib="webworker" />
/**
 * The yardstick of `command_rtt`: a service worker with nothing but Comlink and idb, that does the same requests on the
 * same kind of stores in one transaction: three gets, three puts.
 */

import * as Comlink from 'comlink';
import { openDB } from 'idb';

declare const self: ServiceWorkerGlobalScope;

const channel = new BroadcastChannel('bare');

const database = openDB('bare', 1, {
  upgrade(db) {
    db.createObjectStore('live', { keyPath: 'id' });
    db.createObjectStore('log', { keyPath: 'rev' }).createIndex('id', 'id', { unique: true });
    db.createObjectStore('meta', { keyPath: 'key' });
  },
});

export interface BareEntry {
  rev: number;
  id: string;
  call: { id: string };
  outcome: object;
  meta: object;
}

const api = {
  async exec({ rev, id, call, outcome, meta }: BareEntry): Promise<object> {
    const tx = (await database).transaction(['live', 'log', 'meta'], 'readwrite', { durability: 'relaxed' });
    await Promise.all([
      tx.objectStore('log').index('id').get(id),
      tx.objectStore('meta').get('registry'),
      tx.objectStore('live').getAll(),
    ]);
    await Promise.all([
      tx.objectStore('live').put(call),
      tx.objectStore('log').add({ rev, id, at: Date.now(), calls: [call.id], outcome }),
      tx.objectStore('meta').put({ ...meta, key: 'registry', rev }),
    ]);
    await tx.done;
    return outcome;
  },

  /** Sends the payload to every tab, with the time at which it leaves. */
  broadcast(payload: object): void {
    channel.postMessage({ ...payload, at: performance.timeOrigin + performance.now() });
  },
};

export type BareApi = typeof api;

/** The yardstick of `push_shown`: nothing but a notification. */
self.addEventListener('push', (event) => {
  event.waitUntil(self.registration.showNotification('bare', { tag: event.data?.text() ?? '' }));
});

self.addEventListener('message', ({ ports }) => {
  if (ports[0]) Comlink.expose(api, ports[0]);
});
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('install', (event) => event.waitUntil(self.skipWaiting()));
