/**
 * Hold and resume by re-INVITE (RFC 3264 8.4). JsSIP's own `hold` hangs up when the far side refuses it; a refused
 * re-INVITE changes nothing (RFC 3261 14.1), and that is what it does here.
 */

import { SwitchhookError } from '../../../shared/errors.ts';
import { type RTCSession, withdrawOffer } from './ua.ts';

/** ms a hold may take on the network before it has failed (JsSIP's transactions end after 32 s, too late for a person). */
const HOLD_PATIENCE = 8_000;

/** ms between two looks whether another change of the call is over, of which JsSIP does not tell. Ours: nobody hears it. */
const LOOK_AGAIN = 50;

/** The last wish for each session: what is granted too late is taken back, unless somebody has asked again since. */
const lastWish = new WeakMap<RTCSession, object>();

/**
 * Resolves when the far side has agreed, or it is so already. Another change that is under way, as of a call that has just been
 * taken up, goes first. @throws SwitchhookError `signalling`: it is as it was before
 */
export function setHeld(session: RTCSession, held: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const wish = {};
    lastWish.set(session, wish);
    const isWanted = () => lastWish.get(session) === wish;
    let looking: ReturnType<typeof setTimeout> | undefined;
    let giveUp = () => {};
    let reason = 'Another change of this call is under way.';
    const settle = (how: () => void) => {
      clearTimeout(looking);
      clearTimeout(timer);
      how();
    };
    const failed = (why: string) => settle(() => reject(new SwitchhookError('signalling', { reason: why })));
    const timer = setTimeout(() => {
      giveUp();
      failed(reason);
    }, HOLD_PATIENCE);
    const look = () => {
      if (session.isEnded()) failed('The call is over.');
      else if (session.isOnHold().local === held) settle(resolve);
      else if (!session.isReadyToReOffer()) looking = setTimeout(look, LOOK_AGAIN);
      else {
        reason = 'The far side did not answer.';
        const refused = () => failed('The far side refused it.');
        giveUp = ask(session, held, { done: () => settle(resolve), refused, isWanted });
      }
    };
    look();
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
  /** Nobody has asked for anything else since. */
  isWanted(): boolean;
}

/** @returns what gives up: it is as before here, and the far side is asked to go back, should it agree after all */
function ask(session: RTCSession, held: boolean, { done, refused, isWanted }: Outcome): () => void {
  const inside = session as unknown as Holding;
  const set = (now: boolean) => {
    inside._localHold = now;
    if (now) inside._onhold('local');
    else inside._onunhold('local');
  };
  set(held);
  let isTooLate = false;
  const succeeded = () => {
    if (!isTooLate) return done();
    set(held); // so it is now, for both
    // Where it cannot be undone it stays so, and who asks again finds it done.
    if (isWanted()) setHeld(session, !held).catch(() => undefined);
  };
  const failed = () => {
    if (session.isEnded()) return;
    if (!isTooLate) set(!held);
    withdrawOffer(session).then(refused, refused);
  };
  inside._sendReinvite({ eventHandlers: { succeeded, failed } });
  return () => {
    isTooLate = true;
    set(!held);
  };
}
