/**
 * JsSIP behind types of our own: the one file that imports it. Its typings give some event arguments as `any`; what we use
 * of them is named here.
 */

import * as JsSIP from 'jssip';
import type {
  EndEvent,
  IceCandidateEvent,
  IncomingEvent,
  OutgoingEvent,
  ReferEvent,
  RTCSession,
} from 'jssip/lib/RTCSession';
import type { IncomingRTCSessionEvent, RTCSessionEvent } from 'jssip/lib/UA';
import type { CallDialog } from '../../../shared/calls/dialog.ts';
import type { SipCredentials } from '../../../shared/http/api.ts';
import type { SipSocket } from './socket.ts';

export type {
  EndEvent,
  IceCandidateEvent,
  IncomingEvent,
  IncomingRTCSessionEvent,
  OutgoingEvent,
  ReferEvent,
  RTCSession,
  RTCSessionEvent,
};

export interface UaOptions {
  credentials: SipCredentials;
  socket: SipSocket;
  displayName: string;
  /** The device: kept over reloads, or a woken page leaves a second contact behind. */
  device: string;
  /** ms a call rings. */
  ringTime: number;
}

export interface RegistrationFailure {
  cause: string;
  /** Final status of the registrar; null when it did not answer. */
  code: number | null;
}

/** Room above the switchboard's own ring timer, s: it ends the ring, not we; this is for a switchboard that died. */
const RING_MARGIN = 15;

export function createUa({ credentials, socket, displayName, device, ringTime }: UaOptions): JsSIP.UA {
  return new JsSIP.UA({
    sockets: [socket],
    uri: credentials.uri,
    authorization_user: credentials.authUser,
    password: credentials.password,
    display_name: displayName,
    instance_id: device,
    user_agent: 'Switchhook',
    register: true,
    register_expires: 600, // s; JsSIP's default. The switchboard notices a lost socket long before.
    // RFC 4028: a far side that vanished without a word is noticed when it refreshes no more, after 99 s (sessionTimer.ts).
    session_timers: true,
    session_timers_refresh_method: 'UPDATE', // RFC 3311: nothing is negotiated anew, and nothing can be refused as media
    connection_recovery_min_interval: 1, // s
    connection_recovery_max_interval: 30, // s; JsSIP's default
    no_answer_timeout: Math.ceil(ringTime / 1000) + RING_MARGIN,
  });
}

/**
 * Closes the connection and nothing else: no unregistration, and no answer to a call that rings, which rings on at whoever
 * registers next. JsSIP's own `stop` would decline it.
 */
export function abandon(ua: JsSIP.UA): void {
  transportOf(ua).disconnect();
  ua.stop(); // its timers; what it still wants to say finds no connection
}

interface Transport {
  connect(): void;
  disconnect(): void;
}

/** Public in the code, not in the typings. */
export const transportOf = (ua: JsSIP.UA): Transport => (ua as unknown as { transport: Transport }).transport;

export interface DialogRequestHandlers {
  onSuccessResponse?(response: LooseMessage): void;
  onErrorResponse?(response?: LooseMessage): void;
  onTransportError?(): void;
  onRequestTimeout?(): void;
  /** 408 or 481 (RFC 3261 12.2.1.2). */
  onDialogError?(response?: LooseMessage): void;
}

interface InsideSession {
  /** Through which a session sends all that it says inside its dialog. */
  sendRequest(
    method: string,
    options?: { extraHeaders?: string[]; body?: string; eventHandlers?: DialogRequestHandlers },
  ): unknown;
  /** What it does about a request that did not get through: each hangs up. */
  onTransportError(): void;
  onRequestTimeout(): void;
  onDialogError(): void;
}

/** Public in the code, not in the typings. */
export const insideOf = (session: RTCSession): InsideSession => session as unknown as InsideSession;

interface Reinviting {
  _sendReinvite(options: {
    eventHandlers: { succeeded(): void; failed(): void };
    rtcOfferConstraints: RTCOfferOptions;
  }): void;
}

/**
 * An INVITE with new ICE credentials (RFC 8445 9). JsSIP's public `renegotiate` ends the call when it is refused, so this is
 * what it calls itself. Resolves with whether the far side took it; the offer of one that was not taken is withdrawn.
 */
export async function restartIce(session: RTCSession): Promise<boolean> {
  const taken = await new Promise<boolean>((resolve) => {
    (session as unknown as Reinviting)._sendReinvite({
      eventHandlers: { succeeded: () => resolve(true), failed: () => resolve(false) },
      rtcOfferConstraints: { iceRestart: true },
    });
  });
  if (!taken) await withdrawOffer(session);
  return taken;
}

/** Takes back the offer that nobody will answer (RFC 8829 4.1.10.2), so that another can be made. */
export async function withdrawOffer({ connection }: RTCSession): Promise<void> {
  if (connection.signalingState === 'have-local-offer') await connection.setLocalDescription({ type: 'rollback' });
}

