/** SIP over WebSocket (RFC 7118) and WebRTC: the embedded switchboard, and every PBX that speaks the same. */

import type { Rejection } from '../../../shared/calls/endCodes.ts';
import { SwitchhookError } from '../../../shared/errors.ts';
import type { IceServers, SipCredentials } from '../../../shared/http/api.ts';
import type { CallRef } from '../../../shared/registry/input.ts';
import type { Operation, Provider, ProviderCall, ProviderSink } from '../provider.ts';
import { type Leg, Legs } from './legs.ts';
import { Line } from './line.ts';
import { stopTracks } from './media.ts';
import { withOurConnection } from './peerConnection.ts';
import type { PushRegistrationOptions } from './pushParameters.ts';
import { SipSession } from './session.ts';
import type { RTCSession, RTCSessionEvent } from './ua.ts';

export interface SipProviderOptions {
  /** The number of the account: how calls name it. */
  account: string;
  displayName: string;
  device: string;
  /** ms a call rings here. */
  ringTime: number;
  /** Fresh ones at each connect: they are kept in memory only. */
  credentials: () => Promise<SipCredentials>;
  /** Where calls that find no way to each other may meet. */
  iceServers: () => Promise<IceServers>;
  /** Whether calls go through a relay only, so that the far side does not learn this device's address. */
  relayOnly: () => boolean;
  microphone: () => Promise<MediaStream>;
  /** How digits travel: RFC 4733 in the media, or SIP INFO. */
  dtmf: () => 'rtp' | 'info';
  /** For a registrar that is not our switchboard, which has its own way to push: where this device is woken (RFC 8599). */
  push?: PushRegistrationOptions;
  sink: ProviderSink;
}

export class SipProvider implements Provider {
  readonly operations: readonly Operation[] = ['hold', 'mute', 'dtmf'];
  readonly #options: SipProviderOptions;
  readonly #line: Line;
  readonly #legs = new Legs();
  #left = false;

  constructor(options: SipProviderOptions) {
    const { sink, displayName, device, ringTime, credentials, iceServers, relayOnly } = options;
    this.#options = { ...options, sink: (event) => this.#left || sink(event) };
    this.#line = new Line({
      displayName,
      device,
      ringTime,
      credentials,
      iceServers,
      relayOnly,
      push: options.push ?? null,
      isUrgent: () => this.#legs.sessions().length > 0,
      onRegistration: (state, reason) => this.#options.sink({ kind: 'registration', state, reason }),
      onSession: (event) => this.#onSession(event),
    });
  }

  connect(): Promise<void> {
    return this.#line.connect();
  }

  async disconnect(): Promise<void> {
    for (const session of this.#legs.sessions()) session.release();
    this.#line.disconnect();
  }

  async dial(call: ProviderCall): Promise<void> {
    const leg: Leg = { ref: { id: call.id }, session: null, abandoned: false };
    this.#legs.set(call.id, leg);
    try {
      const pcConfig = await this.#line.peerConfiguration();
      const microphone = await this.#options.microphone();
      if (leg.abandoned) return stopTracks(microphone);
      this.#invite(call, microphone, pcConfig);
    } catch (error) {
      this.#legs.delete(call.id);
      throw error;
    }
  }

  async answer(call: ProviderCall): Promise<void> {
    const session = this.#legs.session(call);
    const pcConfig = await this.#line.peerConfiguration();
    // Before the answer, so that a microphone that cannot be had leaves the call ringing.
    const microphone = await this.#options.microphone();
    if (session.isOver) {
      stopTracks(microphone);
      throw new SwitchhookError('tooLate', { reason: 'The caller has hung up.' });
    }
    await session.answer(microphone, pcConfig);
  }

  reject(call: ProviderCall, how: Rejection): Promise<void> {
    return this.#end(call, (session) => session.reject(how));
  }

  hangUp(call: ProviderCall): Promise<void> {
    return this.#end(call, (session) => session.hangUp());
  }

  async setHeld(call: ProviderCall, held: boolean): Promise<void> {
    await this.#legs.session(call).setHeld(held);
  }

  async setMuted(call: ProviderCall, muted: boolean): Promise<void> {
    this.#legs.session(call).setMuted(muted);
  }

  async sendDtmf(call: ProviderCall, digits: string): Promise<void> {
    this.#legs.session(call).sendDtmf(digits, this.#options.dtmf());
  }

  /** A call cannot yet be resumed by another page: say goodbye rather than leave the far side in silence. A ring rings on. */
  leave(): void {
    for (const session of this.#legs.sessions()) if (session.isAnswered) session.hangUp();
    this.#left = true; // what JsSIP now says of a ring is its own end here, not the call's
    this.#line.abandon();
  }

  #invite(call: ProviderCall, microphone: MediaStream, pcConfig: RTCConfiguration): void {
    try {
      const { ua, address } = this.#line.connected();
      this.#dialing = { id: call.id, microphone };
      withOurConnection(() => ua.call(address(call.peer.handle), { mediaStream: microphone, pcConfig }));
    } catch (error) {
      stopTracks(microphone);
      throw error;
    }
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
      {
        microphone,
        signalling: this.#line.signalling,
        configuration: () => this.#line.peerConfiguration(),
      },
    );
    this.#legs.set(key, { ref, session: watched, abandoned: false });
  }

  async #end(call: ProviderCall, how: (session: SipSession) => void): Promise<void> {
    const leg = this.#legs.find(call);
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
