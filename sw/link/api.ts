import { SwitchhookError, toWire } from '../../shared/errors.ts';
import { type Hello, PROTOCOL, type Reply, type WorkerApi } from '../../shared/link/protocol.ts';
import type { Outcome, Submission } from '../../shared/registry/input.ts';
import { submission as submissionSchema } from '../../shared/registry/schema.ts';
import { parse } from '../../shared/validate.ts';

export interface ApiParts {
  /** Answers once the worker holds its lock and its database is open. */
  hello(tab: string | null): Promise<Hello>;
  submit(submission: Submission): Promise<Outcome>;
}

/**
 * The allowlist over the parts of the worker, for one tab: arguments validated, errors in their wire form. Who submits is
 * the browser's word, not the tab's.
 */
export function workerApi(parts: ApiParts, tab: string | null): WorkerApi {
  return {
    hello: () => reply(() => parts.hello(tab)),
    submit: (value: unknown) => reply(() => parts.submit({ ...parse(submissionSchema, value, 'submission'), tab })),
  };
}

async function reply<T>(work: () => Promise<T>): Promise<Reply<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return { ok: false, error: toWire(error) };
  }
}

/** Whether a tab speaks a version that this worker understands: its own and every older one. */
export function understands(protocol: unknown): boolean {
  return typeof protocol === 'number' && protocol >= 1 && protocol <= PROTOCOL;
}

/** What a tab that is newer than this worker gets: an answer that says so, whatever it calls. */
export const stranger: WorkerApi = workerApi({ hello: mismatch, submit: mismatch }, null);

function mismatch(): Promise<never> {
  const reason = 'This tab is newer than the service worker; close all tabs of the phone and open it again.';
  return Promise.reject(new SwitchhookError('protocolMismatch', { reason }));
}
