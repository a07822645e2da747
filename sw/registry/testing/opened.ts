/** A registry on a database of its own, with a clock that the test turns. */

import { deleteDB } from 'idb';
import type { CallRecord } from '../../../shared/calls/record.ts';
import type { RegistryInput, Submission } from '../../../shared/registry/input.ts';
import type { LogEntry, MetaRecord, StoredCall } from '../../../shared/registry/store.ts';
import { NOW } from '../../../shared/testing/samples.ts';
import { DatabaseHandle } from '../database.ts';
import { type Committed, Registry } from '../registry.ts';

export interface Contents {
  live: CallRecord[];
  history: StoredCall[];
  log: LogEntry[];
  meta: MetaRecord | undefined;
}

export class Opened {
  readonly name: string;
  readonly database: DatabaseHandle;
  readonly registry: Registry;
  /** How many finished calls were dropped for want of room, each time. */
  readonly dropped: number[] = [];
  now = NOW;

  constructor(makeHandle: (name: string) => DatabaseHandle = (name) => new DatabaseHandle(name)) {
    this.name = `test-${crypto.randomUUID()}`;
    this.database = makeHandle(this.name);
    this.registry = new Registry(this.database, {
      now: () => this.now,
      onDropped: (count) => this.dropped.push(count),
    });
    opened.push(this);
  }

  submit(input: RegistryInput, id: string = crypto.randomUUID()): Promise<Committed> {
    const submission: Submission = { id, tab: null, source: 'api', input };
    return this.registry.submit(submission);
  }

  /** A call that begins and ends now. @returns its id */
  async finish(changes: Partial<Ringing> = {}): Promise<string> {
    const callId = crypto.randomUUID();
    await this.submit(ringing({ callId, ...changes }));
    await this.submit(endOf(callId));
    return callId;
  }

  async contents(): Promise<Contents> {
    const tx = (await this.database.get()).transaction(['live', 'history', 'log', 'meta']);
    const [live, history, log, meta] = await Promise.all([
      tx.objectStore('live').getAll(),
      tx.objectStore('history').index('endedAt').getAll(),
      tx.objectStore('log').getAll(),
      tx.objectStore('meta').get('registry'),
    ]);
    return { live, history, log, meta };
  }
}

let opened: Opened[] = [];

export async function removeOpened(): Promise<void> {
  const all = opened;
  opened = [];
  for (const { database } of all) database.close();
  await Promise.all(all.map(({ name }) => deleteDB(name)));
}

type Ringing = Extract<RegistryInput, { kind: 'newCall' }>;

export function ringing(changes: Partial<Ringing> = {}): Ringing {
  return {
    kind: 'newCall',
    callId: crypto.randomUUID(),
    providerCallId: null,
    account: '101',
    direction: 'incoming',
    entry: 'ringing',
    type: 'audio',
    peer: { handle: '102', displayName: 'Bob', avatarUrl: null, userId: null },
    capabilities: ['silence', 'mute', 'hold'],
    ringDeadline: null,
    data: null,
    epoch: null,
    ...changes,
  };
}

/** The caller gave up: a missed call. */
export const endOf = (id: string): RegistryInput => ({
  kind: 'fact',
  call: { id },
  fact: { kind: 'disconnected', response: 'canceled', endCode: 487 },
  epoch: null,
});
