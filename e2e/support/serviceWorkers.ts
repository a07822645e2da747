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
  stopAll(): Promise<unknown>;
  /** Stops every worker and does not look back: under load the tabs have started the next one before anybody could look. */
  kill(): Promise<void>;
  /** Delivers a push to the worker of a scope, as the browser's push service would; starts it when it is stopped. */
  push(scope: string, data: string): Promise<void>;
  /** Fires a background sync. */
  sync(scope: string, tag: string): Promise<void>;
}

/** ms for the browser to say that a worker has stopped; it takes some 10. */
const PATIENCE = 5_000;

interface Registration {
  registrationId: string;
  scopeURL: string;
  isDeleted: boolean;
}

/** A DevTools session, of Playwright or of Puppeteer. */
export interface Session {
  on(event: 'ServiceWorker.workerVersionUpdated', listener: (event: { versions: WorkerVersion[] }) => void): unknown;
  on(
    event: 'ServiceWorker.workerRegistrationUpdated',
    listener: (event: { registrations: Registration[] }) => void,
  ): unknown;
  send(method: 'ServiceWorker.enable' | 'ServiceWorker.stopAllWorkers'): Promise<unknown>;
  send(
    method: 'ServiceWorker.deliverPushMessage',
    params: { origin: string; registrationId: string; data: string },
  ): Promise<unknown>;
  send(
    method: 'ServiceWorker.dispatchSyncEvent',
    params: { origin: string; registrationId: string; tag: string; lastChance: boolean },
  ): Promise<unknown>;
}

/** The protocol has them on a page's session only: the one of an empty page that stays open for it. */
export async function attachServiceWorkers(context: BrowserContext): Promise<ServiceWorkers> {
  return serviceWorkersOf(await context.newCDPSession(await context.newPage()));
}

/** @param cdp of a page that stays open */
export async function serviceWorkersOf(cdp: Session): Promise<ServiceWorkers> {
  const versions = new Map<string, WorkerVersion>();
  const registrations = new Map<string, Registration>();
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
  /** How the protocol names the worker of a scope. */
  const named = async (scope: string) => {
    const { href, origin } = new URL(scope);
    const { registrationId } = await waitUntil(`a service worker of ${href}`, PATIENCE, () =>
      [...registrations.values()].find(({ scopeURL }) => scopeURL === href),
    );
    return { origin, registrationId };
  };

  return {
    versions: () => [...versions.values()],
    running,
    stopAll: () =>
      waitUntil('the service workers to stop', PATIENCE, async () => {
        await cdp.send('ServiceWorker.stopAllWorkers'); // again for one that an event has started meanwhile
        return running().length === 0;
      }),
    kill: async () => {
      await cdp.send('ServiceWorker.stopAllWorkers');
    },
    push: async (scope, data) => {
      await cdp.send('ServiceWorker.deliverPushMessage', { ...(await named(scope)), data });
    },
    sync: async (scope, tag) => {
      await cdp.send('ServiceWorker.dispatchSyncEvent', { ...(await named(scope)), tag, lastChance: false });
    },
  };
}
