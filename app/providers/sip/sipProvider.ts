/** SIP over WebSocket (RFC 7118) and WebRTC: the embedded switchboard, and every PBX that speaks the same. */

import type { Rejection } from '../../../shared/calls/endCodes.ts';
import { SwitchhookError } from '../../../shared/errors.ts';
import type { SipCredentials } from '../../../shared/http/api.ts';
import type { CallRef } from '../../../shared/registry/input.ts';
import type { Operation, Provider, ProviderCall, ProviderSink } from '../provider.ts';
import { SipSession } from './session.ts';
import { abandon, createUa, type RegistrationFailure, type RTCSession, type RTCSessionEvent, type UA } from './ua.ts';

export interface SipProviderOptions {
  /** The number of the account: how calls name it. */
  account: string;
  displayName: string;
  device: string;
  /** ms a call rings here. */
  ringTime: number;
  /** Fresh ones at each connect: they are kept in memory only. */
  credentials: () => Promise<SipCredentials>;
  microphone: () => Promise<MediaStream>;
  /** How digits travel: RFC 4733 in the media, or SIP INFO. */
  dtmf: () => 'rtp' | 'info';
  sink: ProviderSink;
}

/** One of our calls: on its way to a session, or with one. */
interface Leg {
  ref: CallRef;
  session: SipSession | null;
  /** The person hung up before there was a session to hang up. */
  abandoned: boolean;
}

export class SipProvider implements Provider {
  readonly operations: readonly Operation[] = ['hold', 'mute', 'dtmf'];
  readonly #options: SipProviderOptions;
  /** By our id for outgoing calls, by the network's id for incoming ones. */
  readonly #legs = new Map<string, Leg>();
  #ua: UA | undefined;
  #left = false;
  #credentials: SipCredentials | undefined;

  constructor(options: SipProviderOptions) {
    const { sink } = options;
    this.#options = { ...options, sink: (event) => this.#left || sink(event) };
  }

  async connect(): Promise<void> {
    this.#say('registering', null);
    const { displayName, device, ringTime } = this.#options;
    const credentials = await this.#options.credentials();
    this.#credentials = credentials;
    const ua = createUa({ credentials, displayName, device, ringTime });
    this.#ua = ua;
    ua.on('newRTCSession', (event: RTCSessionEvent) => this.#onSession(event));
    ua.on('disconnected', () => {
      if (this.#ua === ua) this.#say('registering', 'The connection to the switchboard was lost.');
    });
    const registered = new Promise<void>((resolve, reject) => {
      ua.on('registered', () => {
        this.#say('registered', null);
        resolve();
      });
      ua.on('registrationFailed', (event) => {
        const failure: RegistrationFailure = { cause: String(event.cause), code: event.response?.status_code ?? null };
        // Without a code nobody refused us: the connection is being made again, and with it the registration.
        this.#say(failure.code === null ? 'registering' : 'failed', failure.cause);
        if (failure.code !== null) reject(refused(failure));
      });
    });
    ua.start();
    return registered;
  }

  async disconnect(): Promise<void> {
    const ua = this.#ua;
    this.#ua = undefined;
    for (const { session } of this.#legs.values()) session?.release();
    ua?.stop(); // unregisters, closes
    this.#say('none', null);
  }

  async dial(call: ProviderCall): Promise<void> {
    const leg: Leg = { ref: { id: call.id }, session: null, abandoned: false };
    this.#legs.set(call.id, leg);
    try {
      const microphone = await this.#options.microphone();
      if (leg.abandoned) return stop(microphone);
      this.#invite(call, microphone);
    } catch (error) {
      this.#legs.delete(call.id);
      throw error;
    }
  }

  async answer(call: ProviderCall): Promise<void> {
    const { session } = this.#leg(call);
    if (!session) throw notFound();
    // Before the answer, so that a microphone that cannot be had leaves the call ringing.
    const microphone = await this.#options.microphone();
    if (session.isOver) {
      stop(microphone);
      throw new SwitchhookError('tooLate', { reason: 'The caller has hung up.' });
    }
    await session.answer(microphone, this.#peerConfiguration());
  }

  reject(call: ProviderCall, how: Rejection): Promise<void> {
    return this.#end(call, (session) => session.reject(how));
  }

  hangUp(call: ProviderCall): Promise<void> {
    return this.#end(call, (session) => session.hangUp());
  }

  async setHeld(call: ProviderCall, held: boolean): Promise<void> {
    await this.#session(call).setHeld(held);
  }

  async setMuted(call: ProviderCall, muted: boolean): Promise<void> {
    this.#session(call).setMuted(muted);
  }

  async sendDtmf(call: ProviderCall, digits: string): Promise<void> {
    this.#session(call).sendDtmf(digits, this.#options.dtmf());
  }

  /** A call cannot yet be resumed by another page: say goodbye rather than leave the far side in silence. A ring rings on. */
  leave(): void {
    for (const { session } of this.#legs.values()) if (session?.isAnswered) session.hangUp();
    const ua = this.#ua;
    this.#ua = undefined;
    this.#left = true; // what JsSIP now says of a ring is its own end here, not the call's
    if (ua) abandon(ua);
  }

  #say(state: 'registering' | 'registered' | 'failed' | 'none', reason: string | null): void {
    this.#options.sink({ kind: 'registration', state, reason });
  }

  #peerConfiguration(): RTCConfiguration {
    const iceServers = (this.#credentials?.iceServers ?? []).map(({ urls, username, credential }) => ({
      urls,
      ...(username === undefined ? {} : { username }),
      ...(credential === undefined ? {} : { credential }),
    }));
    return { iceServers };
  }

  #invite(call: ProviderCall, microphone: MediaStream): void {
    const ua = this.#ua;
    const domain = this.#credentials?.domain;
    if (!ua?.isConnected() || !domain) {
      stop(microphone);
      throw new SwitchhookError('noNetwork', { reason: 'There is no connection to the switchboard.' });
    }
    this.#dialing = { id: call.id, microphone };
    ua.call(`sip:${encodeURIComponent(call.peer.handle)}@${domain}`, {
      mediaStream: microphone,
      pcConfig: this.#peerConfiguration(),
    });
  }

