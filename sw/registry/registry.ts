import type { IDBPTransaction } from 'idb';
import type { CallRecord } from '../../shared/calls/record.ts';
import { isOver } from '../../shared/calls/states.ts';
import { SwitchhookError } from '../../shared/errors.ts';
import type { Delta } from '../../shared/link/protocol.ts';
import type { PushPayload } from '../../shared/push/payload.ts';
import type { Arrival } from '../../shared/push/submission.ts';
import { DEFAULT_SETTINGS, type Decision, decide } from '../../shared/registry/decide.ts';
import type { CallRef, Outcome, RegistryInput, Settings, Submission } from '../../shared/registry/input.ts';
import { LOG_KEPT, type MetaRecord, stored } from '../../shared/registry/store.ts';
import type { Database, DatabaseHandle, Schema } from './database.ts';

export interface Committed {
  outcome: Outcome;
  /** What changed; null for a repeat and for a tick that found nothing overdue. */
  delta: Delta | null;
}

/** What a submission comes to, before it is on disk: enough to show a ring without reading again. */
export interface Decided {
  /** The calls that it changes. */
  calls: readonly CallRecord[];
  /** Every call that is not over with it. */
  live: readonly CallRecord[];
  settings: Settings;
}

/** A submission that may depend on the settings: they are read in the transaction that it is written in. */
interface Draft {
  id: string;
  /** Of the call that it speaks of. */
  names: Names;
  write(settings: Settings): Pick<Arrival, 'submission'> & Partial<Arrival>;
  /** Called in the transaction, so it starts what it does and returns. Not for a repeat. */
  onDecided?(decided: Decided): void;
}

const STORES = ['live', 'history', 'log', 'meta', 'wakeups', 'outbox'] as const;
type Transaction = IDBPTransaction<Schema, typeof STORES, 'readwrite'>;

/** What is dropped at once when the disk is full: enough that the next hundreds of calls fit. Ours. */
const QUOTA_DROP = 500;

/** How many finished calls retention removes in one event, so that lowering the setting never makes an event long. */
const RETENTION_BATCH = 100;

/**
 * The only writer of calls. One readwrite transaction per submission: read the state, decide with the pure core, write
 * calls, log and outcome. Nothing that is not IndexedDB is awaited inside it.
 */
export class Registry {
  readonly #database: DatabaseHandle;
  readonly #now: () => number;
  readonly #onDropped: (count: number) => void;

  constructor(database: DatabaseHandle, options: { now?: () => number; onDropped?: (count: number) => void } = {}) {
    this.#database = database;
    this.#now = options.now ?? Date.now;
    this.#onDropped = options.onDropped ?? (() => undefined);
  }

  /**
   * Applies a submission exactly once: a repeat of its id is answered with the stored outcome.
   * @throws SwitchhookError `storage`, `quotaExceeded`
   */
  submit(submission: Submission): Promise<Committed> {
    return this.#withRoom({ id: submission.id, names: namesIn(submission.input), write: () => ({ submission }) });
  }

  /**
   * Writes what a push says: the submission, the way back to the switchboard, and that it is to be told that it rings here.
   * All in one transaction, because somebody waits for the ring, and because the worker may be stopped at any moment.
   * @param onDecided is told what it comes to while it is being written; twice, where the disk was full
   * @throws as {@link submit}, and what `arrive` throws
   */
  receive(
    { eventId, account, callId: providerCallId }: Pick<PushPayload, 'eventId' | 'account' | 'callId'>,
    arrive: (settings: Settings, now: number) => Arrival,
    onDecided: (decided: Decided) => void,
  ): Promise<Committed> {
    const names: Names = { id: null, network: [account, 'incoming', providerCallId] };
    return this.#withRoom({ id: eventId, names, write: (settings) => arrive(settings, this.#now()), onDecided });
  }

