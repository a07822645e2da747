/**
 * Which notifications should be shown now: a pure function of the registry and of what can be seen of the app. The
 * worker's reconciler makes the desktop equal to it; nothing else shows or closes a notification (3.1).
 */

import { allowedCommands } from '../calls/allowed.ts';
import { ACTIONS, type SimpleAction, type WireAction } from '../calls/commands.ts';
import { ANSWERS, pendingIntent } from '../calls/intents.ts';
import type { CallRecord } from '../calls/record.ts';
import { isLive } from '../calls/states.ts';
import { actionText, notificationText } from '../i18n/notifications.ts';
import type { Settings } from '../registry/input.ts';

export interface View {
  /** Every call that is not over. */
  live: readonly CallRecord[];
  /** Finished calls that may still be worth a line: the unseen missed ones and those that ended a moment ago. */
  finished: readonly CallRecord[];
  /** Tabs of ours that a person can see now. */
  visibleTabs: number;
  settings: Settings;
  /** `Notification.maxActions`: 2 in today's browsers, 0 in those without buttons. */
  maxActions: number;
  now: number;
}

export type NotificationKind = 'incoming' | 'outgoing' | 'live' | 'reconnecting' | 'missed' | 'ended';

/** A notification as it should be. `tag` is its identity: the same tag again replaces it. */
export interface PlannedNotification {
  tag: string;
  kind: NotificationKind;
  /** The call that a click is about: of several missed ones of a caller, the last. */
  callId: string;
  title: string;
  body: string;
  actions: { action: WireAction; title: string }[];
  /** Stays until it is dealt with. */
  requireInteraction: boolean;
  silent: boolean;
  vibrate: number[];
  timestamp: number;
  icon: string | null;
}

export interface Plan {
  notifications: PlannedNotification[];
  /** When the plan changes by the passing of time alone; null when it does not. */
  reviseAt: number | null;
}

/** How long the line that replaces a ring stays (3.1). */
export const ENDED_SHOWN = 5_000;

/** A ring as telephones vibrate it: 1 s on, 0.5 s off, some 30 s of it. Ours. */
const RING_VIBRATION = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? 1_000 : 500));

export function planNotifications(view: View): Plan {
  if (!view.settings.notifications) return { notifications: [], reviseAt: null };
  const hidden = view.visibleTabs === 0;
  const notifications = [
    ...(hidden ? view.live.flatMap((call) => liveNotification(call, view)) : []),
    ...(hidden ? view.finished.flatMap((call) => endedNotification(call, view)) : []),
    ...missedNotifications(view),
  ];
  const ends = view.finished.filter(isReplaced).map((call) => (call.endedAt ?? 0) + ENDED_SHOWN);
  const coming = ends.filter((at) => at > view.now);
  return { notifications, reviseAt: coming.length > 0 ? Math.min(...coming) : null };
}

/** Rows of the table, by state: the most important action first, the rest is on the screen. */
function liveNotification(call: CallRecord, view: View): PlannedNotification[] {
  const base = describe(call, view);
  switch (call.state) {
    case 'ringing': {
      // Once it is being answered the ring is over for the person; a failed answer brings it back.
      if (call.dismissed || pendingIntent(call, ...ANSWERS)) return [];
      return [ring(call, base, view)];
    }
    case 'initiated':
    case 'dialing':
      return [row(call, base, view, 'outgoing', ['hangUp', 'mute'])];
    case 'connecting':
    case 'active':
      return [row(call, base, view, 'live', ['hangUp', 'mute', 'unmute', 'hold', 'unhold'])];
    case 'reconnecting':
      return [row(call, base, view, 'reconnecting', ['hangUp'])];
    default:
      return [];
  }
}

type Base = Omit<PlannedNotification, 'kind' | 'title' | 'body' | 'actions'>;

function describe(call: CallRecord, { now }: View): Base {
  return {
    tag: `call:${call.id}`,
    callId: call.id,
    requireInteraction: false,
    silent: true,
    vibrate: [],
    timestamp: call.answeredAt ?? call.createdAt ?? now,
    icon: call.peer.avatarUrl,
  };
}

export const nameOf = (call: CallRecord): string => call.peer.displayName || call.peer.handle;

