/** Brings the sound of one call back: asks the policy what to do, does it, and looks again. */

import { type CallHealth, doubtedAt, lostAt, recoveryStep, type Trouble } from '../../../shared/calls/recovery.ts';
import type { Signalling, SignallingEvent } from './signalling.ts';
import { type RTCSession, restartIce } from './ua.ts';

export interface RecoveryOptions {
  session: RTCSession;
  signalling: Signalling;
  /** With credentials that are still good. */
  configuration: () => Promise<RTCConfiguration>;
  /** The time is over. */
  giveUp(): void;
}

export class Recovery {
  readonly #options: RecoveryOptions;
  readonly #stopListening: () => void;
  #trouble: Trouble | null = null;
  #moved = false;
  #restartedAt: number | null = null;
  #farRestartedAt: number | null = null;
  #restarting = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: RecoveryOptions) {
    this.#options = options;
    const { session, signalling } = options;
    this.#stopListening = signalling.onEvent((event) => this.#onSignalling(event));
    session.on('reinvite', () => this.#onFarRestart());
    session.on('failed', () => this.#stop());
    session.on('ended', () => this.#stop());
  }

  /** The sound is lost. */
  lost(): void {
    this.#trouble = lostAt(this.#trouble, performance.now());
    this.#look();
  }

  /** It is back. */
  back(): void {
    clearTimeout(this.#timer);
    this.#trouble = null;
    this.#moved = false;
    this.#restartedAt = null;
    this.#farRestartedAt = null;
  }

  #stop(): void {
    this.#stopListening();
    this.back();
  }

  #onSignalling(event: SignallingEvent): void {
    if (event === 'moved' && this.#options.session.isEstablished()) {
      this.#moved = true;
      this.#trouble = doubtedAt(this.#trouble, performance.now());
    }
    this.#look();
  }

  #onFarRestart(): void {
    if (!this.#trouble) return;
    this.#farRestartedAt = performance.now();
    if (!this.#trouble.lost) this.back(); // if it is not enough, the browser will say that the path is lost
  }

  #look(): void {
    clearTimeout(this.#timer);
    if (!this.#trouble) return;
    const { since, lost } = this.#trouble;
    const { do: what, again } = recoveryStep(this.#health(since));
    if (again !== null) this.#timer = setTimeout(() => this.#look(), again);
    if (what === 'reconnect') this.#options.signalling.reconnect();
    else if (what === 'restartIce') void this.#restart();
    else if (what === 'giveUp' && lost) this.#options.giveUp();
    else if (what === 'giveUp') this.back(); // it has been heard all the time
  }

  #health(since: number): CallHealth {
    const now = performance.now();
    const ago = (at: number | null) => (at === null ? null : now - at);
    return {
      signalling: this.#options.signalling.isUp,
      media: false,
      lostFor: now - since,
      ours: this.#options.session.direction === 'outgoing',
      sinceRestart: ago(this.#restartedAt),
      sinceFarRestart: ago(this.#farRestartedAt),
      moved: this.#moved,
    };
  }

  /** Never rejects: one that came to nothing is followed by the next. */
  async #restart(): Promise<void> {
    if (this.#restarting) return;
    this.#restarting = true;
    this.#restartedAt = performance.now();
    const restarted = await this.#offer().catch(() => false); // no credentials, no network: so it is not restarted
    this.#restarting = false;
    if (restarted && this.#trouble?.lost === false) this.back();
  }

  async #offer(): Promise<boolean> {
    const { session, signalling, configuration } = this.#options;
    // A socket that only looks open would swallow the INVITE, and with it the 32 s until it has timed out.
    if (!(await signalling.check())) return false;
    const { connection } = session;
    connection.setConfiguration(await configuration());
    if (!this.#trouble || session.isEnded() || !session.isReadyToReOffer()) return false;
    return restartIce(session);
  }
}
