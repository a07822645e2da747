/** Call records (CDR): one row per INVITE that starts a call, written beside the call and never in its way. */
import type { FastifyBaseLogger } from 'fastify';

export interface CallStart {
  callId: string;
  caller: string;
  callee: string;
  /** Milliseconds since the epoch. */
  startedAt: number;
}

export interface CallRecordStore {
  /** @returns the id of the new row */
  started(call: CallStart): Promise<string>;
  answered(id: string, at: number): Promise<void>;
  /** A call that was never answered: its final code, and the time. */
  failed(id: string, code: number, at: number): Promise<void>;
  /** BYE of somebody who took part. */
  hungUp(callId: string, extension: string, at: number): Promise<void>;
}

/** Keeps the writes of a call in order, and logs its steps without who takes part in it; a failing database costs the record, not the call. */
export class CallLog {
  readonly #pending = new Set<Promise<void>>();

  constructor(
    private readonly store: CallRecordStore,
    private readonly log: Pick<FastifyBaseLogger, 'info' | 'error'>,
    private readonly now: () => number = Date.now,
  ) {}

  start(call: Omit<CallStart, 'startedAt'>): CallEntry {
    const { callId } = call;
    this.log.info({ callId }, 'call started');
    const row = this.store.started({ ...call, startedAt: this.now() });
    this.#track(row.then(() => undefined));
    let last: Promise<unknown> = row;
    const then = (write: (id: string) => Promise<void>): void => {
      const next = last.then(() => row).then(write);
      last = next;
      this.#track(next);
    };
    return {
      answered: () => {
        const at = this.now();
        this.log.info({ callId }, 'call answered');
        then((id) => this.store.answered(id, at));
      },
      failed: (code) => {
        const at = this.now();
        this.log.info({ callId, code }, 'call not answered');
        then((id) => this.store.failed(id, code, at));
      },
    };
  }

  hungUp(callId: string, extension: string): void {
    this.log.info({ callId }, 'call hung up');
    this.#track(this.store.hungUp(callId, extension, this.now()));
  }

  /** Resolves when everything so far is written. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  #track(write: Promise<void>): void {
    const onError = (error: unknown): void => this.log.error({ err: error }, 'call record not written');
    const tracked: Promise<void> = write.catch(onError).finally(() => this.#pending.delete(tracked));
    this.#pending.add(tracked);
  }
}

export interface CallEntry {
  answered(): void;
  failed(code: number): void;
}
