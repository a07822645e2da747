/**
 * What to do about a call whose sound is lost (5.2): a pure choice over the state of its two ways. Signalling that is lost is
 * connected again, never an ICE restart; media that is lost while signalling works gets an ICE restart, never a reconnect.
 *
 * One side only restarts ICE, or the two offers meet and both are refused (RFC 3261 14.1, glare): the one that sent the
 * INVITE of the dialog. Both sides know who that is without asking, also after one has taken the call over by Replaces. A
 * far side of another make may never restart; the other side does it then.
 */

/**
 * ms that a call may be without sound before it is over. Ours: as long as a telephone rings (1.6), which people wait for; a
 * lift, a tunnel or a change from Wi-Fi to a mobile network is shorter.
 */
export const RECOVERY_BUDGET = 45_000;

/** ms between two ICE restarts. Measured: sound is back 64 ms after the end of a hole, so more of them gain nothing. */
export const RESTART_EVERY = 1_500;

/**
 * ms without a restart of the far side's after which we do it though it is not our turn. Browsers notice a dead path 5 s
 * after it died (RFC 7675 5.1: 5 s without an answer to a consent check makes the path doubtful), the far side perhaps that
 * much later than we.
 */
export const FAR_SIDE_PATIENCE = 5_000;

/** The same when it is our own address that has changed: the far side does not know yet, and will not for 5 s. */
export const FAR_SIDE_PATIENCE_MOVED = 1_000;

/** What is wrong with the sound of a call. `since` in ms, by any clock that does not go back. */
export interface Trouble {
  since: number;
  /** It is lost; else it is only in doubt, because this device has another network than before. */
  lost: boolean;
}

/** The sound is lost. A doubt before that takes nothing from the time that the loss may last. */
export const lostAt = (trouble: Trouble | null, now: number): Trouble =>
  trouble?.lost ? trouble : { since: now, lost: true };

/** This device has another network, for the first time or again: a call that is still heard stays one. */
export const doubtedAt = (trouble: Trouble | null, now: number): Trouble => trouble ?? { since: now, lost: false };

/** What is known of a call in conversation. Times are ms; null: has not happened since the sound was lost. */
export interface CallHealth {
  /** The line is registered, and its socket answers. */
  signalling: boolean;
  media: boolean;
  /** Since when the media is lost, or doubtful for a change of network; 0 while it is there. */
  lostFor: number;
  /** Whether it was we who sent the INVITE of the dialog. */
  ours: boolean;
  /** Since our last ICE restart, and since the far side's. */
  sinceRestart: number | null;
  sinceFarRestart: number | null;
  /** This device has changed its network. */
  moved: boolean;
}

export interface RecoveryStep {
  do: 'nothing' | 'reconnect' | 'restartIce' | 'giveUp';
  /** ms after which to look again, though nothing happens meanwhile; null: there is nothing to wait for. */
  again: number | null;
}

export function recoveryStep(health: CallHealth): RecoveryStep {
  const { signalling, media, lostFor } = health;
  // The call is heard: a line that is being made again is no reason to end it.
  if (media) return { do: signalling ? 'nothing' : 'reconnect', again: null };
  const left = RECOVERY_BUDGET - lostFor;
  if (left <= 0) return { do: 'giveUp', again: null };
  if (!signalling) return { do: 'reconnect', again: left };
  const due = restartDue(health);
  return due > 0
    ? { do: 'nothing', again: Math.min(due, left) }
    : { do: 'restartIce', again: Math.min(RESTART_EVERY, left) };
}

/** ms until our next restart; 0 or less: now. */
function restartDue({ ours, moved, lostFor, sinceRestart, sinceFarRestart }: CallHealth): number {
  const ready = sinceRestart === null ? 0 : RESTART_EVERY - sinceRestart;
  if (ours) return ready;
  const patience = moved ? FAR_SIDE_PATIENCE_MOVED : FAR_SIDE_PATIENCE;
  return Math.max(ready, patience - Math.min(lostFor, sinceFarRestart ?? lostFor));
}
