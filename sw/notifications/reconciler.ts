/**
 * Makes the desktop equal to the plan: shows what is missing or has changed, closes what is not planned. One run at a
 * time; a request during a run makes one more.
 */

import type { Plan, PlannedNotification } from '../../shared/notifications/plan.ts';
import { notificationOptions } from './options.ts';

export interface ShownData {
  callId: string;
  kind: PlannedNotification['kind'];
  /** What it shows: the same again is left alone. */
  digest: string;
}

export class Reconciler {
  readonly #registration: ServiceWorkerRegistration;
  readonly #plan: () => Promise<Plan>;
  readonly #onRevise: (at: number) => void;
  #running: Promise<void> | undefined;
  #again = false;

  constructor(registration: ServiceWorkerRegistration, plan: () => Promise<Plan>, onRevise: (at: number) => void) {
    this.#registration = registration;
    this.#plan = plan;
    this.#onRevise = onRevise;
  }

  /** Settles when the desktop was equal to a plan made after this call. */
  reconcile(): Promise<void> {
    if (this.#running) {
      this.#again = true;
      return this.#running;
    }
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    do {
      this.#again = false;
      if (Notification.permission !== 'granted') return; // the page says so; there is nothing to show it with
      const plan = await this.#plan();
      await this.#apply(plan.notifications);
      if (plan.reviseAt !== null) this.#onRevise(plan.reviseAt);
    } while (this.#again);
  }

  async #apply(planned: PlannedNotification[]): Promise<void> {
    const shown = new Map<string, Notification>();
    for (const notification of await this.#registration.getNotifications()) shown.set(notification.tag, notification);
    for (const [tag, notification] of shown) if (!planned.some((one) => one.tag === tag)) notification.close();
    for (const one of planned) {
      const digest = JSON.stringify([one.title, one.body, one.actions, one.silent, one.requireInteraction, one.icon]);
      const present = shown.get(one.tag)?.data as ShownData | undefined;
      if (present?.digest === digest && present.callId === one.callId) continue;
      const data: ShownData = { callId: one.callId, kind: one.kind, digest };
      await this.#registration.showNotification(one.title, notificationOptions(one, data, shown.has(one.tag)));
    }
  }
}
