import { randomBytes } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import type { Limits } from '../limits.ts';
import type { CallRecordStore } from '../sip/callLog.ts';
import type { RingEnd, WakeRing, Waker } from '../sip/wake.ts';
import type { AccountRepository } from '../storage/accounts.ts';
import type { Owner, PbxCallRepository, PbxCallRow } from '../storage/pbxCalls.ts';
import type { PbxControl } from './control.ts';
import type { PbxDialogs } from './dialogs.ts';
import type { PbxInvite, RingEvent } from './events.ts';
import { type PbxFacts, readFacts } from './facts.ts';
import { InOrder } from './inOrder.ts';
import { RingAtPbx } from './ringAtPbx.ts';

/** Statuses by which a person said no; all others mean that nobody did (endCodes.ts has the same). */
const DECLINED: ReadonlySet<number> = new Set([486, 600, 603]);
/** Milliseconds after the longest ring: the PBX has said long before that it is over, if it still can. */
const FORGOTTEN_MS = 5000;
/** Milliseconds: no event of the PBX overtakes another by more than the time that it waits for an answer (gateway.cfg). */
const EARLY_MS = 2000;
/** Bytes, as PushRing's own. */
const RING_ID_BYTES = 8;

export interface PbxCallServices {
  owner: Owner;
  rows: PbxCallRepository;
  records: CallRecordStore;
  accounts: Pick<AccountRepository, 'byExtension'>;
  dialogs: Pick<PbxDialogs, 'hungUp'>;
  waker: Waker;
  control: PbxControl;
  ringMs: number;
  limits: Pick<Limits, 'claimMs' | 'pbxLeaseMs'>;
  log: Pick<FastifyBaseLogger, 'info' | 'error'>;
  now?: () => number;
}

interface Ringing {
  facts: PbxFacts;
  ring?: { observer: WakeRing; control: RingAtPbx };
  forgotten: NodeJS.Timeout;
}

/** Calls that ring at a PBX and that this gateway looks after: their devices are woken, their records are written. */
export class PbxCalls {
  readonly #calls = new Map<string, Ringing>();
  /** Events of one call are handled one after the other. */
  readonly #byCall = new InOrder();
  /** Ends that came before their INVITE: the PBX sends from several processes. */
  readonly #early = new Map<string, RingEnd>();
  readonly #now: () => number;

  constructor(private readonly services: PbxCallServices) {
    this.#now = services.now ?? Date.now;
  }

  /** Who looks after a call, when it is another gateway. */
  async elsewhere(callId: string): Promise<PbxCallRow | undefined> {
    if (this.#calls.has(callId)) return undefined;
    const row = await this.services.rows.get(callId);
    return row && row.owner.id !== this.services.owner.id ? row : undefined;
  }

  /**
   * @returns how many devices are being woken (of meaning for an INVITE only); undefined when another gateway has got hold
   * of the call in this moment
   */
  handle(event: RingEvent): Promise<number | undefined> {
    return this.#byCall.after(event.callId, () => this.#handle(event));
  }

  async #handle(event: RingEvent): Promise<number | undefined> {
    const { callId } = event;
    switch (event.event) {
      case 'invite':
        return this.#invite(event);
      case 'answered':
        await this.#end(callId, { cause: 'answered', status: 200, ...(event.by === '' ? {} : { by: event.by }) });
        break;
      case 'cancel':
        await this.#end(callId, { cause: 'canceled', status: 487 });
        break;
      case 'timeout':
        await this.#end(callId, { cause: 'missed', status: 408 });
        break;
      case 'failed':
        await this.#end(callId, { cause: DECLINED.has(event.status) ? 'declined' : 'missed', status: event.status });
        break;
      case 'hangUp':
        await this.#hungUp(callId, event.from);
    }
    return 0;
  }

  async #hungUp(callId: string, from: string): Promise<void> {
    const { dialogs, records, log } = this.services;
    const ended = await dialogs.hungUp(callId, from);
    if (ended === null) return; // it goes on on another page or device
    log.info({ callId: ended }, 'call hung up');
    await records.hungUp(ended, from, this.#now());
  }

