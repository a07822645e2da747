/** Hold by re-INVITE (RFC 3264 8.4). */

import { SwitchhookError } from '../../../shared/errors.ts';
import type { RTCSession } from './ua.ts';

/** ms a hold may take on the network before it has failed (JsSIP's transactions end after 32 s, too late for a person). */
const HOLD_PATIENCE = 8_000;

/** Resolves when the far side has agreed. @throws SwitchhookError `signalling` */
export function setHeld(session: RTCSession, held: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (reason: string) => reject(new SwitchhookError('signalling', { reason }));
    const timer = setTimeout(() => failed('The far side did not answer.'), HOLD_PATIENCE);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    const asked = held ? session.hold({}, done) : session.unhold({}, done);
    if (asked) return;
    clearTimeout(timer);
    failed('Another change of this call is under way.');
  });
}
