import type { OpenCall } from '../../shared/link/protocol.ts';

/**
 * The worker asks this tab to show a call, after a click on a notification. The acknowledgement is what tells a tab that is
 * alive from one that is frozen: it is sent at once, before anything is done about it.
 */
export function onOpened(listener: (opened: OpenCall) => void): void {
  navigator.serviceWorker.addEventListener('message', ({ data, ports }: MessageEvent<OpenCall | null>) => {
    if (data?.type !== 'open') return;
    ports[0]?.postMessage('shown');
    listener(data);
  });
}
