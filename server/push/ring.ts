import { randomBytes } from 'node:crypto';
import type { RespondResult } from '../../shared/http/push.ts';
import type { PushPayload } from '../../shared/push/payload.ts';
import type { Limits } from '../limits.ts';
import type { RingControl, RingEnd, WakeRing } from '../sip/wake.ts';
import type { PushTarget } from '../storage/pushSubscriptions.ts';
import type { Courier } from './courier.ts';
import { Member, type Saying } from './member.ts';
import { type CancelResponse, cancelPayload, missedPayload, type RingPlan, ringPayload } from './payloads.ts';
import { MISSED_TTL, QUIET_TTL, topicOf } from './policy.ts';
import { RingOverError } from './ringOver.ts';
import { makeToken } from './tokens.ts';

/** What a worker may say about a ring. */
export type RingAnswer =
  | { kind: 'ringing' }
  | { kind: 'answer'; release: boolean }
  | { kind: 'decline'; everywhere: boolean };

export type RingLimits = Pick<Limits, 'pushSilenceMs' | 'pushResendMs' | 'pushResendMaxMs' | 'claimMs'>;

/** Counts of a ring that is over, for the log. */
export interface RingSummary {
  end: RingEnd['cause'];
  devices: number;
  rung: number;
  acknowledged: number;
  pushes: number;
}

export interface RingServices {
  courier: Courier;
  limits: RingLimits;
  tokenKey: Buffer;
  ended(summary: RingSummary): void;
  /** Another server goes on with it. */
  letGo(): void;
}

/** What those are told who did not end the ring themselves. */
const TOLD: Record<RingEnd['cause'], CancelResponse> = {
  answered: 'answeredElsewhere',
  declined: 'declinedElsewhere',
  canceled: 'canceled',
  missed: 'missed',
};

const MS = 1000;

/** One call that rings, as far as devices are woken for it: whom to push, what, and when to stop. */
export class PushRing implements WakeRing {
  readonly #members: ReadonlyMap<string, Member>;
  readonly #topic: string;
  #control: RingControl | undefined;
  #claim: { device: string; until: number } | undefined;
  /** Gave its claim back: to do so again is no mistake. */
  #released: string | undefined;
  #end: RingEnd | undefined;

  constructor(
    private readonly plan: RingPlan,
    targets: readonly PushTarget[],
    private readonly services: RingServices,
    readonly id = randomBytes(8).toString('hex'),
  ) {
    const { courier, limits } = services;
    const schedule = { firstMs: limits.pushResendMs, maxMs: limits.pushResendMaxMs };
    this.#members = new Map(targets.map((target) => [target.device, new Member(target, courier, schedule)]));
    this.#topic = topicOf(plan.callId);
  }

  /** When nothing can come of it any more. */
  get tokenExpiresAt(): number {
    return this.plan.expiresAt + this.services.limits.claimMs;
  }

