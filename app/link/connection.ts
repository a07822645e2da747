/**
 * One connection to one run of the worker: from the handshake to the worker's death.
 *
 * The port comes with an event (`active.postMessage`), because only events wake a stopped worker. A `connect` that reaches
 * a dying worker is lost without a word, so it is sent again until one port has answered. Once connected, the Web Lock
 * that the worker holds tells of its death: it is granted to us when the worker is gone.
 */

import * as Comlink from 'comlink';
import { fromWire, SwitchhookError } from '../../shared/errors.ts';
import { type Hello, PROTOCOL, type WorkerApi, type WorkerMessage } from '../../shared/link/protocol.ts';

export interface Connection {
  readonly api: Comlink.Remote<WorkerApi>;
  readonly hello: Hello;
  /** Rejects with `linkDown` when the worker is dead or was given up. */
  readonly dead: Promise<never>;
  giveUp(why: string): void;
}

export interface HandshakeOptions {
  registration: () => Promise<ServiceWorkerRegistration>;
  /** Calls back when a worker has announced its start: the moment to try again. @returns stops it */
  onStarted: (listener: () => void) => () => void;
  /**
   * ms between two attempts. A handshake with a stopped worker takes 5 ms, seldom 60; a quarter of a second is late
   * enough to be a loss and early enough not to be felt.
   */
  hedge?: number;
  /** ms until the handshake has failed: a worker that cannot start in this time has a script that does not run. */
  patience?: number;
}

export async function connect(options: HandshakeOptions): Promise<Connection> {
  const { hedge = 250, patience = 10_000 } = options;
  const registration = await options.registration();
  const ports: MessagePort[] = [];
  const { promise, resolve, reject } = withResolvers<Connection>();
  const attempt = () => {
    const worker = registration.active;
    if (!worker) return; // being replaced; the next attempt finds the new one
    const { port1, port2 } = new MessageChannel();
    ports.push(port1);
    worker.postMessage({ type: 'connect', protocol: PROTOCOL } satisfies WorkerMessage, [port2]);
    const api = Comlink.wrap<WorkerApi>(port1);
    api.hello().then((reply) => {
      if (reply.ok) resolve(adopt(port1, api, reply.value));
      else reject(fromWire(reply.error));
    }, reject);
  };
  const timer = setInterval(attempt, hedge);
  const late = setTimeout(() => reject(linkDown('The service worker does not answer.')), patience);
  const stopListening = options.onStarted(attempt);
  attempt();
  try {
    const connection = await promise;
    return connection;
  } finally {
    clearInterval(timer);
    clearTimeout(late);
    stopListening();
    const won = await promise.then(portOf, () => undefined);
    for (const port of ports) if (port !== won) port.close();
  }
}

const linkDown = (reason: string) => new SwitchhookError('linkDown', { reason });

const portsOf = new WeakMap<Connection, MessagePort>();
const portOf = (connection: Connection) => portsOf.get(connection);

function adopt(port: MessagePort, api: Comlink.Remote<WorkerApi>, hello: Hello): Connection {
  const waiting = new AbortController();
  const { promise: dead, reject } = withResolvers<never>();
  dead.catch(() => undefined); // heard by those who wait for it; nobody may be waiting
  const giveUp = (why: string) => {
    if (waiting.signal.aborted) return;
    waiting.abort();
    port.close();
    reject(linkDown(why));
  };
  const connection: Connection = { api, hello, dead, giveUp };
  portsOf.set(connection, port);
  // The worker had this lock before it answered: we get it only when the worker is gone.
  const queued = navigator.locks.request(hello.lock, { mode: 'shared', signal: waiting.signal }, () =>
    giveUp('The worker was stopped.'),
  );
  queued.catch((error: unknown) => {
    if (!waiting.signal.aborted) giveUp(`The worker's lock cannot be watched: ${String(error)}`);
  });
  return connection;
}

/** `Promise.withResolvers`, which is younger than the browsers we run in (Chrome 119, Firefox 121, Safari 17.4). */
function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (reason: unknown) => void } {
  let resolve: (value: T) => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
