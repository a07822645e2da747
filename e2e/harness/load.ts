/** A tab under load: keeps commands in flight through the real link and remembers what was acknowledged. */

import { WorkerLink } from '../../app/link/link.ts';
import { RegistryMirror } from '../../app/link/mirror.ts';
import { RegistryReader } from '../../app/link/reader.ts';
import { registerWorker } from '../../app/link/register.ts';
import type { CallFact } from '../../shared/calls/facts.ts';
import type { RegistryInput } from '../../shared/registry/input.ts';

export interface LoadReport {
  acknowledged: string[];
  refused: string[];
  /** Submissions that were given back with an error: there must be none. */
  errors: string[];
  /** Deaths of the worker that this tab noticed while it had submissions in flight. */
  deathsInFlight: number;
  rev: number;
  /** Every call that was seen, as this tab knows it: id and state. */
  live: string[];
}

const PEER = { handle: '102', displayName: null, avatarUrl: null, userId: null };

export class Load {
  readonly link = new WorkerLink({ registration: registerWorker });
  readonly reader = new RegistryReader();
  readonly mirror = new RegistryMirror(this.link, this.reader);
  readonly #acknowledged: string[] = [];
  readonly #refused: string[] = [];
  readonly #errors: string[] = [];
  #inFlight = 0;
  #deathsInFlight = 0;
  #stopped = false;
  #loops: Promise<void>[] = [];

  async start(parallel: number): Promise<void> {
    await this.mirror.start();
    this.link.onDeath(() => {
      if (this.#inFlight > 0) this.#deathsInFlight += 1;
    });
    this.#loops = Array.from({ length: parallel }, () => this.#loop());
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** No new calls; resolves when everything in flight is acknowledged. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#loops);
  }

  async report(): Promise<LoadReport> {
    await this.mirror.catchUp();
    const { rev, live } = this.mirror.state;
    const states = [...live.values()].map((call) => `${call.id} ${call.state}`).sort();
    return {
      acknowledged: this.#acknowledged,
      refused: this.#refused,
      errors: this.#errors,
      deathsInFlight: this.#deathsInFlight,
      rev,
      live: states,
    };
  }

  /** One call after another, each through its life. */
  async #loop(): Promise<void> {
    while (!this.#stopped) {
      const callId = crypto.randomUUID();
      const fact = (one: CallFact) => this.#submit({ kind: 'fact', call: { id: callId }, fact: one, epoch: null });
      await this.#submit(ringing(callId));
      await this.#submit({ kind: 'command', callId, command: { kind: 'silence' } });
      await fact({ kind: 'accepted' });
      await fact({ kind: 'connected' });
      await fact({ kind: 'disconnected', response: 'remote', endCode: 200 });
    }
  }

  async #submit(input: RegistryInput): Promise<void> {
    const id = crypto.randomUUID();
    this.#inFlight += 1;
    try {
      const outcome = await this.link.submit({ id, tab: this.link.tab, source: 'api', input });
      this.#acknowledged.push(id);
      if (!outcome.ok) this.#refused.push(`${input.kind}: ${outcome.error.code}`);
    } catch (error) {
      this.#errors.push(String(error));
    } finally {
      this.#inFlight -= 1;
    }
  }
}

function ringing(callId: string): RegistryInput {
  return {
    kind: 'newCall',
    callId,
    providerCallId: null,
    account: '101',
    direction: 'incoming',
    entry: 'ringing',
    type: 'audio',
    peer: PEER,
    capabilities: ['silence', 'mute', 'hold'],
    ringDeadline: null,
    data: null,
    epoch: null,
  };
}