  /** Keeps the calls of this gateway its own, and takes those that a gateway left that is gone. */
  async tend(): Promise<void> {
    const { rows, owner, limits } = this.services;
    const now = this.#now();
    const until = now + limits.pbxLeaseMs;
    const before = [...this.#calls];
    const mine = new Set(before.length > 0 ? await rows.renew(owner, until) : []);
    // Taken over while we were silent for too long. One that is another by now has a row that was opened meanwhile.
    for (const [callId, call] of before) {
      if (!mine.has(callId) && this.#calls.get(callId) === call) this.#letGo(callId);
    }
    for (const row of await rows.takeAbandoned(owner, now, until)) await this.#adopt(row);
  }

  /** A call whose gateway is known to be gone, before its lease has run out. */
  async takeOver(row: PbxCallRow): Promise<void> {
    const { rows, owner, limits } = this.services;
    if (await rows.take(row.callId, row.owner, owner, this.#now() + limits.pbxLeaseMs)) await this.#adopt(row);
  }

  /** Another gateway goes on with what rings here. */
  async close(): Promise<void> {
    const calls = [...this.#calls.keys()];
    for (const callId of calls) this.#letGo(callId);
    if (calls.length > 0) await this.services.rows.abandon(this.services.owner);
  }

  #letGo(callId: string): void {
    const call = this.#calls.get(callId);
    clearTimeout(call?.forgotten);
    call?.ring?.observer.letGo();
    this.#calls.delete(callId);
  }

  async #invite(invite: PbxInvite): Promise<number | undefined> {
    const { callId, live } = invite;
    const known = this.#calls.get(callId);
    if (!known) {
      const expected = await this.#start(invite);
      return expected !== undefined && (await this.#endedEarly(callId)) ? 0 : expected;
    }
    const { ring } = known;
    if (!ring) return 0;
    // Who is live no more stayed silent, and is woken now.
    ring.control.live = live;
    ring.observer.begin(ring.control, new Set(live));
    return ring.control.expected;
  }

  async #start(invite: PbxInvite): Promise<number | undefined> {
    const { owner, rows, records, ringMs, limits, log } = this.services;
    const { callId, from, to, device, only, video, live } = invite;
    const createdAt = this.#now();
    const times = { createdAt, expiresAt: createdAt + ringMs };
    const ringId = randomBytes(RING_ID_BYTES).toString('hex');
    const facts: PbxFacts = { from, to, device, only, video, ...times, recordId: '', claimed: false };
    const row = { callId, ringId, owner, facts: JSON.stringify(facts) };
    // Two gateways may be told of one call: by a PBX that tries again, or through a balancer that does.
    if (await rows.open(row, createdAt, createdAt + limits.pbxLeaseMs)) return undefined;
    log.info({ callId }, 'call started');
    facts.recordId = await records.started({ callId, caller: from, callee: to, startedAt: createdAt });
    await rows.setFacts(callId, owner, JSON.stringify(facts));
    return this.#ring({ ...row, facts: JSON.stringify(facts) }, facts, live);
  }

  /** Never rejects: one call that we cannot go on with must not keep us from the others. */
  async #adopt(row: PbxCallRow): Promise<void> {
    const { log } = this.services;
    const { callId } = row;
    try {
      const facts = await this.#read(row);
      log.info({ callId }, 'call taken over from another gateway');
      // Who has it on a socket, only the PBX knows. To be woken as well does them no harm: it is the same call.
      await this.#ring(row, facts, []);
      await this.#endedEarly(callId);
    } catch (error) {
      log.error({ err: error, callId }, 'call not taken over');
    }
  }

  /** Of no use to anybody where it cannot be read: then it is removed, or it would be found again and again. */
  async #read({ callId, facts }: PbxCallRow): Promise<PbxFacts> {
    try {
      return readFacts(facts);
    } catch (error) {
      await this.services.rows.remove(callId, this.services.owner);
      throw error;
    }
  }

  async #ring({ callId, ringId }: PbxCallRow, facts: PbxFacts, live: readonly string[]): Promise<number> {
    const over = facts.expiresAt + this.services.limits.claimMs + FORGOTTEN_MS;
    const left = Math.max(0, over - this.#now());
    const forgotten = setTimeout(() => {
      this.#end(callId, { cause: 'missed', status: 408 }).catch((error: unknown) => {
        this.services.log.error({ err: error }, 'forgotten call not ended');
      });
    }, left).unref();
    const call: Ringing = { facts, forgotten };
    this.#calls.set(callId, call);
    const observer = await this.#observer(callId, ringId, facts);
    if (!observer) return 0;
    // It may have ended while its devices were looked up.
    if (this.#calls.get(callId) !== call) {
      observer.letGo();
      return 0;
    }
    const control = new RingAtPbx({ callId, extension: facts.to }, live, this.services.control, () => {
      this.#claimed(callId, call);
    });
    call.ring = { observer, control };
    // Claimed before it was taken over: its device is on its way, and nobody else is rung. Nor for a ring that was over
    // before a gateway was there again.
    if (!facts.claimed && facts.expiresAt > this.#now()) observer.begin(control, new Set(live));
    return control.expected;
  }

  async #observer(callId: string, ringId: string, facts: PbxFacts): Promise<WakeRing | undefined> {
    const { accounts, waker } = this.services;
    const caller = await accounts.byExtension(facts.from);
    if (!caller) return undefined;
    const { id: accountId, extension, displayName } = caller;
    const identity = { accountId, extension, displayName, device: facts.device ?? '' };
    const wakeable = await waker.find(facts.to, identity);
    const only =
      facts.only === undefined ? undefined : new Set([facts.only].filter((one) => wakeable?.devices.has(one)));
    if (!wakeable || only?.size === 0) return undefined;
    const { video, createdAt, expiresAt } = facts;
    return wakeable.ring({ callId, ringId, caller: identity, video, createdAt, expiresAt }, only);
  }

  #claimed(callId: string, call: Ringing): void {
    call.facts.claimed = true;
    const { rows, owner, log } = this.services;
    rows.setFacts(callId, owner, JSON.stringify(call.facts)).catch((error: unknown) => {
      log.error({ err: error }, 'claim not written');
    });
  }

  /** Whether a call that has just begun here had ended already; then it is over now. */
  async #endedEarly(callId: string): Promise<boolean> {
    const end = this.#early.get(callId);
    if (!end) return false;
    this.#early.delete(callId);
    await this.#end(callId, end);
    return true;
  }

  async #end(callId: string, end: RingEnd): Promise<void> {
    const call = this.#calls.get(callId);
    if (!call) {
      this.#early.set(callId, end);
      setTimeout(() => this.#early.delete(callId), EARLY_MS).unref();
      return;
    }
    this.#calls.delete(callId);
    clearTimeout(call.forgotten);
    call.ring?.observer.ended(end);
    const { records, rows, owner, log } = this.services;
    const { recordId } = call.facts;
    if (end.cause === 'answered') {
      log.info({ callId }, 'call answered');
      await records.answered(recordId, this.#now());
    } else {
      log.info({ callId, code: end.status }, 'call not answered');
      await records.failed(recordId, end.status, this.#now());
    }
    await rows.remove(callId, owner);
  }
}
