/** SIP over WebSocket (RFC 7118) and WebRTC: the embedded switchboard, and every PBX that speaks the same. */

import type { Rejection } from '../../../shared/calls/endCodes.ts';
import type { Peer } from '../../../shared/calls/record.ts';
import { SwitchhookError } from '../../../shared/errors.ts';
import type { IceServers, SipCredentials } from '../../../shared/http/api.ts';
import type { Operation, Provider, ProviderCall, ProviderSink, ResumableCall } from '../provider.ts';
import { peerAt } from './identity.ts';
import { type Leg, Legs, notFound } from './legs.ts';
import { Line } from './line.ts';
import { stopTracks } from './media.ts';
import { withOurConnection } from './peerConnection.ts';
import type { PushRegistrationOptions } from './pushParameters.ts';
import { follow } from './referred.ts';
import { replace } from './replaced.ts';
import { RESUME_HEADER, Resumption } from './resume.ts';
import type { SipSession } from './session.ts';
import { referTo, referToDialog, type TellTransfer } from './transfer.ts';
import type { IncomingRTCSessionEvent, RTCSession, RTCSessionEvent } from './ua.ts';

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
  readonly operations: readonly Operation[] = ['hold', 'mute', 'dtmf', 'transfer', 'attendedTransfer', 'resume'];
  readonly #options: SipProviderOptions;
  readonly #line: Line;
  readonly #legs: Legs;
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
    const peerConfiguration = () => this.#line.peerConfiguration();
    const legs = new Legs({
      sink: (event) => this.#options.sink(event),
      recovery: () => ({ signalling: this.#line.signalling, configuration: peerConfiguration }),
      onRefer: (leg, event) => follow(leg, event, { legs, domain: this.#line.domain ?? '', peerConfiguration }),
      onReplaces: (leg, session, event) => replace(leg, session, event, { legs, peerConfiguration }),
    });
    this.#legs = legs;
  }

  connect(): Promise<void> {
    return this.#line.connect();
  }

  async disconnect(): Promise<void> {
    for (const session of this.#legs.sessions()) session.release();
    this.#line.disconnect();
  }

  async dial(call: ProviderCall): Promise<void> {
    const leg = this.#legs.open(call.id, { id: call.id });
    try {
      await this.#line.readyToDial();
      const pcConfig = await this.#line.peerConfiguration();
      const microphone = await this.#options.microphone();
      if (leg.abandoned) return stopTracks(microphone);
      this.#invite(leg, call, microphone, pcConfig);
    } catch (error) {
      this.#legs.close(leg);
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
    await this.#legs.session(call).sendDtmf(digits, this.#options.dtmf());
  }

  async transfer(call: ProviderCall, target: string): Promise<void> {
    const leg = this.#legs.find(call);
    const session = this.#legs.session(call);
    const { address } = this.#line.connected();
    await session.handOn(referTo(address(target)), this.#telling([leg, peerOf(target)]));
    session.hangUp();
  }

  async attendedTransfer(call: ProviderCall, other: ProviderCall): Promise<void> {
    const [leg, second] = [this.#legs.find(call), this.#legs.find(other)];
    const [session, consulted] = [this.#legs.session(call), this.#legs.session(other)];
    const { dialog } = consulted;
    if (!dialog) throw notFound();
    this.#line.connected();
    await session.handOn(referToDialog(dialog), this.#telling([leg, other.peer], [second, call.peer]));
    for (const each of [session, consulted]) each.hangUp();
  }

  /** Tells each call that is handed on how it goes, and to whom. */
  #telling(...legs: [Leg, Peer][]): TellTransfer {
    return (state, code) => {
      for (const [leg, target] of legs)
        this.#legs.tell(leg, { kind: 'transfer', transfer: { by: 'local', target, state, code } });
    };
  }

  async resume(call: ResumableCall): Promise<void> {
    const leg = this.#legs.known(call) ?? this.#legs.open(call.id, { id: call.id });
    const resumption = new Resumption(call, {
      line: this.#line,
      microphone: this.#options.microphone,
      watch: (session) => this.#legs.watch(leg, session, { microphone: null, continues: true }),
    });
    leg.resumption = resumption;
    try {
      const session = await resumption.run();
      if (!session) return; // taken up to be ended
      const { dialog } = session;
      if (!dialog) throw notFound(); // it has ended in this very moment
      // Nothing has been told of its media yet: that it flows is what the call waits for.
      const heritage = { ...call, connected: false, lost: false };
      this.#legs.move(leg, session, { providerCallId: dialog.callId, peer: null, heritage });
    } finally {
      delete leg.resumption;
      if (!leg.session) this.#legs.close(leg);
    }
  }

  leave(): void {
    for (const session of this.#legs.sessions()) if (session.isAnswered) session.abandon();
    this.#left = true; // what JsSIP now says is its own end here, not the call's
    this.#line.abandon();
  }

  #invite(leg: Leg, call: ProviderCall, microphone: MediaStream, pcConfig: RTCConfiguration): void {
    try {
      const { ua, address } = this.#line.connected();
      this.#dialing = { leg, microphone };
      withOurConnection(() => ua.call(address(call.peer.handle), { mediaStream: microphone, pcConfig }));
    } catch (error) {
      stopTracks(microphone);
      throw error;
    }
  }

  /** The outgoing call whose session JsSIP is about to announce, synchronously, inside `ua.call`. */
  #dialing: { leg: Leg; microphone: MediaStream } | undefined;

  #onSession(event: RTCSessionEvent): void {
    if (event.originator === 'remote') {
      this.#onRemote(event);
      return;
    }
    const dialing = this.#dialing;
    this.#dialing = undefined;
    if (!dialing) return;
    const { leg, microphone } = dialing;
    this.#legs.tell(leg, { kind: 'identified', providerCallId: event.request.call_id });
    leg.session = this.#legs.watch(leg, event.session, { microphone });
    this.#legs.tell(leg, { kind: 'progress', ringing: false });
  }

  #onRemote({ session, request }: IncomingRTCSessionEvent): void {
    // It takes the place of one that we have, which knows of it already; nothing rings.
    if (request.hasHeader('Replaces')) return;
    const providerCallId = request.getHeader('Call-ID');
    if (request.hasHeader(RESUME_HEADER)) {
      // Never a ring: whoever calls so means one certain call.
      if (!this.#legs.offer(session, request)) session.terminate({ status_code: 481 });
    }
    // What became of a second ring would be told of the call that has this name (RFC 3261 8.2.2.2: a merged request).
    else if (this.#legs.has(providerCallId)) session.terminate({ status_code: 482 });
    else this.#onIncoming(session, providerCallId);
  }

  #onIncoming(session: RTCSession, providerCallId: string): void {
    const { account, ringTime, sink } = this.#options;
    const { uri, display_name: displayName } = session.remote_identity;
    sink({
      kind: 'incoming',
      providerCallId,
      peer: peerAt({ uri, displayName: displayName || null }),
      type: 'audio',
      ringDeadline: Date.now() + ringTime,
    });
    const leg = this.#legs.open(providerCallId, { account, direction: 'incoming', providerCallId });
    leg.session = this.#legs.watch(leg, session, { microphone: null });
  }

  async #end(call: ProviderCall, how: (session: SipSession) => void): Promise<void> {
    const leg = this.#legs.find(call);
    const { session, next } = leg;
    if (session) {
      leg.next = null;
      next?.hangUp();
      how(session);
      return;
    }
    leg.abandoned = true;
    leg.resumption?.abandon();
    this.#legs.close(leg);
    const response = leg.resumption ? 'local' : 'canceled';
    this.#legs.tell(leg, { kind: 'disconnected', response, endCode: null });
  }
}

const peerOf = (handle: string): Peer => ({ handle, displayName: null, avatarUrl: null, userId: null });
