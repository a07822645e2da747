/**
 * This run of the worker, as tabs can notice it: a Web Lock held until the thread dies (granted to a tab = the worker is
 * gone, within a millisecond or two), and an announcement of the start as a second line.
 */

import { type Broadcast, CHANNEL } from '../shared/link/protocol.ts';

export interface Life {
  instance: string;
  lock: string;
  /** Resolved once the lock is held: until then a tab must not queue for it. */
  locked: Promise<void>;
  broadcast(message: Broadcast): void;
}

export function beginLife(scope: ServiceWorkerGlobalScope): Life {
  const instance = crypto.randomUUID();
  const lock = `switchhook-worker-${instance}`;
  const channel = new BroadcastChannel(CHANNEL);
  const broadcast = (message: Broadcast) => channel.postMessage(message);
  const locked = new Promise<void>((resolve, reject) => {
    const forLife = () => {
      resolve();
      return new Promise<never>(() => undefined);
    };
    navigator.locks.request(lock, forLife).catch(reject);
  });
  void Promise.all([locked, whenActive(scope)]).then(() => broadcast({ type: 'started', instance }));
  return { instance, lock, locked, broadcast };
}

/**
 * Resolves when this run is one of the active worker. A version that is only being installed stays quiet: tabs would wake the
 * old one, and that holds the update back.
 */
function whenActive(scope: ServiceWorkerGlobalScope): Promise<void> {
  const own: ServiceWorker | undefined = scope.serviceWorker; // Firefox has none (153)
  if (own?.state === 'activated' || own?.state === 'activating') return Promise.resolve();
  return new Promise((resolve) => {
    scope.addEventListener('activate', () => resolve());
    if (own) return;
    // What a run hears first tells what it is: `install` comes to new versions only, a message to those that wait as well.
    const heard = new AbortController();
    const look = ({ type }: Event) => {
      heard.abort();
      if (type !== 'install' && scope.registration.waiting === null) resolve();
    };
    for (const type of FIRST_EVENTS) scope.addEventListener(type, look, { signal: heard.signal });
  });
}

/** What a worker is started for. */
const FIRST_EVENTS = ['install', 'message', 'fetch', 'push', 'notificationclick', 'notificationclose'];
