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
  const announce = () => locked.then(() => broadcast({ type: 'started', instance }));
  // A version that is only being installed stays quiet: tabs would wake the old one, and that holds the update back.
  const { state } = scope.serviceWorker;
  if (state === 'activated' || state === 'activating') void announce();
  else scope.addEventListener('activate', () => void announce());
  return { instance, lock, locked, broadcast };
}
