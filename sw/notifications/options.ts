import type { PlannedNotification } from '../../shared/notifications/plan.ts';
import badge from './badge.png?inline';
import icon from './icon.png?inline';
import type { ShownData } from './reconciler.ts';

/** Part of the worker: nothing is shown before its icons have been loaded, and a network may take for ever. */
export const OUR_ICONS = { icon, badge };

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
  renotify: boolean,
): FullNotificationOptions {
  const { silent, vibrate } = planned;
  const audible = !silent && vibrate.length > 0;
  return {
    tag: planned.tag,
    body: planned.body,
    icon: planned.icon ?? OUR_ICONS.icon,
    badge: OUR_ICONS.badge,
    data,
    actions: planned.actions,
    requireInteraction: planned.requireInteraction,
    timestamp: planned.timestamp,
    silent,
    renotify,
    ...(audible ? { vibrate } : {}),
    ...(planned.kind === 'incoming' ? { scenario: 'incoming-call' as const } : {}),
  };
}