  /** @throws SwitchhookError `storage` */
  async settings(): Promise<Settings> {
    return withDefaults(await (await this.#database.get()).get('meta', 'registry')).settings;
  }

  async #withRoom(draft: Draft): Promise<Committed> {
    const db = await this.#database.get();
    try {
      return await this.#commit(db, draft);
    } catch (error) {
      if (!isQuota(error)) throw SwitchhookError.from(error, 'storage');
      this.#onDropped(await dropOldest(db, QUOTA_DROP));
      return await this.#commit(db, draft).catch((cause: unknown) => {
        throw new SwitchhookError(isQuota(cause) ? 'quotaExceeded' : 'storage', { reason: 'The disk is full.', cause });
      });
    }
  }

  async #commit(db: Database, draft: Draft): Promise<Committed> {
    const tx = db.transaction(STORES, 'readwrite', { durability: 'relaxed' });
    // Relaxed: what survives the death of the worker and of the browser is enough; a call does not outlive the machine.
    try {
      const { id, network } = draft.names;
      // All at once: each question to the database that waits for another's answer is as long as all of them together.
      const [known, meta, live, ofNetwork] = await Promise.all([
        tx.objectStore('log').index('id').get(draft.id),
        tx.objectStore('meta').get('registry'),
        tx.objectStore('live').getAll(),
        network === null ? undefined : tx.objectStore('history').index('network').get(network),
      ]);
      const registry = withDefaults(meta);
      const { settings } = registry;
      const { submission, wakeup = null } = draft.write(settings);
      if (known) {
        await acknowledge(tx, wakeup, known.outcome);
        await tx.done;
        return { outcome: known.outcome, delta: null };
      }
      const ofId =
        id === null || live.some((call) => call.id === id) ? undefined : await tx.objectStore('history').get(id);
      const finished = ofId ?? ofNetwork ?? null; // a call has at most one place, so our id goes first
      const now = this.#now();
      const seen = submission.input.kind === 'seen' ? await unseenCalls(tx) : [];
      const decision = decide({ rev: registry.rev, host: registry.host, settings, live, finished }, submission, now);
      const calls = [...decision.calls, ...seen.map((call) => ({ ...call, unseen: false }))];
      draft.onDecided?.({ calls, live: stillLive(live, calls), settings });
      const over = new Set([finished, ...seen].map((call) => call?.id));
      const committed = await write(tx, { ...decision, calls }, { registry, submission, over, now });
      await acknowledge(tx, wakeup, committed.outcome);
      await tx.done;
      return committed;
    } catch (error) {
      await abort(tx);
      throw error;
    }
  }
}

const stillLive = (live: readonly CallRecord[], changed: readonly CallRecord[]): CallRecord[] => [
  ...live.filter(({ id }) => !changed.some((call) => call.id === id)),
  ...changed.filter(({ state }) => !isOver(state)),
];

/** For a ring: how to answer the switchboard, and that it is to be told; once, however often the same push comes. */
async function acknowledge(tx: Transaction, wakeup: Arrival['wakeup'], outcome: Outcome): Promise<void> {
  if (wakeup === null || !outcome.ok || outcome.callId === null) return;
  const { callId } = outcome;
  const errands = await tx.objectStore('outbox').getAll();
  const writes: Promise<unknown>[] = [tx.objectStore('wakeups').put({ ...wakeup, callId })];
  if (!errands.some((errand) => errand.callId === callId && errand.action === 'ringing')) {
    const errand = { ...wakeup, callId, action: 'ringing', everywhere: false, release: false } as const;
    writes.push(tx.objectStore('outbox').add(errand));
  }
  await Promise.all(writes);
}

/** All or nothing: what a failed submission has already put is taken back. The error that led here is the one that counts. */
async function abort(tx: Transaction): Promise<void> {
  const done = tx.done.catch(() => undefined);
  try {
    tx.abort();
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'InvalidStateError')) throw error; // it had ended already
  }
  await done;
}

const NEW: MetaRecord = { key: 'registry', rev: 0, host: null, settings: DEFAULT_SETTINGS, finished: 0 };

/** Settings that an earlier version did not know have their defaults. */
const withDefaults = (meta: MetaRecord = NEW): MetaRecord => ({
  ...meta,
  settings: { ...DEFAULT_SETTINGS, ...meta.settings },
});

/** How an input names its call: by our id, by the network's, a report of a new one by both. */
interface Names {
  id: string | null;
  network: [account: string, direction: string, providerCallId: string] | null;
}

function namesIn(input: RegistryInput): Names {
  const ref = networkRef(input);
  const network: [string, string, string] | null =
    ref === null || ref.providerCallId === null ? null : [ref.account, ref.direction, ref.providerCallId];
  if ('callId' in input) return { id: input.callId, network };
  return { id: input.kind === 'fact' && 'id' in input.call ? input.call.id : null, network };
}

function networkRef(
  input: RegistryInput,
): Extract<CallRef, { account: string }> | (RegistryInput & { kind: 'newCall' }) | null {
  if (input.kind === 'newCall') return input;
  if (input.kind === 'networkEnd') return { ...input, direction: 'incoming' };
  return input.kind === 'fact' && 'providerCallId' in input.call ? input.call : null;
}

