/**
 * Makes the desktop equal to the plan: shows what is missing or has changed, closes what is not planned. One run at a
 * time; a request during a run makes one more.
 */

import type { Plan, PlannedNotification } from '../../shared/notifications/plan.ts';
import { notificationOptions } from './options.ts';

export interface ShownData {
  /** Of the plan. What the browser knows it by is another one after a click ({@link Reconciler.retire}). */
  tag: string;
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
  /** What was shown since the present run began, or is being shown: the browser may not list it yet. By the browser's tag. */
  readonly #fresh = new Map<string, { data: ShownData; inFlight: boolean }>();
  /** The browser's tags of what was clicked, and of what follows it: by the plan's. */
  readonly #followers = new Map<string, string>();
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
    const tag = this.#tagOf(planned);
    if (this.#parts.permission() !== 'granted' || this.#isFresh(planned, tag)) return;
    await this.#show(planned, tag);
  }

  /**
   * A notification that was clicked is never replaced: what follows it is another one. The desktop takes it away after the click,
   * and if Chromium hears of that when the tag has been shown again, it forgets the new one, whose buttons then do nothing.
   */
  retire({ tag, data }: Pick<Notification, 'tag'> & { data: ShownData }): void {
    const current = this.#followers.get(data.tag) ?? tag;
    if (current === tag) this.#followers.set(data.tag, `${data.tag}:${crypto.randomUUID()}`);
  }

  #tagOf({ tag }: PlannedNotification, shown: readonly Notification[] = []): string {
    const present = shown.find(({ data }) => (data as ShownData | null)?.tag === tag);
    return this.#followers.get(tag) ?? present?.tag ?? tag;
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
    const shown = await this.#parts.registration.getNotifications();
    const tags = new Map(planned.map((one) => [one, this.#tagOf(one, shown)]));
    const wanted = new Set(tags.values());
    for (const notification of shown) {
      const { tag } = notification;
      const isKept = planned.length === 0 && this.#kept.includes(tag);
      if (!isKept && !this.#fresh.has(tag) && !wanted.has(tag)) notification.close();
    }
    for (const [one, tag] of tags) {
      const present = shown.find((other) => other.tag === tag)?.data as ShownData | undefined;
      const isShown = this.#isFresh(one, tag) || isSame(one, present);
      // The second missed call of a caller is news; a ring that was silenced is not.
      if (!isShown) await this.#show(one, tag, { renotify: one.kind === 'missed' && present !== undefined });
      if (one.icon !== null && !(isShown && present?.picture === one.icon)) this.#addPicture(one, tag, one.icon);
    }
  }

  #isFresh(one: PlannedNotification, tag: string): boolean {
    return isSame(one, this.#fresh.get(tag)?.data);
  }

  /** Without the caller's picture: the browser shows nothing before it has loaded it, and that may take for ever. */
  async #show(one: PlannedNotification, tag: string, { renotify = false } = {}): Promise<void> {
    const data = dataOf(one, null);
    const fresh = { data, inFlight: true };
    this.#fresh.set(tag, fresh);
    try {
      const options = notificationOptions({ ...one, tag, icon: null }, data, renotify);
      await this.#parts.registration.showNotification(one.title, options);
      fresh.inFlight = false;
    } catch (error) {
      this.#fresh.delete(tag);
      throw error;
    }
  }

  /** The same again with the picture, whenever it is there; nobody waits. Should it be out of date by then, it goes. */
  #addPicture(one: PlannedNotification, tag: string, picture: string): void {
    const data = dataOf(one, picture);
    const key = JSON.stringify([tag, data.digest, picture]);
    if (this.#pictured.has(key)) return;
    this.#pictured.add(key);
    this.#parts.registration
      .showNotification(one.title, notificationOptions({ ...one, tag }, data, false))
      .then(() => this.reconcile())
      .catch(this.#parts.report);
  }
}

const dataOf = (one: PlannedNotification, picture: string | null): ShownData => ({
  tag: one.tag,
  callId: one.callId,
  kind: one.kind,
  digest: digestOf(one),
  picture,
});

const isSame = (one: PlannedNotification, shown: ShownData | undefined): boolean =>
  shown?.digest === digestOf(one) && shown.callId === one.callId;

const digestOf = ({ title, body, actions, silent, requireInteraction }: PlannedNotification): string =>
  JSON.stringify([title, body, actions, silent, requireInteraction]);
