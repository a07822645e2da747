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
  permission(): NotificationPermission;
  plan(): Promise<Plan>;
  /** The plan changes at this time by itself. */
  onRevise(at: number): void;
  report(error: unknown): void;
}

export class Reconciler {
  readonly #parts: ReconcilerParts;
  #running: Promise<void> | undefined;
  #again = false;
  /** What was shown since the present run began, or is being shown: the browser may not list it yet. By tag. */
  readonly #fresh = new Map<string, { data: ShownData; inFlight: boolean }>();
  /** What is left alone though no plan has it, each tag as often as it is kept. */
  readonly #kept: string[] = [];
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
    if (this.#parts.permission() !== 'granted' || this.#isFresh(planned)) return;
    await this.#show(planned);
  }

  /** Leaves what has this tag alone, as long as there is nothing else to show, until the returned function is called. */
  keep(tag: string): () => void {
    this.#kept.push(tag);
    return () => this.#kept.splice(this.#kept.indexOf(tag), 1);
  }

  async #run(): Promise<void> {
    do {
      this.#again = false;
      if (this.#parts.permission() !== 'granted') return; // the page says so; there is nothing to show it with
      for (const [tag, { inFlight }] of this.#fresh) if (!inFlight) this.#fresh.delete(tag);
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
      const isKept = planned.length === 0 && this.#kept.includes(tag);
      const stays = isKept || this.#fresh.has(tag) || planned.some((one) => one.tag === tag);
      if (!stays) notification.close();
    }
    for (const one of planned) {
      const present = shown.get(one.tag)?.data as ShownData | undefined;
      const isShown = this.#isFresh(one) || isSame(one, present);
      // The second missed call of a caller is news; a ring that was silenced is not.
      if (!isShown) await this.#show(one, { renotify: one.kind === 'missed' && shown.has(one.tag) });
      if (one.icon !== null && !(isShown && present?.picture === one.icon)) this.#addPicture(one, one.icon);
    }
  }

  #isFresh(one: PlannedNotification): boolean {
    return isSame(one, this.#fresh.get(one.tag)?.data);
  }

  /** Without the caller's picture: the browser shows nothing before it has loaded it, and that may take for ever. */
  async #show(one: PlannedNotification, { renotify = false } = {}): Promise<void> {
    const data: ShownData = { callId: one.callId, kind: one.kind, digest: digestOf(one), picture: null };
    const fresh = { data, inFlight: true };
    this.#fresh.set(one.tag, fresh);
    try {
      const options = notificationOptions({ ...one, icon: null }, data, renotify);
      await this.#parts.registration.showNotification(one.title, options);
      fresh.inFlight = false;
    } catch (error) {
      this.#fresh.delete(one.tag);
      throw error;
    }
  }

  /** The same again with the picture, whenever it is there; nobody waits. Should it be out of date by then, it goes. */
  #addPicture(one: PlannedNotification, picture: string): void {
    const digest = digestOf(one);
    const key = JSON.stringify([one.tag, digest, picture]);
    if (this.#pictured.has(key)) return;
    this.#pictured.add(key);
    const options = notificationOptions(one, { callId: one.callId, kind: one.kind, digest, picture }, false);
    this.#parts.registration
      .showNotification(one.title, options)
      .then(() => this.reconcile())
      .catch(this.#parts.report);
  }
}

const isSame = (one: PlannedNotification, shown: ShownData | undefined): boolean =>
  shown?.digest === digestOf(one) && shown.callId === one.callId;

const digestOf = ({ title, body, actions, silent, requireInteraction }: PlannedNotification): string =>
  JSON.stringify([title, body, actions, silent, requireInteraction]);
