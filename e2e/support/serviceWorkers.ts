/** The service workers of a browser, by the DevTools protocol: the only way to stop one for certain. */

import type { BrowserContext } from '@playwright/test';
import { waitUntil } from './waiting.ts';

export interface WorkerVersion {
  versionId: string;
  scriptURL: string;
  status: 'new' | 'installing' | 'installed' | 'activating' | 'activated' | 'redundant';
  runningStatus: 'stopped' | 'starting' | 'running' | 'stopping';
}

export interface ServiceWorkers {
  /** Every version that has been seen, newest last; redundant ones included. */
  versions(): WorkerVersion[];
  /** The versions that run now. */
  running(): WorkerVersion[];
  /** Stops every worker, as the browser does when one has been idle for too long. */
  stopAll(): Promise<void>;
  /** Stops every worker and does not look back: under load the tabs have started the next one before anybody could look. */
  kill(): Promise<void>;
  /** Delivers a push as the browser's push service would; starts the worker when it is stopped. */
  push(origin: string, data: string): Promise<void>;
  /** Fires a background sync. */
  sync(origin: string, tag: string): Promise<void>;
}

/** ms for the browser to say that a worker has stopped; it takes some 10. */
const PATIENCE = 5_000;

/** The protocol has them on a page's session only: the one of an empty page that stays open for it. */
export async function attachServiceWorkers(context: BrowserContext): Promise<ServiceWorkers> {
  const keeper = await context.newPage();
  const cdp = await context.newCDPSession(keeper);
  const versions = new Map<string, WorkerVersion>();
  const registrations = new Map<string, { registrationId: string; scopeURL: string }>();
  cdp.on('ServiceWorker.workerVersionUpdated', (event) => {
    for (const version of event.versions) versions.set(version.versionId, version);
  });
  cdp.on('ServiceWorker.workerRegistrationUpdated', (event) => {
    for (const registration of event.registrations) {
      if (registration.isDeleted) registrations.delete(registration.registrationId);
      else registrations.set(registration.registrationId, registration);
    }
  });
  await cdp.send('ServiceWorker.enable');

  const running = () => [...versions.values()].filter((version) => version.runningStatus !== 'stopped');
  const registrationOf = (origin: string) =>
    waitUntil(`a service worker of ${origin}`, PATIENCE, () =>
      [...registrations.values()].find((registration) => registration.scopeURL.startsWith(`${origin}/`)),
    );

  return {
    versions: () => [...versions.values()],
    running,
    stopAll: async () => {
      await cdp.send('ServiceWorker.stopAllWorkers');
      await waitUntil('the service workers to stop', PATIENCE, () => running().length === 0);
    },
    kill: async () => {
      await cdp.send('ServiceWorker.stopAllWorkers');
    },
    push: async (origin, data) => {
      const { registrationId } = await registrationOf(origin);
      await cdp.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data });
    },
    sync: async (origin, tag) => {
      const { registrationId } = await registrationOf(origin);
      await cdp.send('ServiceWorker.dispatchSyncEvent', { origin, registrationId, tag, lastChance: false });
    },
  };
}
