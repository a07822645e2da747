/** What is pushed, as the schema of shared/push/payload.ts has it: pure functions. */
import { PAYLOAD_VERSION, type PushPayload, type RingPayload } from '../../shared/push/payload.ts';
import { MAX_PLAINTEXT } from './policy.ts';

export type PushPeer = RingPayload['peer'];
export type CancelResponse = Extract<PushPayload, { type: 'cancel' }>['response'];

/** What all pushes of one ring have in common. */
export interface RingPlan {
  callId: string;
  /** The number that is called. */
  account: string;
  peer: PushPeer;
  video: boolean;
  createdAt: number;
  expiresAt: number;
}

/** Of one push to one device. */
export interface Addressed {
  device: string;
  eventId: string;
  serverTime: number;
}

/** Characters that the schema allows for a text. */
const MAX_TEXT = 512;

const base = ({ callId, account }: RingPlan, { device, eventId, serverTime }: Addressed) =>
  ({ v: PAYLOAD_VERSION, callId, eventId, account, device, serverTime }) as const;

const callType = ({ video }: RingPlan) => (video ? 'video' : 'audio');

export function ringPayload(plan: RingPlan, to: Addressed, respond: RingPayload['respond']): PushPayload {
  const { peer, createdAt, expiresAt } = plan;
  return { ...base(plan, to), type: 'ring', peer, callType: callType(plan), createdAt, expiresAt, respond };
}

export function cancelPayload(plan: RingPlan, to: Addressed, response: CancelResponse, endCode: number | null) {
  return { ...base(plan, to), type: 'cancel', response, endCode } satisfies PushPayload;
}

export function missedPayload(plan: RingPlan, to: Addressed): PushPayload {
  return {
    ...base(plan, to),
    type: 'missed',
    peer: plan.peer,
    callType: callType(plan),
    createdAt: plan.createdAt,
  };
}

/** Somebody who calls. A picture that is too long for a push is left out: it is decoration. */
export function peerOf(caller: PushPeer): PushPeer {
  const { displayName, avatarUrl } = caller;
  return {
    ...caller,
    displayName: displayName?.slice(0, MAX_TEXT) ?? null,
    avatarUrl: avatarUrl !== null && avatarUrl.length <= MAX_TEXT ? avatarUrl : null,
  };
}

/** JSON of a payload that every push service takes; what is only decoration goes first. */
export function encodePayload(payload: PushPayload): string {
  const text = JSON.stringify(payload);
  if (Buffer.byteLength(text) <= MAX_PLAINTEXT || payload.type === 'cancel') return text;
  const { peer } = payload;
  const short = peer.displayName?.slice(0, MAX_TEXT / 8) ?? null;
  return JSON.stringify({ ...payload, peer: { ...peer, displayName: short, avatarUrl: null } });
}