  /** The outgoing call whose session JsSIP is about to announce, synchronously, inside `ua.call`. */
  #dialing: { id: string; microphone: MediaStream } | undefined;

  #onSession(event: RTCSessionEvent): void {
    if (event.originator === 'remote') {
      this.#onIncoming(event.session, event.request.getHeader('Call-ID'));
      return;
    }
    const dialing = this.#dialing;
    this.#dialing = undefined;
    if (!dialing) return;
    const { id, microphone } = dialing;
    const ref: CallRef = { id };
    this.#options.sink({
      kind: 'fact',
      call: ref,
      fact: { kind: 'identified', providerCallId: event.request.call_id },
    });
    this.#adopt(id, ref, event.session, microphone);
    this.#options.sink({ kind: 'fact', call: ref, fact: { kind: 'progress', ringing: false } });
  }

  #onIncoming(session: RTCSession, providerCallId: string): void {
    const { account, ringTime } = this.#options;
    const { uri, display_name: displayName } = session.remote_identity;
    const ref: CallRef = { account, direction: 'incoming', providerCallId };
    this.#options.sink({
      kind: 'incoming',
      providerCallId,
      peer: { handle: decodeURIComponent(uri.user), displayName: displayName || null, avatarUrl: null, userId: null },
      type: 'audio',
      ringDeadline: Date.now() + ringTime,
    });
    this.#adopt(providerCallId, ref, session, null);
  }

  #adopt(key: string, ref: CallRef, session: RTCSession, microphone: MediaStream | null): void {
    const { sink } = this.#options;
    const watched = new SipSession(
      session,
      {
        fact: (fact) => sink({ kind: 'fact', call: ref, fact }),
        remoteAudio: (stream) => sink({ kind: 'remoteAudio', key, stream }),
        over: () => this.#legs.delete(key),
      },
      { microphone, hostOnly: (this.#credentials?.iceServers.length ?? 0) === 0 },
    );
    this.#legs.set(key, { ref, session: watched, abandoned: false });
  }

  #leg({ id, providerCallId }: ProviderCall): Leg {
    const leg = this.#legs.get(id) ?? (providerCallId === null ? undefined : this.#legs.get(providerCallId));
    if (!leg) throw notFound();
    return leg;
  }

  #session(call: ProviderCall): SipSession {
    const { session } = this.#leg(call);
    if (!session) throw notFound();
    return session;
  }

  async #end(call: ProviderCall, how: (session: SipSession) => void): Promise<void> {
    const leg = this.#leg(call);
    if (leg.session) {
      how(leg.session);
      return;
    }
    leg.abandoned = true;
    this.#legs.delete(call.id);
    this.#options.sink({
      kind: 'fact',
      call: leg.ref,
      fact: { kind: 'disconnected', response: 'canceled', endCode: null },
    });
  }
}

const stop = (stream: MediaStream): void => {
  for (const track of stream.getTracks()) track.stop();
};

const notFound = () =>
  new SwitchhookError('callNotFound', { reason: 'The switchboard does not know this call any more.' });

const refused = ({ cause, code }: RegistrationFailure) =>
  new SwitchhookError('registrationFailed', {
    reason: `The switchboard refused the registration: ${cause} (${code}).`,
  });
