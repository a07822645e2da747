/**
 * A page's link to the service worker, made to survive its death: nothing that was asked is lost or done twice. On death
 * nobody is rejected; the link connects again and sends again, and the worker recognises the id.
 */

import { fromWire, SwitchhookError } from '../../shared/errors.ts';
import { type Broadcast, CHANNEL, type Hello, type WorkerMessage } from '../../shared/link/protocol.ts';
import type { Outcome, RegistryInput, Submission } from '../../shared/registry/input.ts';
import { type Connection, connect } from './connection.ts';

export interface LinkOptions {
  registration: () => Promise<ServiceWorkerRegistration>;
  /** ms a worker may take over one answer before it counts as hung. Far above the slowest commit, 0.1 s. */
  callPatience?: number;
  /** ms after which a submission that found no worker at all is given back with `linkDown`. */
  patience?: number;
}

/** The idle timer of a worker runs 30 s; a message event every 10 s of traffic keeps it from dying in mid-conversation. */
const TOUCH_EVERY = 10_000;

/** How long a dead worker's successor may take to activate before we wake whoever is there (measured: 1 s). */
const UPDATE_HOLD = 5_000;

export type Submit = (
  input: RegistryInput,
  options?: { id?: string; source?: Submission['source'] },
) => Promise<Outcome>;

export class WorkerLink {
  readonly #options: Required<LinkOptions>;
  readonly #channel = new BroadcastChannel(CHANNEL);
  readonly #broadcastListeners = new Set<(message: Broadcast) => void>();
  readonly #deathListeners = new Set<() => void>();
  #connection: Promise<Connection> | undefined;
  #instance: string | undefined;
  #tab: string | null = null;
  #touchedAt = 0;
  #holdUntil = 0;

  constructor(options: LinkOptions) {
    this.#options = { callPatience: 3_000, patience: 30_000, ...options };
    this.#channel.addEventListener('message', ({ data }: MessageEvent<Broadcast>) => this.#onBroadcast(data));
  }

  /** This tab's id, once the worker has said it. */
  get tab(): string | null {
    return this.#tab;
  }

  /** Everything that the workers broadcast, in order. @returns stops it */
  onBroadcast(listener: (message: Broadcast) => void): () => void {
    this.#broadcastListeners.add(listener);
    return () => this.#broadcastListeners.delete(listener);
  }

  /** The worker died: whatever it committed last may not have been broadcast. @returns stops it */
  onDeath(listener: () => void): () => void {
    this.#deathListeners.add(listener);
    return () => this.#deathListeners.delete(listener);
  }

  /** Connects where there is no connection. @throws SwitchhookError `linkDown`, `protocolMismatch`, `storage` */
  async hello(): Promise<Hello> {
    return (await this.#connected()).hello;
  }

  /**
   * Submits until it is acknowledged; the id makes a repeat harmless.
   * @throws SwitchhookError whatever the worker says was wrong with it, or `linkDown` after `patience` without a worker
   */
  async submit(submission: Submission): Promise<Outcome> {
    const giveUpAt = Date.now() + this.#options.patience;
    for (;;) {
      try {
        return await this.#once(submission);
      } catch (error) {
        if (!(error instanceof SwitchhookError && error.code === 'linkDown') || Date.now() > giveUpAt) throw error;
      }
    }
  }

  /** A message event to the worker, which wakes it; for what needs no answer. */
  async notify(message: WorkerMessage): Promise<void> {
    const registration = await this.#options.registration();
    registration.active?.postMessage(message);
  }

  close(): void {
    this.#channel.close();
    this.#connection?.then((connection) => connection.giveUp('The page is done.')).catch(() => undefined); // never was one
  }

  async #once(submission: Submission): Promise<Outcome> {
    const connection = await this.#connected();
    this.#touch();
    let hung: ReturnType<typeof setTimeout> | undefined;
    const patience = new Promise<never>((_, reject) => {
      hung = setTimeout(() => {
        connection.giveUp('The worker hangs.');
        reject(new SwitchhookError('linkDown', { reason: 'The service worker took too long.' }));
      }, this.#options.callPatience);
    });
    try {
      const reply = await Promise.race([connection.api.submit(submission), connection.dead, patience]);
      if (!reply.ok) throw fromWire(reply.error);
      return reply.value;
    } finally {
      clearTimeout(hung);
    }
  }

  #connected(): Promise<Connection> {
    if (this.#connection) return this.#connection;
    const connecting = this.#connect();
    this.#connection = connecting;
    connecting.catch(() => {
      if (this.#connection === connecting) this.#connection = undefined;
    });
    return connecting;
  }

  async #connect(): Promise<Connection> {
    const connection = await connect({
      registration: () => this.#activeRegistration(),
      onStarted: (listener) => this.onBroadcast((message) => message.type === 'started' && listener()),
    });
    this.#instance = connection.hello.instance;
    this.#tab = connection.hello.tab;
    this.#touchedAt = Date.now();
    connection.dead.catch(() => {
      this.#connection = undefined;
      for (const listener of this.#deathListeners) listener();
    });
    return connection;
  }

  #onBroadcast(message: Broadcast): void {
    if (message.type === 'updating') this.#holdUntil = Date.now() + UPDATE_HOLD;
    if (message.type === 'started') this.#onStarted(message.instance);
    for (const listener of this.#broadcastListeners) listener(message);
  }

  /** A worker that is not ours has started: ours is dead, should the lock not have told us yet. */
  #onStarted(instance: string): void {
    this.#holdUntil = 0;
    if (this.#instance === undefined || this.#instance === instance) return;
    this.#connection?.then(
      (connection) => {
        if (connection.hello.instance !== instance) connection.giveUp('Another worker has started.');
      },
      () => undefined,
    ); // a failed connection is reported to those who wait for it
  }

  /** A registration with an active worker, not disturbed while a new version takes over. */
  async #activeRegistration(): Promise<ServiceWorkerRegistration> {
    for (;;) {
      const registration = await this.#options.registration();
      const coming = registration.installing ?? registration.waiting;
      const held = Date.now() < this.#holdUntil;
      if (registration.active && !(held && coming)) return registration;
      if (coming) await settled(coming, held ? this.#holdUntil - Date.now() : UPDATE_HOLD);
    }
  }

  /** Port traffic does not keep a worker alive; a message event does. Only while there is traffic: never for its own sake. */
  #touch(): void {
    if (Date.now() - this.#touchedAt < TOUCH_EVERY) return;
    this.#touchedAt = Date.now();
    void this.notify({ type: 'touch' });
  }
}

/** Resolves when the worker has come to life or to nothing, at the latest after `limit` ms. */
function settled(worker: ServiceWorker, limit: number): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (worker.state === 'activating' || worker.state === 'activated' || worker.state === 'redundant') done();
    };
    const timer = setTimeout(done, limit);
    function done() {
      clearTimeout(timer);
      worker.removeEventListener('statechange', look);
      resolve();
    }
    worker.addEventListener('statechange', look);
    look();
  });
}
