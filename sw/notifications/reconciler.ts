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
  /** The caller's, where it is there: it comes after the rest. */
  picture: string | null;
}

export interface ReconcilerParts {
  registration: Pick<ServiceWorkerRegistration, 'getNotifications' | 'showNotification'>;
  plan(): Promise<Plan>;
  /** The plan changes at this time by itself. */
  onRevise(at: number): void;
  report(error: unknown): void;
}

interface Showing {
  picture?: string | null;
  /** Makes itself heard although it replaces another. */
  renotify?: boolean;
}

export class Reconciler {
  readonly #parts: ReconcilerParts;
  #running: Promise<void> | undefined;
  #again = false;
  /** Shown since the plan of the present run was made, which therefore says nothing about them. */
  readonly #ahead = new Set<string>();
  /** Pictures that were asked for, each once in a worker's life: one that cannot be had is not asked for again. */
  readonly #pictured = new Set<string>();

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
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

  /** A notification that is known to be new, at once: asking the browser for what is shown takes longer than to show it. */
  async present(planned: PlannedNotification): Promise<void> {
    if (Notification.permission !== 'granted') return;
    this.#ahead.add(planned.tag);
    await this.#show(planned);
  }

  async #run(): Promise<void> {
    do {
      this.#again = false;
      if (Notification.permission !== 'granted') return; // the page says so; there is nothing to show it with
      this.#ahead.clear();
      const plan = await this.#parts.plan();
      await this.#apply(plan.notifications);
      if (plan.reviseAt !== null) this.#parts.onRevise(plan.reviseAt);
    } while (this.#again);
  }

  async #apply(planned: PlannedNotification[]): Promise<void> {
    const shown = new Map<string, Notification>();
    for (const notification of await this.#parts.registration.getNotifications())
      shown.set(notification.tag, notification);
    for (const [tag, notification] of shown) {
      if (!this.#ahead.has(tag) && !planned.some((one) => one.tag === tag)) notification.close();
    }
    for (const one of planned) {
      const present = shown.get(one.tag)?.data as ShownData | undefined;
      const isShown = present?.digest === digestOf(one) && present.callId === one.callId;
      // The second missed call of a caller is news; a ring that was silenced is not.
      if (!isShown) await this.#show(one, { renotify: one.kind === 'missed' && shown.has(one.tag) });
      if (one.icon !== null && !(isShown && present.picture === one.icon)) this.#addPicture(one, one.icon);
    }
  }

  /** Without the caller's picture: the browser shows nothing before it has loaded it, and that may take for ever. */
  #show(one: PlannedNotification, { picture = null, renotify = false }: Showing = {}): Promise<void> {
    const data: ShownData = { callId: one.callId, kind: one.kind, digest: digestOf(one), picture };
    const options = notificationOptions({ ...one, icon: picture }, data, renotify);
    return this.#parts.registration.showNotification(one.title, options);
  }

  /** The same again with the picture, whenever it is there; nobody waits. Should it be out of date by then, it goes. */
  #addPicture(one: PlannedNotification, picture: string): void {
    const key = JSON.stringify([one.tag, digestOf(one), picture]);
    if (this.#pictured.has(key)) return;
    this.#pictured.add(key);
    this.#show(one, { picture })
      .then(() => this.reconcile())
      .catch(this.#parts.report);
  }
}

const digestOf = ({ title, body, actions, silent, requireInteraction }: PlannedNotification): string =>
  JSON.stringify([title, body, actions, silent, requireInteraction]);
