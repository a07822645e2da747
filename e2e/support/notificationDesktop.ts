/**
 * A desktop that shows notifications and has a user who clicks them: org.freedesktop.Notifications 1.2 on a bus of its
 * own. Chromium uses it as it would use a real one: what is clicked here is a trusted click there.
 */

import dbus from 'dbus-next';
import { type SessionBus, startBus } from './sessionBus.ts';
import { waitUntil } from './waiting.ts';

export interface DesktopNotification {
  id: number;
  /** The id that it took over: one with the same tag was shown before, and Chromium had heard its id by then; else 0. */
  replaces: number;
  appName: string;
  summary: string;
  /** Chromium puts the origin before the text. */
  body: string;
  /** The buttons, Chromium's own ("Activate" for the body, "Settings") included. */
  actions: readonly { key: string; label: string }[];
  hints: Readonly<Record<string, unknown>>;
  /** Still on the screen. */
  open: boolean;
  /** When it was shown, ms since the epoch. */
  at: number;
}

/** How one went away: the user sent it away (2), the app took it back (3). */
export interface ClosedNotification {
  id: number;
  by: 'user' | 'app';
}

export interface Desktop {
  /** What a browser has to be started with to use this desktop. */
  env: { DBUS_SESSION_BUS_ADDRESS: string };
  /** Everything that was ever shown, oldest first. A replacement is an entry of its own, with the same id. */
  notifications: readonly DesktopNotification[];
  closed: readonly ClosedNotification[];
  /** The newest notification on the screen that is as wanted; waits up to `patience` ms for one. */
  waitFor(wanted: (notification: DesktopNotification) => boolean, patience?: number): Promise<DesktopNotification>;
  /**
   * A click on a button, by its label, or on the notification itself; several labels are clicks in such quick succession
   * that the notification is still on the screen.
   */
  click(notification: DesktopNotification, ...labels: string[]): void;
  /** The same on a desktop that is busy: it does nothing for `ms` between telling the click and taking the notification away. */
  clickSlowly(notification: DesktopNotification, label: string, ms: number): void;
  dismiss(notification: DesktopNotification): void;
  stop(): Promise<void>;
}

/** Without both `actions` and `body` Chromium shows notifications by itself, where nobody can click them. */
const CAPABILITIES = ['actions', 'body', 'body-markup', 'body-hyperlinks', 'icon-static', 'persistence'];
const PATIENCE = 5_000;

/** Reasons of NotificationClosed in the Desktop Notifications Specification. */
const BY_USER = 2;
const BY_APP = 3;

type Hints = Record<string, { value: unknown }>;

/** The interface on the bus. Its methods carry the names of the specification. */
class Notifications extends dbus.interface.Interface {
  readonly shown: DesktopNotification[] = [];
  readonly gone: ClosedNotification[] = [];
  #nextId = 1;

  GetCapabilities(): string[] {
    return CAPABILITIES;
  }

  GetServerInformation(): [name: string, vendor: string, version: string, specification: string] {
    return ['test desktop', 'Switchhook', '1', '1.2'];
  }

  Notify(
    appName: string,
    replaces: number,
    _icon: string,
    summary: string,
    body: string,
    flatActions: string[],
    hints: Hints,
  ): number {
    const earlier = this.shown.findLast((notification) => notification.id === replaces && notification.open);
    if (earlier) earlier.open = false;
    const id = earlier?.id ?? this.#nextId++;
    const notification = {
      id,
      replaces,
      appName,
      summary,
      body,
      actions: toActions(flatActions),
      hints: Object.fromEntries(Object.entries(hints).map(([name, { value }]) => [name, value])),
      open: true,
      at: performance.timeOrigin + performance.now(),
    };
    // Not before the answer to this call has been sent: a click on an id that the browser has not heard of is lost.
    setImmediate(() => this.shown.push(notification));
    return id;
  }

  CloseNotification(id: number): void {
    if (this.#close(id, 'app')) this.NotificationClosed(id, BY_APP);
  }

  // Signals: what they return is what is emitted.
  NotificationClosed(id: number, reason: number): [number, number] {
    return [id, reason];
  }

  ActionInvoked(id: number, key: string): [number, string] {
    return [id, key];
  }

  /**
   * As real desktops do it: the click, then the notification goes away. Whether the page then hears of a close as well
   * depends on who is first: a worker that has closed the notification by then does not.
   */
  click({ id }: DesktopNotification, keys: string[], busy = 0): void {
    for (const key of keys) this.ActionInvoked(id, key);
    // Nothing else runs meanwhile, as in a desktop that is busy: what the browser says is read afterwards.
    if (busy > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, busy);
    this.dismiss(id);
  }

  dismiss(id: number): void {
    if (this.#close(id, 'user')) this.NotificationClosed(id, BY_USER);
  }

  #close(id: number, by: ClosedNotification['by']): boolean {
    const notification = this.shown.findLast((other) => other.id === id && other.open);
    if (!notification) return false;
    notification.open = false;
    this.gone.push({ id, by });
    return true;
  }
}

Notifications.configureMembers({
  methods: {
    GetCapabilities: { outSignature: 'as' },
    GetServerInformation: { outSignature: 'ssss' },
    Notify: { inSignature: 'susssasa{sv}i', outSignature: 'u' },
    CloseNotification: { inSignature: 'u' },
  },
  signals: { NotificationClosed: { signature: 'uu' }, ActionInvoked: { signature: 'us' } },
});

/** Keys and labels come in turn. */
function toActions(flat: string[]): { key: string; label: string }[] {
  return flat.flatMap((key, index) => (index % 2 === 0 ? [{ key, label: flat[index + 1] ?? '' }] : []));
}

/** Must be there before the browser starts: Chromium looks for a desktop once. */
export async function startDesktop(): Promise<Desktop> {
  const bus = await startBus();
  try {
    return await openDesktop(bus);
  } catch (error) {
    await bus.stop();
    throw error;
  }
}

function keysOf(notification: DesktopNotification, labels: string[]): string[] {
  const { summary, actions, open } = notification;
  if (!open) throw new Error(`The notification "${summary}" is not on the screen any more.`);
  return labels.map((label) => {
    const action = actions.find((one) => (label === 'body' ? one.key === 'default' : one.label === label));
    if (!action) throw new Error(`The notification "${summary}" has no button "${label}".`);
    return action.key;
  });
}

async function openDesktop(bus: SessionBus): Promise<Desktop> {
  const connection = dbus.sessionBus({ busAddress: bus.address });
  const server = new Notifications('org.freedesktop.Notifications');
  connection.export('/org/freedesktop/Notifications', server);
  await connection.requestName('org.freedesktop.Notifications', 0);
  return {
    env: { DBUS_SESSION_BUS_ADDRESS: bus.address },
    notifications: server.shown,
    closed: server.gone,
    waitFor: (wanted, patience = PATIENCE) =>
      waitUntil('a notification', patience, () => server.shown.findLast((one) => one.open && wanted(one))),
    click: (notification, ...labels) => server.click(notification, keysOf(notification, labels)),
    clickSlowly: (notification, label, ms) => server.click(notification, keysOf(notification, [label]), ms),
    dismiss: ({ id }) => server.dismiss(id),
    stop: async () => {
      connection.disconnect();
      await bus.stop();
    },
  };
}
