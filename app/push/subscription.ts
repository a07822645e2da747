/** This device's push subscription: made at log-in, renewed at every start, removed at log-out. */

import { SwitchhookError } from '../../shared/errors.ts';
import * as api from '../phone/api.ts';

/**
 * ms until a subscription has failed. It takes 2 s the first time; a browser that cannot reach its push service never answers
 * at all, and that is a finding, not a reason to hang.
 */
const PATIENCE = 15_000;

/**
 * Subscribes this device and tells the switchboard.
 * @throws SwitchhookError `notSupported` without push, `timedOut` where the push service is out of reach, `notAllowed` without
 * the permission, and as the switchboard refuses
 */
export async function subscribe(registration: ServiceWorkerRegistration, device: string): Promise<void> {
  if (!('pushManager' in registration)) {
    throw new SwitchhookError('notSupported', { reason: 'This browser has no push.' });
  }
  const applicationServerKey = bytesOf(await api.pushKey());
  const subscription = await withPatience(current(registration, applicationServerKey));
  await api.putSubscription({ device, name: deviceName(), subscription: subscription.toJSON() });
}

/** The browser's side of it; whoever logs in next has a subscription of their own. @throws SwitchhookError `timedOut` */
export async function unsubscribe(registration: ServiceWorkerRegistration): Promise<void> {
  const known = registration.pushManager?.getSubscription();
  if (known) await withPatience(known.then((subscription) => subscription?.unsubscribe()));
}

/** The one that there is, where it is for this switchboard's key; a key that was changed needs a new one. */
async function current(
  registration: ServiceWorkerRegistration,
  key: Uint8Array<ArrayBuffer>,
): Promise<PushSubscription> {
  const known = await registration.pushManager.getSubscription();
  if (known && sameBytes(known.options.applicationServerKey, key)) return known;
  await known?.unsubscribe();
  try {
    return await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  } catch (cause) {
    const denied = cause instanceof DOMException && cause.name === 'NotAllowedError';
    throw new SwitchhookError(denied ? 'notAllowed' : 'notSupported', {
      reason: 'The browser refused the push subscription.',
      cause,
    });
  }
}

function sameBytes(one: ArrayBuffer | null, two: Uint8Array): boolean {
  if (!one || one.byteLength !== two.byteLength) return false;
  const bytes = new Uint8Array(one);
  return two.every((byte, index) => byte === bytes[index]);
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

async function withPatience<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new SwitchhookError('timedOut', { reason: 'The push service of this browser does not answer.' });
    timer = setTimeout(() => reject(error), PATIENCE);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What a person knows this device by, as far as the browser says it. */
function deviceName(): string {
  const { userAgentData } = navigator as Navigator & {
    userAgentData?: { platform: string; brands: { brand: string }[] };
  };
  const brand = userAgentData?.brands.find(({ brand: name }) => !/not.?a.?brand|chromium/iu.test(name))?.brand;
  const browser = brand ?? /Firefox|Edg|Chrome|Safari/u.exec(navigator.userAgent)?.[0] ?? 'Browser';
  const system = userAgentData?.platform ?? /Windows|Mac OS|Android|iPhone|iPad|Linux/u.exec(navigator.userAgent)?.[0];
  return system ? `${browser}, ${system}` : browser;
}