/** Into the media; JsSIP calls RFC 4733 what it was before. `duration`: ms of each. */
export const sendTones = (session: RTCSession, tones: string, duration: number): void =>
  session.sendDTMF(tones, { duration, transportType: JsSIP.C.DTMF_TRANSPORT.RFC2833 });

export type UA = JsSIP.UA;

/** The network's message inside an end event: a response, a request (BYE, CANCEL), or none. */
export interface EndMessage {
  status: number | null;
  method: string | null;
  reason: string | null;
  text: string | null;
}

interface LooseMessage {
  status_code?: number;
  reason_phrase?: string;
  method?: string;
  getHeader?: (name: string) => string | undefined;
}

export function endMessage(event: EndEvent): EndMessage {
  const message = event.message as unknown as LooseMessage | null | undefined;
  return {
    status: message?.status_code ?? null,
    method: message?.status_code === undefined ? (message?.method ?? null) : null,
    reason: message?.getHeader?.('Reason') ?? null,
    text: message?.reason_phrase ?? event.cause ?? null,
  };
}

/** A request or a response, as far as it is read here. */
export interface Message {
  getHeader(name: string): string | undefined;
}

export type SipUri = JsSIP.URI;

export interface NameAddr {
  uri: SipUri;
  displayName: string | null;
}

/**
 * `"Name" <sip:…>;params`, or the bare `sip:…;params`, whose params are not the URI's (RFC 3261 20.10); null for what is
 * neither.
 */
export function parseNameAddr(value: string): NameAddr | null {
  if (!value.includes('<')) {
    const uri = parseUri(value.split(';', 1)[0]?.trim() ?? '');
    return uri && { uri, displayName: null };
  }
  const parsed: unknown = JsSIP.NameAddrHeader.parse(value);
  if (!(parsed instanceof JsSIP.NameAddrHeader)) return null;
  return { uri: parsed.uri, displayName: parsed.display_name || null };
}

export function parseUri(value: string): SipUri | null {
  const parsed: unknown = JsSIP.URI.parse(value);
  return parsed instanceof JsSIP.URI ? parsed : null;
}

interface WithDialog {
  _dialog: { id: { call_id: string; local_tag: string; remote_tag: string }; _remote_target: SipUri } | null;
}

/** JsSIP keeps them to itself; null before the answer and after the end. */
export function dialogOf(session: RTCSession): CallDialog | null {
  const { _dialog: dialog } = session as unknown as WithDialog;
  if (!dialog || !session.isEstablished()) return null;
  const { id, _remote_target: target } = dialog;
  return { callId: id.call_id, localTag: id.local_tag, remoteTag: id.remote_tag, target: target.toString() };
}

export interface Carried {
  muted: boolean;
  held: boolean;
  heldByRemote: boolean;
}

/**
 * A session that begins as another one ends: muted and held as that one was. JsSIP has no way to say so before the first
 * offer or answer, and a hold afterwards would leak a moment of sound, and meet the far side's (491, and JsSIP ends the call).
 */
export function carryOver(
  session: RTCSession,
  { muted, held, heldByRemote }: Carried,
  microphone: MediaStream | null,
): void {
  Object.assign(session, { _audioMuted: muted, _localHold: held, _remoteHold: heldByRemote });
  for (const track of microphone?.getAudioTracks() ?? []) track.enabled = !(muted || held || heldByRemote);
  if (!held) return;
  let first = true;
  session.on('sdp', (event) => {
    if (!first || event.originator !== 'local') return;
    first = false;
    event.sdp = event.sdp.replaceAll(/^a=sendrecv/gmu, 'a=sendonly').replaceAll(/^a=recvonly/gmu, 'a=inactive');
  });
}

/** As in the CANCEL of the switchboard to an older socket: the call has moved, and has not ended (RFC 3261 21.3.3). */
const MOVED = 'SIP;cause=302;text="Moved to another device"';

/** JsSIP ends what has been replaced, without a word of why, and throws where that has ended by itself. */
export function endReplaced(session: RTCSession, why: 'moved' | null): void {
  const terminate = session.terminate.bind(session);
  session.terminate = (options) => {
    if (session.isEnded()) return;
    terminate(why === 'moved' ? { ...options, extraHeaders: [`Reason: ${MOVED}`] } : options);
  };
}

/** The Call-ID of a session, from its beginning on; the typings do not have its request. */
export function callIdOf(session: RTCSession): string {
  return (session as unknown as { _request: { call_id: string } })._request.call_id;
}

/** Refuses a request of JsSIP's that it would answer in another way; its typings have no `reply`. */
export function reply(request: unknown, status: number): void {
  (request as { reply(status: number): void }).reply(status);
}
