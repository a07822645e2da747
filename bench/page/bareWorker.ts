/// <reference lib="webworker" />
/**
 * The yardstick of `command_rtt`: a service worker with nothing but Comlink and idb, that does the same requests on the
 * same kind of stores in one transaction: three gets, three puts. And the one of `push_shown`.
 */

import * as Comlink from 'comlink';
import { openDB } from 'idb';
import { type PlannedNotification, planNotifications } from '../../shared/notifications/plan.ts';
import { DEFAULT_SETTINGS } from '../../shared/registry/decide.ts';
import { incoming, NOW } from '../../shared/testing/samples.ts';
import { notificationOptions } from '../../sw/notifications/options.ts';
import { BARE_TITLE } from './bareTitle.ts';

const [RING] = planNotifications({
  live: [incoming()],
  finished: [],
  visibleTabs: 0,
  settings: DEFAULT_SETTINGS,
  maxActions: 2,
  now: NOW,
}).notifications as [PlannedNotification]; // a call that rings has one
const RING_DATA = { tag: RING.tag, callId: RING.callId, kind: RING.kind, digest: '', picture: null };

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

/** The yardstick of `push_shown`: the same notification as the phone's (text, buttons, icons), and nothing else. */
self.addEventListener('push', (event) => {
  const options = notificationOptions({ ...RING, tag: event.data?.text() ?? '' }, RING_DATA, false);
  event.waitUntil(self.registration.showNotification(BARE_TITLE, options));
});

self.addEventListener('message', ({ ports }) => {
  if (ports[0]) Comlink.expose(api, ports[0]);
});
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('install', (event) => event.waitUntil(self.skipWaiting()));
