/** The desktop as the plan, and a ring that is shown ahead of it. The plan is the test's, and so is when the browser has shown something. */

import { expect, it } from 'vitest';
import { type PlannedNotification, planNotifications } from '../../shared/notifications/plan.ts';
import { DEFAULT_SETTINGS } from '../../shared/registry/decide.ts';
import { incoming, NOW, uuid } from '../../shared/testing/samples.ts';
import { gate } from '../testing/gate.ts';
import { Reconciler } from './reconciler.ts';
import { NotificationList } from './testing/notificationList.ts';

const view = { finished: [], visibleTabs: 0, settings: DEFAULT_SETTINGS, maxActions: 2, now: NOW };
const ringOf = (...live: ReturnType<typeof incoming>[]): PlannedNotification[] =>
  planNotifications({ ...view, live }).notifications;
const [RING] = ringOf(incoming()) as [PlannedNotification]; // a call that rings has one

/** A desktop whose every answer can be held up. */
class Desk {
  readonly list: NotificationList;
  readonly reconciler: Reconciler;
  readonly reported: unknown[] = [];
  planned: PlannedNotification[] = [];
  shows = 0;
  /** Awaited before the browser has shown something, and before a plan is there. */
  showing: Promise<unknown> = Promise.resolve();
  planning: Promise<unknown> = Promise.resolve();

  constructor(list = new NotificationList()) {
    this.list = list;
    this.reconciler = new Reconciler({
      registration: {
        getNotifications: list.getNotifications,
        showNotification: async (title, options) => {
          this.shows += 1;
          await this.showing;
          await list.showNotification(title, options);
        },
      },
      permission: () => 'granted',
      plan: async () => {
        const notifications = this.planned;
        await this.planning;
        return { notifications, reviseAt: null };
      },
      onRevise: () => undefined,
      report: (error) => this.reported.push(error),
    });
  }

  get tags(): string[] {
    return this.list.all.map(({ tag }) => tag);
  }
}

it('shows what is planned once, and closes what is not', async () => {
  const desk = new Desk();
  desk.planned = [RING];
  await desk.reconciler.reconcile();
  await desk.reconciler.reconcile();
  expect({ tags: desk.tags, shows: desk.shows }).toEqual({ tags: [RING.tag], shows: 1 });
  desk.planned = [];
  await desk.reconciler.reconcile();
  expect(desk.tags).toEqual([]);
});

it('a ring that is shown while an older plan is carried out is not closed by it', async () => {
  const desk = new Desk();
  const [planned, plan] = gate();
  desk.planning = planned;
  const older = desk.reconciler.reconcile();
  await desk.reconciler.present(RING);
  plan();
  await older;
  expect(desk.tags).toEqual([RING.tag]);
});

it('a ring that a plan finds while it is being shown is shown once', async () => {
  const desk = new Desk();
  const [shown, show] = gate();
  desk.showing = shown;
  const presented = desk.reconciler.present(RING);
  desk.planned = [RING];
  const found = desk.reconciler.reconcile();
  show();
  await Promise.all([presented, found]);
  await desk.reconciler.reconcile();
  expect({ tags: desk.tags, shows: desk.shows }).toEqual({ tags: [RING.tag], shows: 1 });
});

it('a ring that a plan has shown already is not shown again', async () => {
  const desk = new Desk();
  desk.planned = [RING];
  await desk.reconciler.reconcile();
  await desk.reconciler.present(RING);
  expect(desk.shows).toBe(1);
});

it('a ring that ends while it is being shown goes once it is', async () => {
  const desk = new Desk();
  const [shown, show] = gate();
  desk.showing = shown;
  const presented = desk.reconciler.present(RING).then(() => desk.reconciler.reconcile());
  await desk.reconciler.reconcile(); // it has ended: the plan has nothing
  show();
  await presented;
  expect(desk.tags).toEqual([]);
});

it('what the browser did not show is tried again', async () => {
  const desk = new Desk();
  desk.showing = Promise.reject(new TypeError('not now'));
  await expect(desk.reconciler.present(RING)).rejects.toThrow('not now');
  desk.showing = Promise.resolve();
  desk.planned = [RING];
  await desk.reconciler.reconcile();
  expect(desk.tags).toEqual([RING.tag]);
});

it('what is kept goes when there is something else to show, or when nobody keeps it', async () => {
  const desk = new Desk();
  const [first, second] = [desk.reconciler.keep('push'), desk.reconciler.keep('push')];
  await desk.list.showNotification('Incoming call', { tag: 'push' });
  await desk.reconciler.reconcile();
  first();
  await desk.reconciler.reconcile();
  expect(desk.tags, 'kept by the second').toEqual(['push']);
  desk.planned = [RING];
  await desk.reconciler.reconcile();
  expect(desk.tags).toEqual([RING.tag]);
  desk.planned = [];
  await desk.list.showNotification('Incoming call', { tag: 'push' });
  second();
  await desk.reconciler.reconcile();
  expect(desk.tags).toEqual([]);
});

it('what follows a clicked notification is another one, which later plans find again', async () => {
  const desk = new Desk();
  desk.planned = [RING];
  await desk.reconciler.reconcile();
  const [clicked] = desk.list.all;
  if (!clicked) throw new Error('nothing is shown');
  // Two clicks on the same one, as a mouse can do it, are followed by one.
  for (const _ of [1, 2]) desk.reconciler.retire(clicked);
  const silenced = { ...RING, silent: true };
  desk.planned = [silenced];
  await desk.reconciler.reconcile();
  const [tag = ''] = desk.tags;
  expect(desk.tags).toEqual([expect.stringMatching(`^${RING.tag}:.`)]);
  desk.planned = [RING];
  await desk.reconciler.reconcile();
  expect(desk.tags, 'replaced, as it was not clicked').toEqual([tag]);
  await new Desk(desk.list).reconciler.reconcile();
  expect(desk.tags, 'closed by the next life of the worker, whose plan has nothing').toEqual([]);
});

it('the next life of the worker finds what follows a click, and shows nothing twice', async () => {
  const before = new Desk();
  before.planned = [RING];
  await before.reconciler.reconcile();
  const [clicked] = before.list.all;
  if (clicked) before.reconciler.retire(clicked);
  await before.reconciler.reconcile();
  const after = new Desk(before.list);
  after.planned = [RING];
  await after.reconciler.reconcile();
  expect({ tags: after.tags, shows: after.shows }).toEqual({ tags: before.tags, shows: 0 });
  expect(after.tags).not.toEqual([RING.tag]);
});

it('a picture that never comes holds nothing up: the next ring is shown, and this one goes when it ends', async () => {
  const desk = new Desk();
  const other = incoming({ id: uuid(2), providerCallId: 'other' });
  desk.planned = [{ ...RING, icon: 'https://pictures.example.com/slow.png' }];
  await desk.reconciler.present(RING);
  desk.showing = new Promise(() => undefined);
  await desk.reconciler.reconcile();
  expect(desk.shows).toBe(2); // with the picture, which is being waited for by the browser alone
  desk.showing = Promise.resolve();
  desk.planned = ringOf(other);
  await desk.reconciler.reconcile();
  expect(desk.tags).toEqual(ringOf(other).map(({ tag }) => tag));
});