  begin(control: RingControl, live: ReadonlySet<string>): void {
    this.#control = control;
    for (const member of this.#members.values()) if (!live.has(member.device)) this.#wake(member);
  }

  letGo(): void {
    for (const member of this.#members.values()) member.rest();
    this.#control = undefined;
    this.services.letGo();
  }

  offered(device: string): void {
    const member = this.#members.get(device);
    if (!member) return;
    member.rest();
    this.#watch(member);
  }

  lost(device: string): boolean {
    const member = this.#members.get(device);
    if (!member || !this.#control || this.#end || member.out || member.quieted) return false;
    this.#control.expect(device);
    member.again();
    this.#watch(member);
    return true;
  }

  /** The ring as it would be pushed to this device now; null where it does not ring there, or rings no more. */
  pendingFor(accountId: string, device: string): PushPayload | null {
    const member = this.#members.get(device);
    if (!member || member.target.accountId !== accountId || this.#end || this.#claim) return null;
    if (member.out || member.quieted) return null;
    return this.#ringing(member).payload({ device, eventId: member.ringId, serverTime: Date.now() });
  }

  refused(device: string): void {
    const member = this.#members.get(device);
    if (member) leave(member);
  }

  ended(end: RingEnd): void {
    if (this.#end) return;
    this.#end = end;
    const members = [...this.#members.values()];
    const rung = members.filter((member) => member.wasRung);
    for (const member of members) {
      member.rest();
      if (member.out || member.device === end.by) continue;
      if (member.quieted) this.#afterQuiet(member, end);
      else if (member.wasRung) this.#cancel(member, TOLD[end.cause], end.status);
    }
    const acknowledged = rung.filter((member) => member.acknowledged).length;
    const pushes = rung.reduce((sum, { attempts }) => sum + attempts, 0);
    this.services.ended({ end: end.cause, devices: members.length, rung: rung.length, acknowledged, pushes });
  }

  /** Devices that are not to be rung any more: logged out, or unsubscribed. */
  forget(which: (target: PushTarget) => boolean): void {
    for (const member of this.#members.values()) {
      if (member.out || !which(member.target)) continue;
      leave(member);
      this.#control?.giveUp(member.device);
    }
  }

  /**
   * What a device says through its worker; the token has been checked.
   * @throws RingOverError
   */
  respond(device: string, answer: RingAnswer): RespondResult {
    const member = this.#members.get(device);
    if (!member) throw new RingOverError('missed');
    if (answer.kind === 'decline') return this.#decline(member, answer.everywhere);
    if (answer.kind === 'answer' && answer.release) return this.#release(member);
    const control = this.#open(member);
    member.acknowledged = true;
    member.rest();
    if (answer.kind === 'answer') return { state: 'claimed', until: this.#claimFor(member, control) };
    control.ringing(device);
    return { state: 'ringing', until: this.#until };
  }

  get #until(): number {
    return this.#claim?.until ?? this.plan.expiresAt;
  }

  /** The ring, while this device has a part in it. */
  #open(member: Member): RingControl {
    if (this.#end || !this.#control || member.out || member.quieted) throw this.#over(member);
    return this.#control;
  }

  #over(member: Member): RingOverError {
    if (!this.#end) return new RingOverError(member.quieted ? 'answeredElsewhere' : 'missed');
    return new RingOverError(TOLD[this.#end.cause]);
  }

  #claimFor(member: Member, control: RingControl): number {
    if (this.#claim) return this.#claim.until;
    const { claimMs } = this.services.limits;
    this.#claim = { device: member.device, until: Date.now() + claimMs };
    for (const other of this.#members.values()) {
      if (other === member || other.out) continue;
      const wasRung = other.wasRung;
      other.quieted = true;
      other.rest();
      if (wasRung) this.#cancel(other, 'answeredElsewhere', null);
    }
    control.claim(member.device, claimMs);
    return this.#claim.until;
  }

  #release(member: Member): RespondResult {
    const released = { state: 'released' as const, until: Date.now() };
    if (this.#released === member.device) return released;
    const control = this.#open(member);
    // Nothing to give back; the ring goes on.
    if (this.#claim?.device !== member.device) return { state: 'released', until: this.#until };
    this.#released = member.device;
    control.release(member.device);
    return released;
  }

  #decline(member: Member, everywhere: boolean): RespondResult {
    const declined = { state: 'declined' as const, until: this.#until };
    if (member.declined && (this.#end || !everywhere)) return declined;
    if (!member.declined) this.#open(member);
    else if (this.#claim || this.#end) throw this.#over(member);
    member.declined = true;
    leave(member);
    this.#control?.decline(member.device, everywhere);
    return declined;
  }

  /** A socket that stays silent may be a page that is frozen, or a connection that only looks open. */
  #watch(member: Member): void {
    if (member.acknowledged) return;
    member.watch(this.services.limits.pushSilenceMs, () => {
      if (this.#control?.reaches(member.device) === false) this.#wake(member);
    });
  }

  #wake(member: Member): void {
    const control = this.#control;
    // A claimed call has its person: there is nobody to be rung any more.
    if (!control || this.#end || this.#claim || member.out || member.quieted || member.acknowledged) return;
    const { device } = member;
    control.expect(device);
    member.ring(this.#ringing(member), {
      wanted: () => !control.reaches(device),
      failed: () => {
        leave(member);
        control.giveUp(device);
      },
    });
  }

  #ringing({ device, target }: Member): Saying {
    const { callId, expiresAt: until } = this.plan;
    const subject = { ringId: this.id, callId, device, expiresAt: this.tokenExpiresAt };
    const respond = {
      url: `${target.origin}/api/calls/${encodeURIComponent(callId)}`,
      token: makeToken(this.services.tokenKey, subject),
    };
    return { payload: (to) => ringPayload(this.plan, to, respond), until, topic: this.#topic };
  }

  #cancel(member: Member, response: CancelResponse, endCode: number | null): void {
    // Who missed a call wants to know it later, too; who did not only has to stop ringing.
    const seconds = response === 'missed' || response === 'canceled' ? MISSED_TTL : QUIET_TTL;
    const payload: Saying['payload'] = (to) => cancelPayload(this.plan, to, response, endCode);
    member.tell({ payload, until: Date.now() + seconds * MS, topic: this.#topic }, 'high');
  }

  /** It was told "answered elsewhere" on the strength of a claim. When nothing came of that, the call was missed. */
  #afterQuiet(member: Member, { cause }: RingEnd): void {
    if (cause !== 'missed' && cause !== 'canceled') return;
    const payload: Saying['payload'] = (to) => missedPayload(this.plan, to);
    member.tell({ payload, until: Date.now() + MISSED_TTL * MS, topic: this.#topic }, 'normal');
  }
}

function leave(member: Member): void {
  member.out = true;
  member.rest();
}
