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

/**
 * Lets a new version of the worker take over as soon as `idle()` says that no call would notice, asking again at every
 * `check()`.
 */
export function updateWhenIdle(idle: () => boolean): { check(): void } {
  const workbox = new Workbox(SCRIPT, OPTIONS);
  let waiting = false;
  const check = () => {
    if (!waiting || !idle()) return;
    waiting = false;
    workbox.messageSkipWaiting();
  };
  workbox.addEventListener('waiting', () => {
    waiting = true;
    check();
  });
  void workbox.register({ immediate: true });
  return { check };
}
