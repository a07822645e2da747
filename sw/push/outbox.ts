/**
 * What the worker tells the switchboard by itself, without a page: that it rings, that it answers, that it declines. Kept on
 * disk until it is said or the ring is over; without a network it waits for Background Sync, or tries again by itself.
 */

import * as v from 'valibot';
import { CLAIM_LEASE } from '../../shared/calls/deadlines.ts';
import { respondResult, ringOver } from '../../shared/http/push.ts';
import type { Said } from '../../shared/push/said.ts';
import type { Errand } from '../../shared/registry/store.ts';
import type { Database } from '../registry/database.ts';

export const SYNC_TAG = 'switchhook-outbox';

/** ms for one answer of the switchboard: a push may run 90 s in all, and there is more to do than this. */
const PATIENCE = 8_000;
/** ms between two tries where the browser does not say when there is a network: a ring lasts some 45 s, and somebody waits. */
const RETRY = 1_000;

export interface OutboxParts {
  database(): Promise<Database>;
  /** Of the browser; may have Background Sync. */
  registration: object;
  fetch: typeof fetch;
  now(): number;
  /** The switchboard has answered, or the ring is over and it will not be asked any more. */
  onSaid(errand: Errand, said: Said): Promise<void>;
}

function bodyOf({ action, everywhere, release }: Errand): object {
  if (action === 'decline') return { everywhere };
  return action === 'answer' ? { release } : {};
}

/** Background Sync, which TypeScript's library does not know (WICG draft). */
interface Syncing {
  sync?: { register(tag: string): Promise<void> };
}

export class Outbox {
  readonly #parts: OutboxParts;
  #flushing: Promise<void> | undefined;
  #again = false;
  #bySync = false;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  /** Keeps it, and says it as soon as can be; settles when it was tried. */
  async send(errand: Errand): Promise<void> {
    await (await this.#parts.database()).add('outbox', errand);
    await this.flush();
  }

  /**
   * Says what there is to say, in order.
   * @param bySync Background Sync has woken us. It takes the network to be there; where the switchboard is out of reach all the
   * same, asking for it again would only fire it again at once.
   */
  flush({ bySync = false } = {}): Promise<void> {
    this.#bySync ||= bySync;
    if (this.#flushing) {
      this.#again = true;
      return this.#flushing;
    }
    this.#flushing = this.#run().finally(() => {
      this.#flushing = undefined;
      this.#bySync = false;
    });
    return this.#flushing;
  }

  async #run(): Promise<void> {
    do {
      this.#again = false;
      for (const errand of await (await this.#parts.database()).getAll('outbox')) {
        const result = await this.#say(errand);
        if (result === 'offline') {
          if (!this.#bySync && (await this.#wakesUs())) return;
          // The event that we are in lasts as long as this, and it ends: an errand is dropped when its ring is over.
          await new Promise((resolve) => setTimeout(resolve, RETRY));
          this.#again = true;
          break;
        }
        await this.#strike(errand);
        await this.#parts.onSaid(errand, result);
      }
    } while (this.#again);
  }

  /** It is said. Ways back to the switchboard that lead nowhere any more, because their rings are over, go with it. */
  async #strike({ n }: Errand): Promise<void> {
    const tx = (await this.#parts.database()).transaction(['outbox', 'wakeups'], 'readwrite', {
      durability: 'relaxed',
    });
    const [wakeups] = await Promise.all([
      tx.objectStore('wakeups').getAll(),
      n === undefined ? undefined : tx.objectStore('outbox').delete(n),
    ]);
    const now = this.#parts.now();
    // A claim of the ring's last moment outlives it, and may have to be given back.
    const over = wakeups.filter(({ until }) => until + CLAIM_LEASE < now);
    await Promise.all([...over.map(({ callId }) => tx.objectStore('wakeups').delete(callId)), tx.done]);
  }

  async #say(errand: Errand): Promise<Said | 'offline'> {
    if (this.#parts.now() >= errand.until) return { result: 'tooLate', ended: 'missed' };
    let response: Response;
    try {
      response = await this.#parts.fetch(`${errand.url}/${errand.action}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${errand.token}`, 'content-type': 'application/json' },
        body: JSON.stringify(bodyOf(errand)),
        signal: AbortSignal.timeout(PATIENCE),
      });
    } catch {
      return 'offline'; // no network, or a switchboard that does not answer: said again when there is one
    }
    if (response.status >= 500 || response.status === 429) return 'offline';
    const body: unknown = await response.json().catch(() => null); // not ours, so not the switchboard's word
    if (response.ok) return { result: v.is(respondResult, body) ? 'said' : 'refused' };
    if (response.status !== 410) return { result: 'refused' };
    return { result: 'tooLate', ended: v.is(ringOver, body) ? body.ended : 'missed' };
  }

  /**
   * Whether the browser will wake us when there is a network again. Firefox has no such thing, and Chromium refuses it to a
   * worker without an open window: that is when it rings by push.
   */
  async #wakesUs(): Promise<boolean> {
    const { sync } = this.#parts.registration as Syncing;
    if (!sync) return false;
    return sync.register(SYNC_TAG).then(
      () => true,
      () => false,
    );
  }
}