/** Marking more than this as seen at once would make a long event; the next `seen` takes the rest. */
const SEEN_BATCH = 500;

async function unseenCalls(tx: Transaction): Promise<CallRecord[]> {
  return (await tx.objectStore('history').index('unseen').getAll(1, SEEN_BATCH)).map(withoutIndexFields);
}

interface WriteContext {
  registry: MetaRecord;
  submission: Submission;
  /** Ids of the calls at hand that were over before. */
  over: ReadonlySet<string | undefined>;
  now: number;
}

async function write(tx: Transaction, decision: Decision, context: WriteContext): Promise<Committed> {
  const { registry, submission, over, now } = context;
  const unchanged =
    decision.calls.length === 0 && decision.host === registry.host && decision.settings === registry.settings;
  if (submission.input.kind === 'tick' && unchanged) {
    return { outcome: { ok: true, rev: registry.rev, callId: null, epoch: null }, delta: null };
  }
  const rev = registry.rev + 1;
  const calls = decision.calls.map((call) => ({ ...call, rev }));
  const outcome: Outcome = { ...decision.result, rev };
  const newlyOver = calls.filter((call) => isOver(call.state) && !over.has(call.id));
  const writes: Promise<unknown>[] = calls.flatMap((call) => putCall(tx, call, newlyOver.includes(call)));
  writes.push(
    tx.objectStore('log').add({ rev, id: submission.id, at: now, calls: calls.map((call) => call.id), outcome }),
  );
  const finished = registry.finished + newlyOver.length;
  // Together with the writes: a full disk is heard as that, not as the abort that it is to whatever comes after it.
  const retained = () => Promise.all([retain(tx, finished, decision.settings.retention, now), ...writes]);
  const [removed] = newlyOver.length > 0 ? await retained() : [0];
  const { host, settings } = decision;
  writes.push(tx.objectStore('meta').put({ key: 'registry', rev, host, settings, finished: finished - removed }));
  // Every so often, not each time: a delete of a range costs as much as a put.
  if (rev % 256 === 0) writes.push(tx.objectStore('log').delete(IDBKeyRange.upperBound(rev - LOG_KEPT)));
  await Promise.all(writes);
  return { outcome, delta: { rev, calls, host, settings } };
}

function putCall(tx: Transaction, call: CallRecord, leavesLive: boolean): Promise<unknown>[] {
  if (!isOver(call.state)) return [tx.objectStore('live').put(call)];
  const moved = tx.objectStore('history').put(stored(withoutIndexFields(call)));
  return leavesLive ? [tx.objectStore('live').delete(call.id), moved] : [moved];
}

/** A call that comes from the history without what only its indexes need. */
function withoutIndexFields(call: CallRecord): CallRecord {
  const { handle, missed, unseenMark, words, ...plain } = call as Partial<ReturnType<typeof stored>> & CallRecord;
  return plain;
}

/** Removes what is over the setting, oldest first. @returns how many */
async function retain(
  tx: Transaction,
  finished: number,
  retention: { calls: number; days: number },
  now: number,
): Promise<number> {
  const oldestKept = now - retention.days * 86_400_000;
  let removed = 0;
  let cursor = await tx.objectStore('history').index('endedAt').openCursor();
  while (cursor && removed < RETENTION_BATCH) {
    const tooMany = finished - removed > retention.calls;
    const tooOld = (cursor.value.endedAt ?? now) < oldestKept;
    if (!tooMany && !tooOld) break;
    await cursor.delete();
    removed += 1;
    cursor = await cursor.continue();
  }
  return removed;
}

const isQuota = (error: unknown): boolean => error instanceof DOMException && error.name === 'QuotaExceededError';

/** Makes room: the oldest finished calls go, a live call never does. @returns how many went */
async function dropOldest(db: Database, count: number): Promise<number> {
  const tx = db.transaction(['history', 'meta'], 'readwrite');
  const history = tx.objectStore('history');
  let dropped = 0;
  let cursor = await history.index('endedAt').openCursor();
  while (cursor && dropped < count) {
    await cursor.delete();
    dropped += 1;
    cursor = await cursor.continue();
  }
  const meta = await tx.objectStore('meta').get('registry');
  if (meta) await tx.objectStore('meta').put({ ...meta, finished: Math.max(0, meta.finished - dropped) });
  await tx.done;
  return dropped;
}
