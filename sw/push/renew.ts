import { SwitchhookError } from '../../shared/errors.ts';
import { pushKey } from '../../shared/http/push.ts';
import type { Settings } from '../../shared/registry/input.ts';
import { parse } from '../../shared/validate.ts';
import { within } from '../within.ts';

/** ms; as for a subscription by a page: a browser that cannot reach its push service never answers at all. */
const PATIENCE = 15_000;

/** What `pushsubscriptionchange` tells (Push API 10.4); browsers leave out what they do not know. */
export interface SubscriptionChange {
  oldSubscription?: Pick<PushSubscription, 'options'> | null;
  newSubscription?: Pick<PushSubscription, 'toJSON'> | null;
}

export interface RenewParts {
  settings(): Promise<Settings>;
  pushManager: { subscribe(options: PushSubscriptionOptionsInit): Promise<Pick<PushSubscription, 'toJSON'>> };
  fetch: typeof fetch;
}

/**
 * The browser has replaced the subscription, or taken it away, with no page open: there is one again, and the switchboard is
 * told. The session's cookie goes with it; where that has expired, or there is no network, the next start of the phone does it.
 * @throws SwitchhookError `timedOut`, `notLoggedIn`; as the browser refuses
 */
export async function renew(
  { oldSubscription, newSubscription }: SubscriptionChange,
  { settings, pushManager, fetch }: RenewParts,
): Promise<void> {
  const { line } = await settings();
  if (line === null) return; // nobody is logged in: nothing is to ring here
  let subscription = newSubscription ?? undefined;
  if (!subscription) {
    const applicationServerKey = oldSubscription?.options.applicationServerKey ?? (await serverKey(fetch));
    subscription = await within(PATIENCE, pushManager.subscribe({ userVisibleOnly: true, applicationServerKey }));
  }
  if (!subscription)
    throw new SwitchhookError('timedOut', { reason: 'The push service of this browser does not answer.' });
  const response = await fetch('/api/push/subscription', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    // Without a name: the one that a page has given stays.
    body: JSON.stringify({ device: line.device, subscription: subscription.toJSON(), name: '' }),
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (!response.ok) {
    const reason = `The renewed subscription was refused with ${response.status}.`;
    throw new SwitchhookError('notLoggedIn', { reason });
  }
}

/** A browser that does not say what was before: the switchboard's key is public. In base64url, as `subscribe` takes it too. */
async function serverKey(ask: typeof fetch): Promise<string> {
  const response = await ask('/api/push/key', { signal: AbortSignal.timeout(PATIENCE) });
  if (!response.ok)
    throw new SwitchhookError('notLoggedIn', { reason: `The key was refused with ${response.status}.` });
  return parse(pushKey, await response.json(), 'key').publicKey;
}
