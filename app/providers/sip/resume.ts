/**
 * Takes up a call whose page was lost, or that another device has: INVITE with Replaces (RFC 3891) to where its dialog led.
 * Where the far side has lost the dialog as well, since both reload at once, whoever once dialled calls again with a header
 * that says which call is meant; the far side answers that without a ring.
 */

import {
  afterAttempt,
  isMeant,
  RESUME_BUDGET,
  type ResumeAttempt,
  type ResumeStep,
  replaces,
} from '../../../shared/calls/dialog.ts';
import { judgeTakeover } from '../../../shared/calls/takeover.ts';
import { SwitchhookError } from '../../../shared/errors.ts';
import type { ResumableCall } from '../provider.ts';
import { addressOf, asserted } from './identity.ts';
import type { Line } from './line.ts';
import { stopTracks } from './media.ts';
import { withOurConnection } from './peerConnection.ts';
import type { SipSession } from './session.ts';
import { carryOver, type Message, type RTCSession } from './ua.ts';

/** Ours. A telephone that does not know the option must refuse (420, RFC 3261 8.2.2.3), and will not ring. */
export const RESUME_HEADER = 'Switchhook-Resume';
const RESUME_OPTION = 'switchhook-resume';

export interface ResumptionParts {
  line: Line;
  microphone(): Promise<MediaStream>;
  /** A session that says nothing yet. */
  watch(session: RTCSession): SipSession;
}

/** A session that the far side has accepted, or the final status with which it has not; null: none came. */
type Answer = SipSession | { status: number | null };

export class Resumption {
  readonly #call: ResumableCall;
  readonly #parts: ResumptionParts;
  readonly #started = performance.now();
  #abandoned = false;
  #microphone: MediaStream | null = null;
  #theirs: RTCSession | undefined;
  #wake: () => void = () => undefined;

  constructor(call: ResumableCall, parts: ResumptionParts) {
    this.#call = call;
    this.#parts = parts;
  }

  /** The person has hung up meanwhile: once the call is here it ends, and nobody listens until then. */
  abandon(): void {
    this.#abandoned = true;
    if (this.#microphone) stopTracks(this.#microphone);
  }

  /**
   * Resolves with the session that the call goes on in; null: it was here, and has ended as it was meant to.
   * @throws SwitchhookError `resumeFailed`, `microphone…`, `registrationFailed`
   */
  async run(): Promise<SipSession | null> {
    const [microphone] = await Promise.allSettled([this.#parts.microphone(), this.#parts.line.ready()]);
    const stream = microphone.status === 'fulfilled' ? microphone.value : null;
    this.#microphone = stream;
    if (this.#abandoned) this.abandon(); // before there was one
    try {
      await this.#parts.line.ready();
      const session = await this.#get(stream);
      if (stream && !this.#abandoned) {
        session.keep(stream);
        return session;
      }
      session.hangUp(); // the far side is told, instead of waiting
    } catch (error) {
      if (stream) stopTracks(stream);
      throw error;
    }
    if (microphone.status === 'rejected') throw microphone.reason;
    if (stream) stopTracks(stream);
    return null;
  }

  /** The far side calls again. @returns whether it meant this call, and may */
  offer(session: RTCSession, request: Message): boolean {
    const value = request.getHeader(RESUME_HEADER);
    const { dialog, peer } = this.#call;
    if (!value || !isMeant(dialog, value)) return false;
    const sender = asserted(request);
    const peers = [addressOf({ user: peer.handle, host: this.#parts.line.domain ?? '' })];
    const who = { asserted: sender && addressOf(sender.uri), referredBy: null, peers };
    if (judgeTakeover(who) === 'refused') return false;
    this.#theirs = session;
    this.#wake();
    return true;
  }

  async #get(stream: MediaStream | null): Promise<SipSession> {
    let step: ResumeStep = { do: 'ask', by: 'replaces', after: 0 };
    let unknownSince: number | null = null;
    for (;;) {
      const isLate = performance.now() - this.#started > RESUME_BUDGET;
      if (step.do === 'giveUp' || isLate || this.#parts.line.isClosed) throw failed();
      const { by, after }: Extract<ResumeStep, { do: 'ask' }> = step;
      await this.#pause(after);
      const answer = this.#theirs ? await this.#answer(this.#theirs, stream) : await this.#ask(by, stream);
      if (!('status' in answer)) return answer;
      const now = performance.now();
      if (answer.status === 481) unknownSince ??= now;
      step = afterAttempt(
        {
          by,
          status: answer.status,
          dialled: this.#call.direction === 'outgoing',
          elapsed: now - this.#started,
          unknownFor: unknownSince === null ? null : now - unknownSince,
        },
        RESUME_BUDGET,
      );
    }
  }

  async #ask(by: ResumeAttempt['by'], stream: MediaStream | null): Promise<Answer> {
    const { dialog } = this.#call;
    const id = replaces(dialog);
    const headers =
      by === 'replaces'
        ? [`Replaces: ${id}`, 'Require: replaces']
        : [`${RESUME_HEADER}: ${id}`, `Require: ${RESUME_OPTION}`];
    const { line } = this.#parts;
    const pcConfig = await line.peerConfiguration();
    if (!line.isConnected) return { status: null }; // it is being made again
    const { ua } = line.connected();
    const media = stream ? { mediaStream: stream } : { ...SILENT, ...LISTEN_ONLY };
    const session = withOurConnection(() => ua.call(dialog.target, { ...media, pcConfig, extraHeaders: headers }));
    carryOver(session, this.#call, stream);
    return answerOf(session, this.#parts.watch(session));
  }

  async #answer(session: RTCSession, stream: MediaStream | null): Promise<Answer> {
    this.#theirs = undefined;
    const pcConfig = await this.#parts.line.peerConfiguration();
    if (session.isEnded()) return { status: null };
    const watched = this.#parts.watch(session);
    carryOver(session, this.#call, stream);
    const answered = answerOf(session, watched);
    const media = stream ? { mediaStream: stream } : SILENT;
    withOurConnection(() => session.answer({ ...media, pcConfig }));
    return answered;
  }

  /** Until the next attempt is due, or the far side has called. */
  #pause(ms: number): Promise<void> {
    if (ms === 0 || this.#theirs) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** There is no microphone: the call is taken only to be ended. */
const SILENT = { mediaConstraints: { audio: false, video: false } };
const LISTEN_ONLY = { rtcOfferConstraints: { offerToReceiveAudio: true } };

function answerOf(session: RTCSession, watched: SipSession): Promise<Answer> {
  return new Promise((resolve) => {
    session.on('accepted', () => resolve(watched));
    session.on('failed', ({ message }) => {
      const status = (message as unknown as { status_code?: number } | null)?.status_code;
      resolve({ status: status ?? null });
    });
  });
}

const failed = () => new SwitchhookError('resumeFailed', { reason: 'The far side does not have this call any more.' });
