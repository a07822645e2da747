/** What a push means to the registry: pure; the worker submits what this says. */

import { SwitchhookError } from '../errors.ts';
import type { RegistryInput, Settings, Submission } from '../registry/input.ts';
import type { Wakeup } from '../registry/store.ts';
import type { PushPayload } from './payload.ts';

/** Why a push is none of ours, though it is of the right form. */
export type Foreign = 'otherAccount' | 'otherDevice' | 'loggedOut';

export function foreign({ account, device }: PushPayload, line: Settings['line']): Foreign | null {
  if (line === null) return 'loggedOut';
  if (line.account !== account) return 'otherAccount';
  return line.device === device ? null : 'otherDevice';
}

/** This device's clock: what it shows, and by how much it was ahead of the server's when last measured, ms. */
export interface Clock {
  now: number;
  offset: number;
}

/**
 * A time of the server's clock by ours, as measured at log-in. A push that seems to come from the future tells that our clock
 * has been put back since, by at least so much.
 */
export function localTime(at: number, { serverTime }: Pick<PushPayload, 'serverTime'>, { now, offset }: Clock): number {
  return at + Math.min(offset, now - serverTime);
}

/** Everything that a push has the registry write, in one transaction. */
export interface Arrival {
  submission: Submission;
  /** How to answer the switchboard; null for what is no ring. */
  wakeup: Omit<Wakeup, 'callId'> | null;
}

/**
 * @param callId for a call that is new here
 * @throws SwitchhookError `notAllowed` for a push that is not for this device
 */
export function arrivalOf(payload: PushPayload, callId: string, { line, clockOffset }: Settings, now: number): Arrival {
  const stranger = foreign(payload, line);
  if (stranger) {
    throw new SwitchhookError('notAllowed', { reason: `A push that is not for this device: ${stranger}.` });
  }
  const clock = { now, offset: clockOffset };
  const submission = submissionOf(payload, callId, clock);
  if (payload.type !== 'ring') return { submission, wakeup: null };
  const { url, token } = payload.respond;
  return { submission, wakeup: { url, token, until: localTime(payload.expiresAt, payload, clock) } };
}

/** The submission of a push; its id is the push's own, so that a duplicate is one. `callId` is for a call that is new here. */
export function submissionOf(payload: PushPayload, callId: string, clock: Clock): Submission {
  return { id: payload.eventId, tab: null, source: 'push', input: inputOf(payload, callId, clock) };
}

function inputOf(payload: PushPayload, callId: string, clock: Clock): RegistryInput {
  const { account, callId: providerCallId } = payload;
  const sentAt = localTime(payload.serverTime, payload, clock);
  switch (payload.type) {
    case 'ring':
      return {
        kind: 'newCall',
        callId,
        providerCallId,
        account,
        direction: 'incoming',
        entry: 'ringing',
        type: payload.callType,
        peer: payload.peer,
        capabilities: ['silence'], // what the line can do besides, its host will say
        ringDeadline: localTime(payload.expiresAt, payload, clock),
        data: null,
        epoch: null,
      };
    case 'cancel': {
      const { response, endCode } = payload;
      const end = { kind: 'networkEnd', callId, account, providerCallId, endCode, peer: null, type: 'audio' } as const;
      // A device that was off hears of it hours later. Where the call went to is told at once or not at all.
      const isMissed = response === 'canceled' || response === 'missed';
      return { ...end, response, times: isMissed ? { createdAt: sentAt, endedAt: sentAt } : null };
    }
    case 'missed': {
      const { peer, callType: type, createdAt } = payload;
      const end = { kind: 'networkEnd', callId, account, providerCallId, endCode: null, peer, type } as const;
      return {
        ...end,
        response: 'missed',
        times: { createdAt: localTime(createdAt, payload, clock), endedAt: sentAt },
      };
    }
  }
}
