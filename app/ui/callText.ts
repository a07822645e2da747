/** What a call is doing, in one line. */
import { MOVED } from '../../shared/calls/endCodes.ts';
import { ANSWERS, pendingIntent, wasAnsweredLate } from '../../shared/calls/intents.ts';
import { wasAnswered } from '../../shared/calls/missed.ts';
import type { CallRecord, IntentOutcome } from '../../shared/calls/record.ts';
import { isTransferring, type Transfer, wasTransferred } from '../../shared/calls/transfer.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import { disconnectText, endReason } from '../../shared/i18n/endReasons.ts';
import { errorText, type Language, type MessageKey, text } from '../../shared/i18n/messages.ts';
import { notificationText } from '../../shared/i18n/notifications.ts';
import { peerName } from './format.ts';

export function ringText({ type }: CallRecord, language: Language): string {
  return notificationText(language, type === 'audio' ? 'notification.incoming.audio' : 'notification.incoming.video');
}

/** The state line of a call. */
export function stateText(call: CallRecord, language: Language): string {
  if (call.state === 'ringing' && isBeingAnswered(call)) return text(language, 'pending.answer');
  if (call.state === 'ringing') return ringText(call, language);
  if (call.state === 'disconnected') return endText(call, language);
  const { transfer } = call;
  if (call.state === 'active' && transfer && isTransferring(call)) return transferText(transfer, language);
  if (call.state === 'active' && call.attributes.heldByRemote && !call.attributes.held) {
    return text(language, 'call.heldByRemote', { name: peerName(call.peer, language) });
  }
  return text(language, stateKey(call));
}

const TRANSFERS = {
  local: { trying: 'call.transferTrying', ringing: 'call.transferRinging' },
  remote: { trying: 'call.handedOn', ringing: 'call.handedOnRinging' },
} as const;

function transferText({ by, state, target }: Transfer, language: Language): string {
  return text(language, TRANSFERS[by][state === 'ringing' ? 'ringing' : 'trying'], {
    name: peerName(target, language),
  });
}

function stateKey(call: CallRecord): MessageKey & `call.${string}` {
  const { state, attributes, remoteRingingAt } = call;
  if (state === 'disconnecting' || pendingIntent(call, 'hangUp')) return 'call.disconnecting';
  if (state === 'dialing' && remoteRingingAt !== null) return 'call.ringing';
  if (state === 'active' && attributes.held) return 'call.held';
  return state === 'disconnected' || state === 'ringing' ? 'call.disconnecting' : `call.${state}`;
}

/** Somebody has decided to take it: it rings on in the network only. */
export const isBeingAnswered = (call: CallRecord): boolean => pendingIntent(call, ...ANSWERS) !== undefined;

/** Said where calls of several accounts are on the screen. */
export function accountText(account: string, language: Language): string {
  return text(language, 'call.account', { account });
}

/** How a call ended, in two or three words. */
export function endText(call: CallRecord, language: Language): string {
  const { disconnect, direction, transfer } = call;
  if (transfer && wasTransferred(call))
    return text(language, 'response.transferred', { name: peerName(transfer.target, language) });
  const answered = wasAnswered(call);
  if (answered && disconnect?.endCode === MOVED) return text(language, 'response.moved');
  return disconnectText(language, { response: disconnect?.response ?? 'unknown', direction, answered });
}

/** Why a call that somebody here wanted to answer was not; null for every other. */
export function answerText(call: CallRecord, language: Language): string | null {
  if (wasAnswered(call)) return null;
  const answer = call.intents.findLast(({ action }) => (ANSWERS as readonly string[]).includes(action));
  if (!answer?.outcome && !wasAnsweredLate(call)) return null;
  const code = answer?.outcome ? codeOf(answer.outcome) : 'tooLate';
  if (code !== 'tooLate' && code !== 'callNotFound') return errorText(language, code);
  const response = call.disconnect?.response;
  return text(language, isLate(response) ? `late.${response}` : 'late.missed');
}

/** An answer that was sent and did not count crossed another, or the caller's hanging up. */
function codeOf(outcome: IntentOutcome): ErrorCode {
  if (outcome.result === 'failed') return outcome.code;
  return outcome.result === 'timedOut' ? 'timedOut' : 'tooLate';
}

const LATE = ['answeredElsewhere', 'declinedElsewhere', 'canceled', 'missed'] as const;
const isLate = (response: string | undefined): response is (typeof LATE)[number] =>
  (LATE as readonly (string | undefined)[]).includes(response);

/** Why it ended, where that says more than the words for the response do: the network's reason, or our own; else null. */
export function endedBecause({ disconnect, intents }: CallRecord, language: Language): string | null {
  if (disconnect?.endCode == null) {
    const dial = intents.find(({ action }) => action === 'dial')?.outcome;
    return dial?.result === 'failed' && disconnect?.response === 'error' ? errorText(language, dial.code) : null;
  }
  const { response, endCode } = disconnect;
  // 850 and above are the operator's own codes (spec 1.2): always worth reading.
  return response === 'error' || endCode >= 850 ? endReason(endCode, language) : null;
}
