/// <reference lib="webworker" />
/**
 * The service worker: owner of the calls. Wires the registry, the link and the notifications to the worker's events;
 * every event starts from IndexedDB, because the browser stops a worker whenever it likes.
 */

import { clientsClaim } from 'workbox-core';
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';
import { SwitchhookError } from '../shared/errors.ts';
import { PROTOCOL, type WorkerMessage } from '../shared/link/protocol.ts';
import { Core } from './core.ts';
import { beginLife } from './life.ts';
import { type ApiParts, stranger, understands, workerApi } from './link/api.ts';
import { expose } from './link/gate.ts';
import { onClick, onClose } from './notifications/click.ts';
import type { ShownData } from './notifications/reconciler.ts';
import { SYNC_TAG } from './push/outbox.ts';
import { onPush } from './push/receive.ts';
import { renew, type SubscriptionChange } from './push/renew.ts';
import { release, respond } from './push/respond.ts';
import { DatabaseHandle } from './registry/database.ts';
import { letPass } from './routes.ts';
import { Visibility } from './visibility.ts';

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: { url: string; revision: string | null }[] };

precacheAndRoute(self.__WB_MANIFEST);
cleanupOutdatedCaches();
clientsClaim();
if (!import.meta.env.DEV) {
  const app = createHandlerBoundToURL('/index.html');
  // The phone is one page; whatever else the server has is the server's.
  registerRoute(new NavigationRoute(app, { allowlist: [/^\/(?:index\.html)?(?:\?|$)/u] }));
}

letPass(self, report);

const life = beginLife(self);
const visibility = new Visibility(self.clients);
const database = new DatabaseHandle();
// Every event needs it: it opens while the event is on its way. A version that waits must not migrate what the old one uses.
const own: ServiceWorker | undefined = self.serviceWorker; // Firefox has none (153)
if (own?.state === 'activated') database.get().catch(report);

const core = new Core({
  database,
  registration: self.registration,
  permission: () => Notification.permission,
  visibleTabs: () => visibility.count(),
  // Browsers that show buttons say how many; the others show none.
  maxActions: (Notification as { maxActions?: number }).maxActions ?? 0,
  broadcast: life.broadcast,
  report,
  fetch: (...request) => fetch(...request),
  now: Date.now,
});
const { outbox, reconciler } = core;

/** The console is the worker's log; nothing about a call goes there. */
function report(error: unknown): void {
  const { code, reason } = SwitchhookError.from(error);
  // biome-ignore lint/suspicious/noConsole: an error without a page to show it on is read here
  console.error(`switchhook: ${code}: ${reason}`);
}

const parts: ApiParts = {
  async hello(tab) {
    await life.locked;
    const meta = await (await database.get()).get('meta', 'registry');
    return { protocol: PROTOCOL, instance: life.instance, lock: life.lock, tab, rev: meta?.rev ?? 0 };
  },
  async submit(submission) {
    const outcome = await core.submit(submission);
    setTimeout(() => core.reconcileSoon());
    release(submission, toRespond).catch(report);
    return outcome;
  },
};

const toRespond = { database: () => database.get(), outbox };

/** The tab that hosts, as far as the registry knows. */
async function hostTab(): Promise<string | null> {
  return (await (await database.get()).get('meta', 'registry'))?.host?.tab ?? null;
}

function onMessage(
  message: Partial<WorkerMessage> | null,
  event: ExtendableMessageEvent,
): Promise<unknown> | undefined {
  switch (message?.type) {
    case 'connect': {
      const port = event.ports[0];
      if (!port) return undefined;
      const tab = event.source instanceof Client ? event.source.id : null;
      expose(understands(message.protocol) ? workerApi(parts, tab) : stranger, port);
      // An errand of a worker that was stopped in the middle of it.
      return Promise.all([core.reconcileDue(), outbox.flush()]);
    }
    case 'visibility':
      if (event.source instanceof Client) visibility.note(event.source.id, message.visible === true);
      return reconciler.reconcile();
    case 'tick':
      return core.reconcileDue();
    case 'SKIP_WAITING':
      life.broadcast({ type: 'updating' });
      return self.skipWaiting();
    default:
      return undefined; // `touch` needs no answer: the event itself puts the idle timer back
  }
}

self.addEventListener('message', (event) => {
  try {
    const work = onMessage(event.data as Partial<WorkerMessage> | null, event);
    if (work) event.waitUntil(work.catch(report));
  } catch (error) {
    report(error);
  }
});

self.addEventListener('notificationclick', (event) => {
  const data = event.notification.data as ShownData | null;
  if (!data) return;
  clicked.add(event.notification.tag);
  reconciler.retire(event.notification);
  const work = onClick(data, event.action, {
    clients: self.clients,
    hostTab,
    submit: (submission) => core.submit(submission),
    respond: (callId, action) => respond(callId, action, toRespond),
  }).catch(report);
  event.waitUntil(work.then(() => reconciler.reconcile()).catch(report));
});

self.addEventListener('push', (event) => {
  const text = event.data?.text() ?? null;
  event.waitUntil(onPush(text, core).catch(report));
});

self.addEventListener('sync', (event: Event) => {
  const { tag } = event as Event & { tag: string };
  if (tag === SYNC_TAG) (event as ExtendableEvent).waitUntil(outbox.flush({ bySync: true }).catch(report));
});

self.addEventListener('pushsubscriptionchange', (event: Event) => {
  const change = event as ExtendableEvent & SubscriptionChange;
  const { pushManager } = self.registration;
  const renewed = renew(change, { pushManager, settings: () => core.registry.settings(), fetch: core.around.fetch });
  change.waitUntil(renewed.catch(report));
});

/** Some desktops report a notification closed right after a click on it: then it was not dismissed. */
const clicked = new Set<string>();

self.addEventListener('notificationclose', (event) => {
  const data = event.notification.data as ShownData | null;
  if (!data || clicked.delete(event.notification.tag)) return;
  const isLive = async (callId: string) => (await (await database.get()).get('live', callId)) !== undefined;
  const dismissed = onClose(data, { submit: (submission) => core.submit(submission), isLive });
  event.waitUntil(dismissed.then(() => reconciler.reconcile()).catch(report));
});
