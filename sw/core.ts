/**
 * The worker's parts put together, apart from the browser's events: `sw.ts` runs them, and tests run the same with a clock and
 * a network of their own.
 */

import type { Broadcast, Delta } from '../shared/link/protocol.ts';
import { planNotifications } from '../shared/notifications/plan.ts';
import { meaningOf, type Said } from '../shared/push/said.ts';
import type { Outcome, Submission } from '../shared/registry/input.ts';
import type { Errand } from '../shared/registry/store.ts';
import { Reconciler } from './notifications/reconciler.ts';
import { readView } from './notifications/view.ts';
import { Outbox } from './push/outbox.ts';
import type { DatabaseHandle } from './registry/database.ts';
import { Registry } from './registry/registry.ts';

export interface Surroundings {
  database: DatabaseHandle;
  registration: Pick<ServiceWorkerRegistration, 'getNotifications' | 'showNotification'>;
  permission(): NotificationPermission;
  visibleTabs(): Promise<number>;
  maxActions: number;
  /** To every tab. */
  broadcast(message: Broadcast): void;
  report(error: unknown): void;
  fetch: typeof fetch;
  /** ms since the epoch. */
  now(): number;
}

export class Core {
  readonly registry: Registry;
  readonly reconciler: Reconciler;
  readonly outbox: Outbox;
  readonly around: Surroundings;

  constructor(around: Surroundings) {
    const { database, broadcast, report, now, registration } = around;
    this.around = around;
    this.registry = new Registry(database, { now, onDropped: (count) => broadcast({ type: 'dropped', count }) });
    this.reconciler = new Reconciler({
      registration,
      permission: around.permission,
      plan: () => this.#plan(),
      onRevise: (at) => setTimeout(() => this.reconcileSoon(), at - now()),
      report,
    });
    this.outbox = new Outbox({
      database: () => database.get(),
      registration,
      fetch: around.fetch,
      now,
      onSaid: (errand, said) => this.#onSaid(errand, said),
    });
  }

  /** The ONE way in for everything that changes a call, but for a push (`Registry.receive`). */
  async submit(submission: Submission): Promise<Outcome> {
    const { outcome, delta } = await this.registry.submit(submission);
    if (delta) this.announce(delta);
    return outcome;
  }

  announce(delta: Delta): void {
    this.around.broadcast({ type: 'delta', at: performance.timeOrigin + performance.now(), ...delta });
  }

  /** Does what time has made due. */
  tick(): Promise<Outcome> {
    return this.submit({ id: crypto.randomUUID(), tab: null, source: 'timer', input: { kind: 'tick' } });
  }

  async reconcileDue(): Promise<void> {
    await this.tick();
    await this.reconciler.reconcile();
  }

  /** Notifications follow the answer: who waits for a command waits for the disk, not for the desktop. */
  reconcileSoon(): void {
    this.reconciler.reconcile().catch(this.around.report);
  }

  async #plan() {
    const { database, maxActions, now } = this.around;
    const visibleTabs = await this.around.visibleTabs();
    return planNotifications(await readView(await database.get(), { visibleTabs, maxActions, now: now() }));
  }

  /** A call that is over needs to hear no more. */
  async #onSaid(errand: Errand, said: Said): Promise<void> {
    const call = await (await this.around.database.get()).get('live', errand.callId);
    const input = call && meaningOf(errand, said, call);
    if (!input) return;
    await this.submit({ id: crypto.randomUUID(), tab: null, source: 'push', input });
    await this.reconciler.reconcile();
  }
}
