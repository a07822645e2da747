import { SwitchhookError } from '../../shared/errors.ts';
import type { Database } from '../registry/database.ts';

/**
 * The browser has replaced the subscription, with no page open: the same again, and the switchboard is told. The session's
 * cookie goes with it; where it has expired, the next start of the phone does it.
 */
export async function renew(
  registration: ServiceWorkerRegistration,
  old: PushSubscription | null,
  database: () => Promise<Database>,
): Promise<void> {
  const line = (await (await database()).get('meta', 'registry'))?.settings.line;
  const key = old?.options.applicationServerKey;
  if (!line || !key) return; // nobody is logged in, or nothing is known of what was before
  const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const body = { device: line.device, subscription: subscription.toJSON(), name: '' };
  const response = await fetch('/api/push/subscription', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) {
    throw new SwitchhookError('notLoggedIn', {
      reason: `The renewed subscription was refused with ${response.status}.`,
    });
  }
}
