/** One SIP session, watched: JsSIP's events in, facts out. Ends by itself with the session. */

import type { CallDialog } from '../../../shared/calls/dialog.ts';
import { parseReason, REJECTIONS, type Rejection } from '../../../shared/calls/endCodes.ts';
import type { CallFact } from '../../../shared/calls/facts.ts';
import { RECOVERY_BUDGET } from '../../../shared/calls/recovery.ts';
import { SwitchhookError } from '../../../shared/errors.ts';
import { answer } from './answer.ts';
import { guardDialog } from './dialogGuard.ts';
import { sendDigits } from './digits.ts';
import { endFact, NO_SOUND, NO_SOUND_CAUSE, type SessionEnd } from './end.ts';
import { setHeld } from './hold.ts';
import { addressesOf, answeredBy, userOf } from './identity.ts';
import { SessionMedia } from './media.ts';
import { Recovery, type RecoveryOptions } from './recovery.ts';
import { keepSession } from './sessionTimer.ts';
import type { Signalling } from './signalling.ts';
import { handOn, type TellTransfer } from './transfer.ts';
import {
  type Carried,
  dialogOf,
  type EndEvent,
  endMessage,
  endReplaced,
  type IncomingEvent,
  type NameAddr,
  type OutgoingEvent,
  type ReferEvent,
  type RTCSession,
  type SipUri,
} from './ua.ts';

export interface SessionOutput {
  fact(fact: CallFact): void;
  /** The far side asks us to call somebody else instead (REFER). */
  refer(event: ReferEvent): void;
  /** Somebody wants to take the far side's place (INVITE with Replaces). */
  replaces(event: ReferEvent): void;
  remoteAudio(stream: MediaStream | null): void;
  over(): void;
}

/** What a session hands to the one that goes on with its call. */
export interface Heritage extends Carried {
  /** Media has flowed, and the call knows. */
  connected: boolean;
  /** Nothing was heard any more. */
  lost: boolean;
}

/** Of the line that it is on. */
export type SessionLine = Pick<RecoveryOptions, 'signalling' | 'configuration'>;

export interface SessionOptions extends SessionLine {
  /** Captured already for an outgoing call; an incoming one brings it with the answer. */
  microphone: MediaStream | null;
  /** It goes on with a call that was answered in another session: its own answer is no news, nor its sound, before it inherits. */
  continues?: boolean;
}

export class SipSession {
  readonly #session: RTCSession;
  readonly #out: SessionOutput;
  readonly #media: SessionMedia;
  #continues: boolean;
  #answerer: NameAddr | null = null;
  #lost = false;
  readonly #signalling: Signalling;
  #asked = false;
  #rejectedWith: SessionEnd['rejectedWith'] = null;
  #answered = false;

