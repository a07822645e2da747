import type { PlannedNotification } from '../../shared/notifications/plan.ts';
import type { ShownData } from './reconciler.ts';

/** Members that browsers know and TypeScript's DOM library does not. */
interface FullNotificationOptions extends NotificationOptions {
  actions?: { action: string; title: string }[];
  renotify?: boolean;
  timestamp?: number;
  vibrate?: number[];
  /** Draft of the Notifications API: a real call screen where the browser has one, ignored elsewhere. */
  scenario?: 'incoming-call';
}

/**
 * The options of a planned notification, free of the combinations that make the browser throw (Notifications API, "create
 * a notification"): silent with vibrate, renotify without tag.
 */
export function notificationOptions(
  planned: PlannedNotification,
  data: ShownData,
  replaces: boolean,
): FullNotificationOptions {
  const { silent, vibrate } = planned;
  const audible = !silent && vibrate.length > 0;
  return {
    tag: planned.tag,
    body: planned.body,
    icon: planned.icon ?? '/icon-192.png',
    badge: '/badge.png',
    data,
    actions: planned.actions,
    requireInteraction: planned.requireInteraction,
    timestamp: planned.timestamp,
    silent,
    // The second missed call of a caller is news; a ring that was silenced is not.
    renotify: replaces && planned.kind === 'missed',
    ...(audible ? { vibrate } : {}),
    ...(planned.kind === 'incoming' ? { scenario: 'incoming-call' as const } : {}),
  };
}
