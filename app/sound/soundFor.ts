/** Which tone the calls call for. */

import { ANSWERS, pendingIntent } from '../../shared/calls/intents.ts';
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
  if (calls.some(isSought)) return 'reconnecting';
  const talking = calls.filter((call) => isAnswered(call.state));
  if (talking.length > 0) return talking.every(ringsForUs) ? 'ringback' : null;
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
    !pendingIntent(call, ...ANSWERS, 'decline', 'declineEverywhere', 'hangUp', 'silence')
  );
}

/** Silence that somebody listens to: not of a call that is on hold. */
const isSought = (call: CallRecord) =>
  call.state === 'reconnecting' && !call.attributes.held && !pendingIntent(call, 'hangUp');

/** Early media is the far side's own ring, or what it has to say instead (RFC 3960 3.1): ours would drown it. */
const ringsThere = (call: CallRecord) =>
  call.state === 'dialing' && call.remoteRingingAt !== null && !call.earlyMedia && !pendingIntent(call, 'hangUp');

/** Somebody hands us on, and the one that we are handed to rings: nothing else is heard meanwhile. */
const ringsForUs = ({ state, transfer }: CallRecord) =>
  state === 'active' && transfer?.by === 'remote' && transfer.state === 'ringing';

/** Only what the person did not do is told by a tone: hanging up oneself needs none. */
function farewell({ disconnect, direction, answeredAt }: CallRecord): ToneName | null {
  const response = disconnect?.response;
  if (direction === 'outgoing' && (response === 'busy' || response === 'rejected')) return 'busy';
  const meant = direction === 'outgoing' || answeredAt !== null;
  return meant && (response === 'remote' || response === 'error') ? 'ended' : null;
}