  constructor(session: RTCSession, out: SessionOutput, options: SessionOptions) {
    const { microphone, continues = false, signalling, configuration } = options;
    this.#session = session;
    this.#out = out;
    this.#continues = continues;
    this.#signalling = signalling;
    this.#listen();
    guardDialog(session);
    keepSession(session, { isUp: () => signalling.isUp, expired: () => this.#giveUp('Session timer expired') });
    const recovery = new Recovery({ session, signalling, configuration, giveUp: () => this.#giveUp('No media') });
    this.#media = new SessionMedia(session, microphone, {
      remoteAudio: (stream) => out.remoteAudio(stream),
      flowing: () => this.#onFlowing(),
      lost: () => {
        this.#onMediaLost(true);
        recovery.lost();
      },
      back: () => recovery.back(), // and it flows, which is told
      left: () => {
        recovery.back(); // nothing to restart; the call may come back in another session, as long as it may be without sound
        this.#onMediaLost(true);
        setTimeout(() => this.#giveUp('No media'), RECOVERY_BUDGET);
      },
      failed: () => this.#giveUp('No media'),
    });
  }

  get isOver(): boolean {
    return this.#session.isEnded();
  }

  get isAnswered(): boolean {
    return this.#session.isEstablished();
  }

  /** Null before the answer and after the end. */
  get dialog(): CallDialog | null {
    return dialogOf(this.#session);
  }

  /** Every address that the far side is known by. */
  get addresses(): string[] {
    return addressesOf(this.#session, this.#answerer);
  }

  /** What a session that goes on with this call begins with. */
  get heritage(): Heritage {
    const { audio: muted = false } = this.#session.isMuted();
    const { local: held, remote: heldByRemote } = this.#session.isOnHold();
    return { muted, held, heldByRemote, connected: this.#connected, lost: this.#lost };
  }

  /** Another one of the microphone's streams: it lives on when this session stops its own. */
  get microphoneClone(): MediaStream | null {
    return this.#media.microphoneClone;
  }

  /** Goes on where the session before it was. */
  inherit({ muted, connected, lost }: Heritage): void {
    this.setMuted(muted); // also off: it may have been pressed while this one was being answered
    this.#connected = connected;
    this.#lost = lost;
    this.#continues = false;
    if (this.#media.isFlowing) this.#onFlowing();
  }

  /** What it has not captured itself; stopped with the session. */
  keep(microphone: MediaStream): void {
    this.#media.microphone = microphone;
  }

  /** The page goes, or hosts no longer: no more sound either way, and not a word, so that the call can be taken up. */
  abandon(): void {
    this.#media.close();
  }

  /** The far side's sound, as long as there is one. */
  get heard(): MediaStream | null {
    return this.#media.heard;
  }

  /** The number of who has answered; null where nobody has said. */
  get answeredBy(): string | null {
    return this.#answerer && userOf(this.#answerer.uri);
  }

  /** Another session takes its place; JsSIP ends this one then. */
  endReplaced(why: 'moved' | null): void {
    endReplaced(this.#session, why);
  }

  handOn(target: SipUri, tell: TellTransfer): Promise<void> {
    return handOn(this.#session, target, tell);
  }

  answer(microphone: MediaStream, pcConfig: RTCConfiguration): Promise<void> {
    this.#media.microphone = microphone;
    return answer(this.#session, microphone, pcConfig);
  }

  reject(how: Rejection): void {
    if (this.isOver) return;
    const { code, reason } = REJECTIONS[how];
    this.#asked = true;
    this.#rejectedWith = { code, reason: parseReason(reason) };
    this.#session.terminate({ status_code: code, extraHeaders: reason ? [`Reason: ${reason}`] : [] });
  }

  /** The line is given up: a conversation is hung up, a ring is left unanswered (480, RFC 3261 21.4.18), which is a missed call. */
  release(): void {
    if (this.isOver) return;
    if (this.isAnswered || this.#session.direction === 'outgoing') {
      this.hangUp();
      return;
    }
    this.#asked = true;
    this.#rejectedWith = { code: 480, reason: null };
    this.#session.terminate({ status_code: 480 });
  }

  hangUp(): void {
    if (this.isOver) return;
    this.#asked = true;
    this.#session.terminate();
  }

  setMuted(muted: boolean): void {
    if (muted) this.#session.mute({ audio: true });
    else this.#session.unmute({ audio: true });
  }

  /** @throws SwitchhookError `noNetwork`: JsSIP would end the call that it cannot say it in */
  #mustSpeak(): void {
    if (!this.#signalling.isUp)
      throw new SwitchhookError('noNetwork', { reason: 'There is no connection to the switchboard.' });
  }

  async setHeld(held: boolean): Promise<void> {
    this.#mustSpeak();
    await setHeld(this.#session, held);
  }

  async sendDtmf(digits: string, transport: 'rtp' | 'info'): Promise<void> {
    if (transport === 'info') this.#mustSpeak();
    await sendDigits(this.#session, digits, transport);
  }

  #listen(): void {
    const session = this.#session;
    session.on('progress', (event: IncomingEvent | OutgoingEvent) => {
      // Our own 180 to a caller is announced the same way, without a response.
      if ('response' in event && event.response) this.#onProgress(event.response);
    });
    session.on('accepted', (event: IncomingEvent | OutgoingEvent) => {
      this.#onAccepted('response' in event && event.response ? event.response : null);
    });
    session.on('refer', (event: ReferEvent) => this.#out.refer(event));
    session.on('replaces', (event: ReferEvent) => this.#out.replaces(event));
    session.on('hold', ({ originator }) => this.#onHold(originator, true));
    session.on('unhold', ({ originator }) => this.#onHold(originator, false));
    session.on('failed', (event) => this.#onEnd(event));
    session.on('ended', (event) => this.#onEnd(event));
  }

  /** A provisional answer with a session description brings sound of the far side's own (RFC 3960 3). */
  #onProgress({ status_code: status, body }: OutgoingEvent['response']): void {
    this.#out.fact({ kind: 'progress', ringing: status !== 100, ...(body ? { earlyMedia: true } : {}) });
  }

  /** `response` is the far side's; null for our own answer. */
  #onAccepted(response: OutgoingEvent['response'] | null): void {
    this.#answered = true;
    if (!this.#continues) this.#out.fact({ kind: 'accepted' });
    this.#answerer = response && answeredBy(response);
    if (this.answeredBy !== null) this.#out.fact({ kind: 'answeredBy', who: this.answeredBy });
    const { dialog } = this;
    if (dialog && !this.#continues) this.#out.fact({ kind: 'dialog', dialog });
    if (this.#media.isFlowing) this.#onFlowing();
  }

  #onMediaLost(lost: boolean): void {
    if (lost === this.#lost || !this.#connected) return;
    this.#lost = lost;
    this.#out.fact({ kind: lost ? 'mediaLost' : 'mediaBack' });
  }

  #onHold(originator: string, held: boolean): void {
    if (originator === 'remote') this.#out.fact({ kind: 'heldByRemote', held });
  }

  /** Media can flow before the answer (early media): the call is connected when both have happened. */
  #connected = false;
  #onFlowing(): void {
    if (this.#continues || !this.#session.isEstablished()) return;
    if (this.#connected) this.#onMediaLost(false);
    else {
      this.#connected = true;
      this.#out.fact({ kind: 'connected' });
    }
  }

  /** There is no sound, and no time left to bring it back, or nobody there: JsSIP would keep the call for ever. */
  #giveUp(why: string): void {
    if (this.isOver) return;
    this.#out.fact(NO_SOUND);
    this.#asked = true;
    this.#session.terminate({ status_code: NO_SOUND_CAUSE, reason_phrase: why });
  }

  #onEnd(event: EndEvent): void {
    const { originator, cause } = event;
    this.#media.stop();
    this.#out.fact(
      endFact({
        originator,
        cause,
        message: endMessage(event),
        // What the network would have said of our own goodbye: BYE is a normal end, CANCEL a request terminated.
        asked: this.#asked ? { code: this.#answered || this.#session.direction === 'incoming' ? 200 : 487 } : null,
        rejectedWith: this.#rejectedWith,
      }),
    );
    this.#out.over();
  }
}
