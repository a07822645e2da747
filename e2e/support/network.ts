/** Faults of a real network, between a page and everything else. */

import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Page } from '@playwright/test';

export interface PageNetwork {
  /** Percent of the media packets that are lost, both ways; 100 is a dead path. Signalling is not touched. */
  loseMedia(percent: number): Promise<void>;
  /** The device has no network: signalling and media, and the page is told. */
  offline(offline: boolean): Promise<void>;
}

/**
 * The browser's own faults. They touch WebRTC only where they are on before the first peer connection is made: so they are
 * on at once, with 1 ms of delay.
 */
export async function controlNetwork(page: Page): Promise<PageNetwork> {
  const cdp = await page.context().newCDPSession(page);
  const none = { offline: false, latency: 1, downloadThroughput: -1, uploadThroughput: -1, packetLoss: 0 };
  const set = async (changes: Partial<typeof none>) => {
    await cdp.send('Network.emulateNetworkConditions', { ...none, ...changes });
  };
  await cdp.send('Network.enable');
  await set({});
  return { loseMedia: (packetLoss) => set({ packetLoss }), offline: (offline) => set({ offline }) };
}

export interface Wire {
  port: number;
  /** Cuts every connection; new ones get through. */
  cut(): void;
  /** Nothing is passed on any more, and nobody is told; new connections open and are silent as well. */
  hold(on: boolean): void;
  /** New connections are closed at once. */
  refuse(on: boolean): void;
  close(): Promise<void>;
}

/** A TCP line in front of the switchboard. */
export async function startWire(upstream: number): Promise<Wire> {
  const ends = new Set<Socket>();
  let held = false;
  let refuses = false;
  const server = createServer((near) => {
    if (refuses) {
      near.destroy();
      return;
    }
    const far = connect(upstream, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(from);
      from.on('data', (data) => held || to.write(data)); // what is swallowed is lost, as when a route is gone
      from.on('close', () => {
        ends.delete(from);
        to.destroy();
      });
      from.on('error', () => to.destroy()); // `close` follows
    }
  });
  const cut = () => {
    for (const end of ends) end.destroy();
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    hold: (on) => {
      // TCP would repeat what was lost and go on; after a change of network the old connections are dead.
      if (!on) cut();
      held = on;
    },
    refuse: (on) => {
      refuses = on;
    },
    close: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}

export interface UdpFaults {
  /** Percent, each way. */
  loss?: number;
  /** ms, each way. */
  delay?: number;
  blackhole?: boolean;
}

export interface UdpRelay {
  port: number;
  set(faults: UdpFaults): void;
  close(): void;
}

/** Stands in front of a UDP server; every client has a socket of its own behind it. */
export async function startUdpRelay(upstream: number): Promise<UdpRelay> {
  let faults: UdpFaults = {};
  const clients = new Map<string, UdpSocket>();
  const timers = new Set<NodeJS.Timeout>();
  const front = createSocket('udp4');
  const pass = (send: () => void) => {
    const { loss = 0, delay = 0, blackhole = false } = faults;
    if (blackhole || Math.random() * 100 < loss) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      send();
    }, delay);
    timers.add(timer);
  };
  front.on('message', (data, { address, port }) => {
    const key = `${address}:${port}`;
    const back = clients.get(key) ?? createSocket('udp4');
    if (!clients.has(key)) back.on('message', (answer) => pass(() => front.send(answer, port, address)));
    clients.set(key, back);
    pass(() => back.send(data, upstream, '127.0.0.1'));
  });
  front.bind(0, '127.0.0.1');
  await once(front, 'listening');
  return {
    port: front.address().port,
    set: (changes) => {
      faults = changes;
    },
    close: () => {
      for (const timer of timers) clearTimeout(timer);
      for (const socket of [front, ...clients.values()]) socket.close();
    },
  };
}