function ring(call: CallRecord, base: Base, view: View): PlannedNotification {
  const other = view.live.find((one) => one.id !== call.id && isLive(one.state));
  const { language } = view.settings;
  const title = notificationText(
    language,
    call.type === 'audio' ? 'notification.incoming.audio' : 'notification.incoming.video',
  );
  const body = other
    ? `${nameOf(call)}\n${notificationText(language, 'notification.incoming.while', { name: nameOf(other) })}`
    : nameOf(call);
  const order: SimpleAction[] = other
    ? ['holdAndAnswer', 'decline', 'endAndAnswer']
    : ['answer', 'decline', 'answerWithVideo', 'silence'];
  const silent = call.attributes.silenced;
  return {
    ...base,
    kind: 'incoming',
    title,
    body,
    actions: offered(call, view, order),
    requireInteraction: true,
    silent,
    vibrate: silent ? [] : RING_VIBRATION, // a silent notification that vibrates is a TypeError in the browser
  };
}

function row(
  call: CallRecord,
  base: Base,
  view: View,
  kind: 'outgoing' | 'live' | 'reconnecting',
  order: SimpleAction[],
): PlannedNotification {
  const title = notificationText(view.settings.language, `notification.${kind}`, { name: nameOf(call) });
  return { ...base, kind, title, body: call.peer.handle, actions: offered(call, view, order) };
}

/** The actions that the call allows now, in the table's order, as many as the browser shows. */
function offered(
  call: CallRecord,
  { live, settings, maxActions, now }: View,
  order: SimpleAction[],
): PlannedNotification['actions'] {
  const allowed = allowedCommands(call, { others: live, now });
  return order
    .filter((action) => allowed.has(action))
    .slice(0, maxActions)
    .map((action) => ({ action: ACTIONS[action], title: actionText(settings.language, action) }));
}

const REPLACED = {
  answeredElsewhere: 'notification.answeredElsewhere',
  declinedElsewhere: 'notification.declinedElsewhere',
} as const;

/** The line that replaces the ring of a call that ended so; undefined for every other end. */
function replacement({ disconnect }: CallRecord): (typeof REPLACED)[keyof typeof REPLACED] | undefined {
  const response = disconnect?.response;
  return response === 'answeredElsewhere' || response === 'declinedElsewhere' ? REPLACED[response] : undefined;
}

/**
 * Whether the ring gave way to a line that says where it went. A caller who gave up is not among them: that is a missed
 * call to the person, and the missed row says so.
 */
function isReplaced(call: CallRecord): boolean {
  return replacement(call) !== undefined && !call.dismissed;
}

function endedNotification(call: CallRecord, view: View): PlannedNotification[] {
  const key = replacement(call);
  if (!key || !isReplaced(call) || view.now >= (call.endedAt ?? 0) + ENDED_SHOWN) return [];
  const title = notificationText(view.settings.language, key);
  return [{ ...describe(call, view), kind: 'ended', title, body: nameOf(call), actions: [] }];
}

/** One notification per caller, with the count of the calls that were missed. */
function missedNotifications(view: View): PlannedNotification[] {
  const byCaller = new Map<string, CallRecord[]>();
  for (const call of view.finished.filter((one) => one.unseen)) {
    const key = `${call.account} ${call.peer.handle}`;
    byCaller.set(key, [...(byCaller.get(key) ?? []), call]);
  }
  return [...byCaller.values()].flatMap((calls) => missed(calls, view));
}

function missed(calls: CallRecord[], view: View): PlannedNotification[] {
  const last = calls.reduce((newest, call) => ((call.endedAt ?? 0) > (newest.endedAt ?? 0) ? call : newest));
  const { language } = view.settings;
  const count = calls.length;
  const title =
    count === 1
      ? notificationText(language, 'notification.missed.one')
      : notificationText(language, 'notification.missed.many', { count });
  return [
    {
      ...describe(last, view),
      tag: `missed:${last.account}:${last.peer.handle}`,
      kind: 'missed',
      timestamp: last.endedAt ?? view.now,
      title,
      body: nameOf(last),
      actions: offered(last, view, ['callback', 'dismiss']),
    },
  ];
}
