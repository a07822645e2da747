/**
 * The SIP dialog of a call, by what another page or device needs to take the call up (RFC 3891): the ids that name it and
 * where the far side is reached. No secrets, no SDP. Pure.
 */

import type { CallRecord } from './record.ts';
import { RECOVERY_BUDGET } from './recovery.ts';
import { isLive } from './states.ts';

export interface CallDialog {
  /** The dialog's own: another one than the call's `providerCallId` once the call has been taken up. */
  callId: string;
  /** Ours. */
  localTag: string;
  remoteTag: string;
  /** URI of the far side's Contact; a GRUU, where it has one, which reaches it on whichever socket it is (RFC 5627). */
  target: string;
}

/** The value of a `Replaces` that asks the far side for this dialog: its own tag is the to-tag (RFC 3891 6.1). */
export const replaces = ({ callId, localTag, remoteTag }: CallDialog): string =>
  `${callId};to-tag=${remoteTag};from-tag=${localTag}`;

/** Whether the far side means this dialog with a value that it made by {@link replaces}. */
export const isMeant = ({ callId, localTag, remoteTag }: CallDialog, value: string): boolean =>
  value === `${callId};to-tag=${localTag};from-tag=${remoteTag}`;

/** ms in which a call can be taken up: as long as it may be without sound (5.2). */
export const RESUME_BUDGET = RECOVERY_BUDGET;

/** What became of an INVITE that asks for a call: a final status, or none, where nobody answered or the line was lost. */
export interface ResumeAttempt {
  /** By `Replaces`, or by a header of ours that says which call is meant where the far side has lost the dialog too. */
  by: 'replaces' | 'header';
  status: number | null;
  /** We once dialled this call. Of two sides that both lost it, that one calls again, and the other waits. */
  dialled: boolean;
  /** ms since the first attempt, and since the far side said for the first time that it knows no such dialog; or null. */
  elapsed: number;
  unknownFor: number | null;
}

export type ResumeStep = { do: 'ask'; by: ResumeAttempt['by']; after: number } | { do: 'giveUp' };

/** ms between two attempts. Ours: a page needs some 60 ms from its start to its registration, and is asked soon after. */
export const RESUME_EVERY = 250;

/**
 * ms in which a far side that has lost the dialog too, because it reloads as we do, has come back; it is a matter of one
 * page load. One that knows no such dialog after this has ended the call.
 */
export const FAR_RELOAD = 5_000;

/** Nobody there, or somebody who is only just coming back: 404 of a Contact whose page is gone, 408, 480, 500 and up. */
const MAY_COME_BACK = (status: number | null) =>
  status === null || status === 404 || status === 408 || status === 480 || (status >= 500 && status < 600);

/** What to do after an attempt that did not get the call. `budget`: ms that a call may be without sound. */
export function afterAttempt(attempt: ResumeAttempt, budget: number): ResumeStep {
  const { by, status, dialled, elapsed, unknownFor } = attempt;
  if (elapsed >= budget) return { do: 'giveUp' };
  if (status === 481) {
    if ((unknownFor ?? 0) >= FAR_RELOAD) return { do: 'giveUp' };
    if (!dialled) return { do: 'ask', by: 'replaces', after: RESUME_EVERY };
    return { do: 'ask', by: 'header', after: by === 'replaces' ? 0 : RESUME_EVERY };
  }
  // 403 also from a far side whose own 2xx has not been acknowledged yet: no dialog is replaced in that moment.
  if (status === 403) return elapsed < RESUME_EVERY * 2 ? { do: 'ask', by, after: RESUME_EVERY } : { do: 'giveUp' };
  return MAY_COME_BACK(status) ? { do: 'ask', by: 'replaces', after: RESUME_EVERY } : { do: 'giveUp' };
}

/**
 * Whether these calls can go to another tab: there is one to take up, and none would be lost by it. A ring rings on; a call
 * that is being dialled, or has just been answered, is not.
 */
export function canMove(calls: readonly Pick<CallRecord, 'state' | 'dialog'>[]): boolean {
  const live = calls.filter(({ state }) => isLive(state));
  return live.some(({ dialog }) => dialog) && live.every(({ state, dialog }) => state === 'ringing' || dialog);
}
