/** Which tone the calls call for. */

import { pendingIntent } from '../../shared/calls/intents.ts';
import type { CallRecord } from '../../shared/calls/record.ts';
import { isAnswered } from '../../shared/calls/states.ts';
import type { ToneName } from './tones.ts';

export interface Listener {
  /** Whether this tab makes the sounds: where several tabs are open, one does. */
  ringer: boolean;
}

/**
 * The tone to be heard now, or null for silence.
 * @param calls the live ones and, after them, those that have just ended: `[...state.calls, ...state.justEnded]`
 */
export function soundFor(calls: readonly CallRecord[], { ringer }: Listener): ToneName | null {
  if (!ringer) return null;
  if (calls.some(rings)) return calls.some((call) => isAnswered(call.state)) ? 'waiting' : 'ringtone';
  if (calls.some((call) => isAnswered(call.state))) return null;
  if (calls.some(ringsThere)) return 'ringback';
  if (calls.some((call) => call.state !== 'disconnected')) return null;
  const last = calls[0];
  return last ? farewell(last) : null;
}

/** Silent from the moment that the person has decided, whatever the network still has to do. */
function rings(call: CallRecord): boolean {
  return (
    call.state === 'ringing' &&
    !call.attributes.silenced &&
    !pendingIntent(
      call,
      'answer',
      'answerWithVideo',
      'holdAndAnswer',
      'endAndAnswer',
      'decline',
      'declineEverywhere',
      'hangUp',
      'silence',
    )
  );
}

const ringsThere = (call: CallRecord) =>
  call.state === 'dialing' && call.remoteRingingAt !== null && !pendingIntent(call, 'hangUp');

/** Only what the person did not do is told by a tone: hanging up oneself needs none. */
function farewell({ disconnect, direction, answeredAt }: CallRecord): ToneName | null {
  const response = disconnect?.response;
  if (direction === 'outgoing' && (response === 'busy' || response === 'rejected')) return 'busy';
  const meant = direction === 'outgoing' || answeredAt !== null;
  return meant && (response === 'remote' || response === 'error') ? 'ended' : null;
}
