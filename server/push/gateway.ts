import { randomUUID } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import { SwitchhookError } from '../../shared/errors.ts';
import { type RespondResult, TEST_RING } from '../../shared/http/push.ts';
import type { PushPayload } from '../../shared/push/payload.ts';
import type { Limits } from '../limits.ts';
import type { DeviceIdentity } from '../sip/identity.ts';
import type { Wakeable, Waker } from '../sip/wake.ts';
import type { Account, AccountRepository } from '../storage/accounts.ts';
import type { PushSubscriptionRepository, PushTarget } from '../storage/pushSubscriptions.ts';
import type { Courier } from './courier.ts';
import { peerOf, type RingPlan } from './payloads.ts';
import { PushRing, type RingAnswer, type RingSummary } from './ring.ts';
import { RingOverError } from './ringOver.ts';
import { TestRing } from './testRing.ts';
import { readToken, type TokenSubject } from './tokens.ts';

export interface GatewayServices {
  accounts: Pick<AccountRepository, 'byExtension' | 'byId'>;
  subscriptions: Pick<PushSubscriptionRepository, 'ofAccount'>;
  courier: Courier;
  tokenKey: Buffer;
  limits: Limits;
  log: Pick<FastifyBaseLogger, 'info' | 'error'>;
}

/** Milliseconds that a ring is remembered after its end: a worker that did not get our answer asks again. */
const REMEMBERED_MS = 30_000;
/** Before the Call-ID of a test ring. */
const TEST_PREFIX = 'test-';

/** All rings by push: the SIP side starts them, the workers answer them over HTTP. */
export class PushGateway implements Waker {
  readonly #rings = new Map<string, PushRing>();
  #open = 0;

  constructor(private readonly services: GatewayServices) {}

  /** Rings that are not over. */
  get size(): number {
    return this.#open;
  }

  async find(extension: string, caller: DeviceIdentity): Promise<Wakeable | undefined> {
    try {
      return await this.#find(extension, caller);
    } catch (error) {
      // A database that fails costs the push, not the call: devices with a socket ring all the same.
      this.services.log.error({ err: error }, 'push subscriptions not read');
      return undefined;
    }
  }

  async #find(extension: string, caller: DeviceIdentity): Promise<Wakeable | undefined> {
    const { accounts, subscriptions } = this.services;
    const account = await accounts.byExtension(extension);
    if (!account) return undefined;
    const all = await subscriptions.ofAccount(account.id, Date.now());
    const isCaller = ({ device }: PushTarget): boolean => account.id === caller.accountId && device === caller.device;
    const targets = all.filter((target) => !isCaller(target));
    if (targets.length === 0) return undefined;
    const { extension: handle, displayName, accountId: userId } = caller;
    const avatarUrl = (await accounts.byId(userId))?.avatarUrl ?? null;
    const peer = peerOf({ handle, displayName, avatarUrl, userId });
    const devices = new Set(targets.map(({ device }) => device));
    return {
      devices,
      ring: ({ callId, ringId, video, createdAt, expiresAt }, only = devices) => {
        const meant = targets.filter(({ device }) => only.has(device));
        return this.#start({ callId, account: extension, peer, video, createdAt, expiresAt }, meant, ringId);
      },
    };
  }

  /**
   * Whom a worker speaks for, by the token of its push.
   * @throws SwitchhookError `notAllowed` for a token that is not ours or of another call
   */
  subjectOf(callId: string, token: string): TokenSubject {
    const subject = readToken(this.services.tokenKey, callId, token);
    if (!subject) throw new SwitchhookError('notAllowed', { reason: 'the token is not one of this call' });
    return subject;
  }

  /**
   * What a worker says with the token of its push.
   * @throws SwitchhookError as {@link subjectOf}; RingOverError
   */
  respond(callId: string, token: string, answer: RingAnswer): RespondResult {
    const subject = this.subjectOf(callId, token);
    const ring = this.#rings.get(subject.ringId);
    if (!ring || subject.expiresAt <= Date.now()) throw new RingOverError('missed');
    return ring.respond(subject.device, answer);
  }

  /** What rings for a device now: for a push that carries nothing (RFC 8599), whose worker asks who it is. */
  pending(accountId: string, device: string): PushPayload[] {
    return [...this.#rings.values()].flatMap((ring) => ring.pendingFor(accountId, device) ?? []);
  }

  /** A genuine push of a ring that is no call. */
  test({ extension: handle, displayName, avatarUrl, id: userId }: Account, target: PushTarget): void {
    const createdAt = Date.now();
    const plan: RingPlan = {
      callId: `${TEST_PREFIX}${randomUUID()}`,
      account: handle,
      peer: peerOf({ handle, displayName, avatarUrl, userId }),
      video: false,
      createdAt,
      expiresAt: createdAt + TEST_RING,
    };
    const ring = this.#start(plan, [target]);
    ring.begin(new TestRing(ring, TEST_RING), new Set());
  }

  /** Devices that must not be rung any more, by calls that ring now. */
  forget(which: (target: PushTarget) => boolean): void {
    for (const ring of [...this.#rings.values()]) ring.forget(which);
  }

  #start(plan: RingPlan, targets: readonly PushTarget[], ringId?: string): PushRing {
    const { courier, limits, tokenKey, log } = this.services;
    this.#open += 1;
    const ended = (summary: RingSummary): void => {
      this.#open -= 1;
      setTimeout(() => this.#rings.delete(ring.id), REMEMBERED_MS).unref();
      if (summary.rung > 0) log.info(summary, 'ring by push over');
    };
    const letGo = (): void => {
      this.#open -= 1;
      this.#rings.delete(ring.id);
    };
    const ring: PushRing = new PushRing(plan, targets, { courier, limits, tokenKey, ended, letGo }, ringId);
    this.#rings.set(ring.id, ring);
    return ring;
  }
}
