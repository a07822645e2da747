/**
 * The registry as this tab knows it: a snapshot and the deltas after it. On a gap, a restart or a death it reads IndexedDB
 * again; a tab that was frozen or in the back/forward cache does so when it is shown.
 */

import type { CallRecord } from '../../shared/calls/record.ts';
import { isOver } from '../../shared/calls/states.ts';
import type { Delta } from '../../shared/link/protocol.ts';
import { DEFAULT_SETTINGS } from '../../shared/registry/decide.ts';
import type { Host, Settings } from '../../shared/registry/input.ts';
import type { WorkerLink } from './link.ts';
import type { RegistryReader } from './reader.ts';

export interface MirrorState {
  rev: number;
  live: ReadonlyMap<string, CallRecord>;
  host: Host | null;
  settings: Settings;
}

export interface Change {
  state: MirrorState;
  /** Calls that ended with this change, as they ended. */
  ended: readonly CallRecord[];
  /** Finished calls changed (ended, seen, trimmed): pages of the history are to be read again. */
  historyChanged: boolean;
}

export class RegistryMirror {
  readonly #link: WorkerLink;
  readonly #reader: RegistryReader;
  readonly #listeners = new Set<(change: Change) => void>();
  #state: MirrorState = { rev: 0, live: new Map(), host: null, settings: DEFAULT_SETTINGS };
  #started = false;
  #catchingUp: Promise<void> | undefined;
  #again = false;
  #held: Delta[] = [];

  constructor(link: WorkerLink, reader: RegistryReader) {
    this.#link = link;
    this.#reader = reader;
  }

  get state(): MirrorState {
    return this.#state;
  }

  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Settles when the registry's state, as this tab knows it, is as asked; at once where it is so already. */
  async until(condition: (state: MirrorState) => boolean): Promise<void> {
    while (!condition(this.#state)) await this.next();
  }

  /** Settles with the next change. */
  next(): Promise<Change> {
    return new Promise((resolve) => {
      const stop = this.onChange((change) => {
        stop();
        resolve(change);
      });
    });
  }

  /** Follows the registry from now on. @throws SwitchhookError as the link and the reader do */
  async start(): Promise<void> {
    if (this.#started) return this.catchUp();
    this.#started = true;
    await this.#link.hello(); // the worker creates the database; before that there is nothing to read
    this.#link.onBroadcast((message) => {
      if (message.type === 'delta') this.#onDelta(message);
      if (message.type === 'started') this.#catchUpSoon();
    });
    this.#link.onDeath(() => this.#catchUpSoon());
    await this.catchUp();
  }

  /** Settles when this tab knows what was committed before the call. */
  catchUp(): Promise<void> {
    if (this.#catchingUp) {
      this.#again = true;
      return this.#catchingUp;
    }
    this.#catchingUp = this.#readAgain().finally(() => {
      this.#catchingUp = undefined;
    });
    return this.#catchingUp;
  }

  #catchUpSoon(): void {
    // A read that fails leaves the rev behind, so that the next delta is a gap and reads again.
    this.catchUp().catch(() => undefined);
  }

  #onDelta(delta: Delta): void {
    // A read is under way: what comes meanwhile is applied after it. To read again for each would never end under load.
    if (this.#catchingUp) this.#held.push(delta);
    else if (!this.#apply(delta)) this.#catchUpSoon();
  }

  /** @returns false on a gap: something before this delta was missed */
  #apply(delta: Delta): boolean {
    if (delta.rev <= this.#state.rev) return true;
    if (delta.rev !== this.#state.rev + 1) return false;
    const live = new Map(this.#state.live);
    const ended: CallRecord[] = [];
    for (const call of delta.calls) {
      if (!isOver(call.state)) live.set(call.id, call);
      else if (live.delete(call.id)) ended.push(call);
    }
    const historyChanged = delta.calls.some((call) => isOver(call.state));
    this.#publish({ rev: delta.rev, live, host: delta.host, settings: delta.settings }, ended, historyChanged);
    return true;
  }

  async #readAgain(): Promise<void> {
    do {
      this.#again = false;
      await this.#readOnce();
      const held = this.#held;
      this.#held = [];
      if (!held.every((delta) => this.#apply(delta))) this.#again = true;
    } while (this.#again);
  }

  async #readOnce(): Promise<void> {
    const before = this.#state;
    const { rev, calls, host, settings } = await this.#reader.snapshot();
    if (rev === before.rev) return;
    const live = new Map(calls.map((call) => [call.id, call]));
    const gone = [...before.live.keys()].filter((id) => !live.has(id));
    const ended = (await Promise.all(gone.map((id) => this.#reader.call(id)))).filter((call) => call !== null);
    this.#publish({ rev, live, host, settings }, ended, true);
  }

  #publish(state: MirrorState, ended: readonly CallRecord[], historyChanged: boolean): void {
    this.#state = state;
    for (const listener of this.#listeners) listener({ state, ended, historyChanged });
  }
}
