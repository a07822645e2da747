/**
 * Requests that the worker has nothing to do with, and that therefore must not wake it: a page asks the switchboard every few
 * seconds what goes on elsewhere. Without this each question starts a worker that slept, and Chromium, which lets a new version
 * take over only once the old worker has been idle for half a minute, would wait for ever.
 */

/** Of the Static Routing API (W3C Service Workers, 4.5 "Router"); Chromium has it, TypeScript does not know it. */
interface RoutingEvent extends ExtendableEvent {
  addRoutes?(rules: { condition: { urlPattern: string }; source: 'network' }): Promise<void>;
}

/** Where the switchboard answers pages. */
const API = '/api/*';

/** Browsers without it wake the worker and let it sleep again. */
export function letPass(scope: ServiceWorkerGlobalScope, report: (error: unknown) => void): void {
  scope.addEventListener('install', (event: RoutingEvent) => {
    const added = event.addRoutes?.({ condition: { urlPattern: API }, source: 'network' });
    if (added) event.waitUntil(added.catch(report));
  });
}
