import { Workbox } from 'workbox-window';

/** In development Vite serves the worker as a module under a path of its own. */
const SCRIPT = import.meta.env.DEV ? '/dev-sw.js?dev-sw' : '/sw.js';
const OPTIONS: RegistrationOptions = { scope: '/', type: import.meta.env.DEV ? 'module' : 'classic' };

/**
 * Registers the worker. Registering the same script again is harmless, and needed: a worker that was killed during its
 * first install takes the registration with it, and `navigator.serviceWorker.ready` would wait for ever.
 */
export function registerWorker(): Promise<ServiceWorkerRegistration> {
  return navigator.serviceWorker.register(SCRIPT, OPTIONS);
}

/** ms. Browsers look for a new worker at each navigation; a phone is opened once and left open for weeks. */
const UPDATE_CHECK = 3_600_000;

/** ms after which an outdated tab looks again whether its person has stopped typing; no event tells of that. */
const AGAIN = 2_000;

export interface UpdateOptions {
  /** No call would notice a new worker or a reload. */
  idle(): boolean;
  /** The person is in the middle of something here: typing. */
  busyHere(): boolean;
}

/**
 * New versions, without a call or a person noticing: a waiting worker takes over when no call is going on, and this tab, which
 * is then of the old version, reloads itself when it is not being used. `check()` whenever either may have changed.
 */
export function followUpdates({ idle, busyHere }: UpdateOptions): { check(): void } {
  const workbox = new Workbox(SCRIPT, OPTIONS);
  let waiting = false;
  let outdated = false;
  const check = () => {
    if (!idle()) return;
    if (waiting) {
      waiting = false;
      workbox.messageSkipWaiting();
    }
    if (outdated && !busyHere()) location.reload();
  };
  workbox.addEventListener('waiting', () => {
    waiting = true;
    check();
  });
  // The first worker takes a page that had none, and the page is of its version; every later one is newer than the page.
  let controlled = navigator.serviceWorker.controller !== null;
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    if (controlled && !outdated) setInterval(check, AGAIN);
    outdated ||= controlled;
    controlled = true;
    check();
  });
  document.addEventListener('visibilitychange', check);
  void workbox.register({ immediate: true });
  setInterval(() => void workbox.update(), UPDATE_CHECK);
  return { check };
}
