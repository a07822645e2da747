/**
 * Hold and resume by re-INVITE (RFC 3264 8.4). JsSIP's own `hold` hangs up when the far side refuses it; a refused
 * re-INVITE changes nothing (RFC 3261 14.1), and that is what it does here.
 */

import { SwitchhookError } from '../../../shared/errors.ts';
import { type RTCSession, withdrawOffer } from './ua.ts';

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
    const refused = () => {
      clearTimeout(timer);
      failed('The far side refused it.');
    };
    if (ask(session, held, { done, refused })) return;
    clearTimeout(timer);
    failed('Another change of this call is under way.');
  });
}

/** What JsSIP's `hold` is made of: there in the code, not in the typings. */
interface Holding {
  _localHold: boolean;
  _onhold(originator: 'local'): void;
  _onunhold(originator: 'local'): void;
  _sendReinvite(options: { eventHandlers: { succeeded(): void; failed(): void } }): void;
}

interface Outcome {
  done(): void;
  refused(): void;
}

/** @returns false where it cannot be asked for now: another change is under way, or it is so already */
function ask(session: RTCSession, held: boolean, { done, refused }: Outcome): boolean {
  if (!session.isEstablished() || session.isOnHold().local === held || !session.isReadyToReOffer()) return false;
  const inside = session as unknown as Holding;
  const set = (now: boolean) => {
    inside._localHold = now;
    if (now) inside._onhold('local');
    else inside._onunhold('local');
  };
  set(held);
  const failed = () => {
    if (session.isEnded()) return;
    set(!held);
    withdrawOffer(session).then(refused, refused);
  };
  inside._sendReinvite({ eventHandlers: { succeeded: done, failed } });
  return true;
}
