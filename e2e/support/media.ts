/** What a page's calls are made of: its peer connections, and the candidates that it tells the other side. */

import type { Page } from '@playwright/test';

declare global {
  interface Window {
    /** Every peer connection that the page has made, oldest first. */
    connections: RTCPeerConnection[];
    /** Every track that the page has captured, oldest first. */
    captured: MediaStreamTrack[];
  }
}

/** Keeps what the page captures. Before the page is loaded. */
export async function watchMicrophone(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.captured = [];
    const devices = navigator.mediaDevices;
    const capture = devices.getUserMedia.bind(devices);
    devices.getUserMedia = async (constraints) => {
      const stream = await capture(constraints);
      window.captured.push(...stream.getTracks());
      return stream;
    };
  });
}

export const openMicrophones = (page: Page): Promise<number> =>
  page.evaluate(() => window.captured.filter(({ readyState }) => readyState === 'live').length);

/** Keeps the page's peer connections where a test can ask them. Before the page is loaded. */
export async function watchConnections(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.connections = [];
    const Native = RTCPeerConnection;
    window.RTCPeerConnection = class extends Native {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        window.connections.push(this);
      }
    };
  });
}

/** Runs in the page, with the connections that are open. */
export async function connectionsOf<T>(page: Page, ask: (open: RTCPeerConnection[]) => T | Promise<T>): Promise<T> {
  const open = await page.evaluateHandle(() => window.connections.filter((one) => one.connectionState !== 'closed'));
  // Playwright's types take a handle of an array for an array of handles.
  return (await open.evaluate(ask as (open: RTCPeerConnection[]) => unknown)) as T;
}

export interface SdpWatch {
  add(page: Page): void;
  /** Every candidate that left a page, or this one, with the part behind `a=candidate:`. */
  candidates(page?: Page): string[];
  /** How many INVITEs inside a dialog have left, or have left this page. */
  restarts(page?: Page): number;
}

/** Reads what goes out on the SIP socket: after that it is known to the other side. */
export function watchSdp(): SdpWatch {
  const said: { page: Page; candidate: string }[] = [];
  const restarted: Page[] = [];
  return {
    add: (page) =>
      page.on('websocket', (socket) => {
        socket.on('framesent', ({ payload }) => {
          if (/^INVITE /u.test(String(payload)) && /^To:.*;tag=/mu.test(String(payload))) restarted.push(page);
          for (const [, candidate = ''] of String(payload).matchAll(/^a=candidate:(.*)$/gmu))
            said.push({ page, candidate });
        });
      }),
    candidates: (page) => said.filter((each) => !page || each.page === page).map(({ candidate }) => candidate),
    restarts: (page) => restarted.filter((each) => !page || each === page).length,
  };
}
