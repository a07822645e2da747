/**
 * The worker as `sw.ts` runs it, on a database of its own, with a clock and a switchboard of the test's. In a page no browser lets
 * notifications be shown as often as these tests need, so they go to a list; the real ones are in `e2e/push*.spec.ts`.
 */

import { LINE } from '../../../shared/testing/pushes.ts';
import { Core } from '../../core.ts';
import { NotificationList } from '../../notifications/testing/notificationList.ts';
import { Opened } from '../../registry/testing/opened.ts';
import { onPush } from '../receive.ts';

export interface Asked {
  action: string;
  token: string | null;
  body: unknown;
}

type Show = NotificationList['showNotification'];

export interface PushWorkerOptions {
  store?: Opened;
  /** Comes between the worker and the list. */
  wrapShow?: (show: Show) => Show;
}

export class PushWorker {
  readonly store: Opened;
  readonly list = new NotificationList();
  /** How often something was shown. */
  shows = 0;
  readonly core: Core;
  readonly reported: unknown[] = [];
  /** What the switchboard was asked. */
  readonly asked: Asked[] = [];
  /** What it answers. */
  answer: () => Promise<Response> = async () => Response.json({ state: 'ringing', until: 0 });
  visibleTabs = 0;

  constructor({ store = new Opened(), wrapShow = (show) => show }: PushWorkerOptions = {}) {
    this.store = store;
    const { getNotifications } = this.list;
    const showNotification = wrapShow(async (...shown) => {
      await this.list.showNotification(...shown);
      this.shows += 1;
    });
    this.core = new Core({
      database: store.database,
      registration: { getNotifications, showNotification },
      permission: () => 'granted',
      visibleTabs: async () => this.visibleTabs,
      maxActions: 2,
      broadcast: () => undefined,
      report: (error) => this.reported.push(error),
      fetch: (...request) => this.#fetch(new Request(...request)),
      now: () => store.now,
    });
  }

  /** With somebody logged in. */
  static async loggedIn(options?: PushWorkerOptions): Promise<PushWorker> {
    const worker = new PushWorker(options);
    await worker.store.submit({ kind: 'configure', settings: { line: LINE } });
    return worker;
  }

  /** @param push a payload, or what came instead of one */
  push(push: object | string | null): Promise<void> {
    return onPush(typeof push === 'object' && push !== null ? JSON.stringify(push) : push, this.core);
  }

  async #fetch(request: Request): Promise<Response> {
    const action = request.url.slice(request.url.lastIndexOf('/') + 1);
    const body = request.method === 'POST' ? await request.json() : null;
    this.asked.push({ action, token: request.headers.get('authorization'), body });
    return this.answer();
  }
}
