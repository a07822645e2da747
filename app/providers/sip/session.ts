/** One SIP session, watched: JsSIP's events in, facts out. Ends by itself with the session. */

import { parseReason, REJECTIONS, type Rejection } from '../../../shared/calls/endCodes.ts';
import type { CallFact } from '../../../shared/calls/facts.ts';
import { SwitchhookError } from '../../../shared/errors.ts';
import { guardDialog } from './dialogGuard.ts';
import { endFact, NO_SOUND, NO_SOUND_CAUSE, type SessionEnd } from './end.ts';
import { SessionMedia } from './media.ts';
import { withOurConnection } from './peerConnection.ts';
import { Recovery, type RecoveryOptions } from './recovery.ts';
import type { Signalling } from './signalling.ts';
import { DTMF, type EndEvent, endMessage, type IncomingEvent, type OutgoingEvent, type RTCSession } from './ua.ts';

export interface SessionOutput {
  fact(fact: CallFact): void;
  remoteAudio(stream: MediaStream | null): void;
  over(): void;
}

export interface SessionOptions extends Pick<RecoveryOptions, 'signalling' | 'configuration'> {
  /** Captured already for an outgoing call; an incoming one brings it with the answer. */
  microphone: MediaStream | null;
}

/** ms a hold may take on the network before it has failed (JsSIP's transactions end after 32 s, too late for a person). */
const HOLD_PATIENCE = 8_000;

/** ms of a tone. RFC 4733 asks for 40 at least; towards 8 kHz peers Chromium sends shorter ones than 400 wrongly. */
const TONE = 400;

export class SipSession {
  readonly #session: RTCSession;
  readonly #out: SessionOutput;
  readonly #media: SessionMedia;
  readonly #signalling: Signalling;
  #asked = false;
  #rejectedWith: SessionEnd['rejectedWith'] = null;
  #answered = false;

  constructor(session: RTCSession, out: SessionOutput, { microphone, signalling, configuration }: SessionOptions) {
    this.#session = session;
    this.#out = out;
    this.#signalling = signalling;
    this.#listen();
    const guard = guardDialog(session);
    const recovery = new Recovery({ session, guard, signalling, configuration, giveUp: () => this.#onMediaFailed() });
    this.#media = new SessionMedia(session, microphone, {
      remoteAudio: (stream) => out.remoteAudio(stream),
      flowing: () => this.#sayConnected(),
      lost: () => {
        out.fact({ kind: 'mediaLost' });
        recovery.lost();
      },
      back: () => {
        recovery.back();
        out.fact({ kind: 'mediaBack' });
      },
      failed: () => this.#onMediaFailed(),
    });
  }

  get isOver(): boolean {
    return this.#session.isEnded();
  }

  get isAnswered(): boolean {
    return this.#session.isEstablished();
  }

  answer(microphone: MediaStream, pcConfig: RTCConfiguration): Promise<void> {
    this.#media.microphone = microphone;
    const start = () => withOurConnection(() => this.#session.answer({ mediaStream: microphone, pcConfig }));
    return this.#until('accepted', start);
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
    return new Promise((resolve, reject) => {
      const failed = (reason: string) => reject(new SwitchhookError('signalling', { reason }));
      const timer = setTimeout(() => failed('The far side did not answer.'), HOLD_PATIENCE);
      const done = () => {
        clearTimeout(timer);
        resolve();
      };
      const asked = held ? this.#session.hold({}, done) : this.#session.unhold({}, done);
      if (asked) return;
      clearTimeout(timer);
      failed('Another change of this call is under way.');
    });
  }

  sendDtmf(digits: string, transport: 'rtp' | 'info'): void {
    if (transport === 'info') this.#mustSpeak();
    this.#session.sendDTMF(digits, { duration: TONE, transportType: DTMF[transport] });
  }

  /** Resolves with the event, rejects when the session ends first. */
  #until(event: 'accepted', start: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const ended = ({ cause }: EndEvent) =>
        reject(new SwitchhookError('signalling', { reason: `The call ended: ${cause}.` }));
      this.#session.on(event, () => resolve());
      this.#session.on('failed', ended);
      this.#session.on('ended', ended);
      start();
    });
  }

  #listen(): void {
    const session = this.#session;
    session.on('progress', (event: IncomingEvent | OutgoingEvent) => {
      // Our own 180 to a caller is announced the same way, without a response.
      if ('response' in event && event.response) this.#onProgress(event.response.status_code);
    });
    session.on('accepted', () => {
      this.#answered = true;
      this.#out.fact({ kind: 'accepted' });
      this.#sayConnected();
    });
    session.on('hold', ({ originator }) => this.#onHold(originator, true));
    session.on('unhold', ({ originator }) => this.#onHold(originator, false));
    session.on('failed', (event) => this.#onEnd(event));
    session.on('ended', (event) => this.#onEnd(event));
  }

  #onProgress(status: number): void {
    this.#out.fact({ kind: 'progress', ringing: status !== 100 });
  }

  #onHold(originator: string, held: boolean): void {
    if (originator === 'remote') this.#out.fact({ kind: 'heldByRemote', held });
  }

  /** Media can flow before the answer (early media): the call is connected when both have happened. */
  #connected = false;
  #sayConnected(): void {
    if (this.#connected || !this.#media.isFlowing || !this.#session.isEstablished()) return;
    this.#connected = true;
    this.#out.fact({ kind: 'connected' });
  }

  /** There is no sound, and no time left to bring it back: JsSIP would keep the call for ever. */
  #onMediaFailed(): void {
    if (this.isOver) return;
    this.#out.fact(NO_SOUND);
    this.#asked = true;
    this.#session.terminate({ status_code: NO_SOUND_CAUSE, reason_phrase: 'No media' });
  }

  #onEnd(event: EndEvent): void {
    const { originator, cause } = event;
    this.#media.stop();
    const { direction } = this.#session;
    this.#out.fact(
      endFact({
        originator,
        cause,
        message: endMessage(event),
        // What the network would have said of our own goodbye: BYE is a normal end, CANCEL a request terminated.
        asked: this.#asked ? { code: this.#answered || direction === 'incoming' ? 200 : 487 } : null,
        rejectedWith: this.#rejectedWith,
      }),
    );
    this.#out.over();
  }
}
