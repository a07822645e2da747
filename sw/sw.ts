/// <reference lib="webworker" />
/**
 * The service worker: owner of the calls. Wires the registry, the link and the notifications to the worker's events;
 * every event starts from IndexedDB, because the browser stops a worker whenever it likes.
 */

import { clientsClaim } from 'workbox-core';
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';
import type { CallFact } from '../shared/calls/facts.ts';
import { SwitchhookError } from '../shared/errors.ts';
import { type Delta, PROTOCOL, type WorkerMessage } from '../shared/link/protocol.ts';
import { planNotifications } from '../shared/notifications/plan.ts';
import type { Outcome, Submission } from '../shared/registry/input.ts';
import type { Errand } from '../shared/registry/store.ts';
import { beginLife } from './life.ts';
import { type ApiParts, stranger, understands, workerApi } from './link/api.ts';
import { expose } from './link/gate.ts';
import { onClick, onClose } from './notifications/click.ts';
import { Reconciler, type ShownData } from './notifications/reconciler.ts';
import { readView } from './notifications/view.ts';
import { Outbox, type Said, SYNC_TAG } from './push/outbox.ts';
import { onPush, type PushParts } from './push/receive.ts';
import { renew } from './push/renew.ts';
import { type RespondParts, release, respond } from './push/respond.ts';
import { DatabaseHandle } from './registry/database.ts';
import { Registry } from './registry/registry.ts';
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

const life = beginLife(self);
const database = new DatabaseHandle();
// Every event needs it: it opens while the event is on its way. A version that waits must not migrate what the old one uses.
const own: ServiceWorker | undefined = self.serviceWorker; // Firefox has none (153)
if (own?.state === 'activated') database.get().catch(report);
const registry = new Registry(database, { onDropped: (count) => life.broadcast({ type: 'dropped', count }) });
const visibility = new Visibility(self.clients);
const reconciler = new Reconciler({
  registration: self.registration,
  plan: makePlan,
  onRevise: (at) => setTimeout(reconcileSoon, at - Date.now()),
  report,
});

const outbox = new Outbox({
  database: () => database.get(),
  registration: self.registration,
  fetch: (...request) => fetch(...request),
  now: Date.now,
  onSaid,
});

/** What the switchboard's answer means for the call. */
async function onSaid({ callId, action, everywhere }: Errand, result: Said): Promise<void> {
  const id = crypto.randomUUID();
  const end = (fact: CallFact) =>
    submit({ id, tab: null, source: 'push', input: { kind: 'fact', call: { id: callId }, fact, epoch: null } });
  if (result === 'tooLate' && action !== 'decline')
    await end({ kind: 'disconnected', response: 'missed', endCode: null });
  if (action === 'decline')
    await end({ kind: 'ended', by: 'local', code: everywhere ? 603 : 486, reason: null, text: null });
  await reconciler.reconcile();
}

/** Browsers that show buttons say how many; the others show none. */
const maxActions = (Notification as { maxActions?: number }).maxActions ?? 0;

async function makePlan() {
  const visibleTabs = await visibility.count();
  return planNotifications(await readView(await database.get(), { visibleTabs, maxActions, now: Date.now() }));
}

/** The ONE way in for everything that changes a call. */
async function submit(submission: Submission): Promise<Outcome> {
  const { outcome, delta } = await registry.submit(submission);
  if (delta) announce(delta);
  return outcome;
}

function announce(delta: Delta): void {
  life.broadcast({ type: 'delta', at: performance.timeOrigin + performance.now(), ...delta });
}

/** Notifications follow the answer: who waits for a command waits for the disk, not for the desktop. */
function reconcileSoon(): void {
  reconciler.reconcile().catch(report);
}

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
    const outcome = await submit(submission);
    setTimeout(reconcileSoon);
    release(submission, pushParts).catch(report);
    return outcome;
  },
};

/** The tab that hosts, as far as the registry knows. */
async function hostTab(): Promise<string | null> {
  return (await (await database.get()).get('meta', 'registry'))?.host?.tab ?? null;
}

const pushParts: PushParts & RespondParts = {
  fetch: (...request: Parameters<typeof fetch>) => fetch(...request),
  database: () => database.get(),
  registry,
  reconciler,
  // A duplicate changes nothing, but time may have.
  reconcile: () => tick().then(() => reconciler.reconcile()),
  outbox,
  registration: self.registration,
  visibleTabs: () => visibility.count(),
  maxActions,
  announce,
  report,
  now: Date.now,
};

const tick = (): Promise<Outcome> =>
  submit({ id: crypto.randomUUID(), tab: null, source: 'timer', input: { kind: 'tick' } });

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
      return Promise.all([tick().then(() => reconciler.reconcile()), outbox.flush()]);
    }
    case 'visibility':
      if (event.source instanceof Client) visibility.note(event.source.id, message.visible === true);
      return reconciler.reconcile();
    case 'tick':
      return tick().then(() => reconciler.reconcile());
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
  const work = onClick(data, event.action, {
    clients: self.clients,
    hostTab,
    submit,
    respond: (callId, action) => respond(callId, action, pushParts),
  }).catch(report);
  event.waitUntil(work.then(() => reconciler.reconcile()).catch(report));
});

self.addEventListener('push', (event) => {
  const text = event.data?.text() ?? null;
  event.waitUntil(onPush(text, pushParts).catch(report));
});

self.addEventListener('sync', (event: Event) => {
  const { tag } = event as Event & { tag: string };
  if (tag === SYNC_TAG) (event as ExtendableEvent).waitUntil(outbox.flush().catch(report));
});

self.addEventListener('pushsubscriptionchange', (event: Event) => {
  const change = event as ExtendableEvent & { oldSubscription: PushSubscription | null };
  const renewed = renew(self.registration, change.oldSubscription, () => database.get());
  change.waitUntil(renewed.catch(report));
});

/** Some desktops report a notification closed right after a click on it: then it was not dismissed. */
const clicked = new Set<string>();

self.addEventListener('notificationclose', (event) => {
  const data = event.notification.data as ShownData | null;
  if (!data || clicked.delete(event.notification.tag)) return;
  const isLive = async (callId: string) => (await (await database.get()).get('live', callId)) !== undefined;
  const dismissed = onClose(data, { submit, isLive });
  event.waitUntil(dismissed.then(() => reconciler.reconcile()).catch(report));
});
