/** The media of one session: what its peer connection says, in the words of the call. */

import type { RTCSession } from './ua.ts';

/**
 * ms in which a BYE has come as well, or a page that was reloaded is back: the far side's transport says goodbye (RFC 8446
 * 6.1) whenever it is closed, and reaches us sooner than the signalling. Ours: several round trips, and one page load.
 */
const GOODBYE = 500;

export interface MediaOutput {
  remoteAudio(stream: MediaStream | null): void;
  /** It can be before the answer (early media), and after a loss. */
  flowing(): void;
  lost(): void;
  back(): void;
  /**
   * The far side's transport has said goodbye: its page goes. Nothing brings this connection back, no restart either; the call may
   * come back in another session.
   */
  left(): void;
  /** It never came to flow. */
  failed(): void;
}

export class SessionMedia {
  readonly #out: MediaOutput;
  #flowing = false;
  #lost = false;
  #left = false;
  #connection: RTCPeerConnection | undefined;
  #transport: RTCDtlsTransport | undefined;
  /** The far side's sound, as long as there is one. */
  heard: MediaStream | null = null;
  /** Ours, captured: stopped with the session. */
  microphone: MediaStream | null;

  constructor(session: RTCSession, microphone: MediaStream | null, out: MediaOutput) {
    this.#out = out;
    this.microphone = microphone;
    // For outgoing calls the connection is there before the session is announced.
    if (session.connection) this.#watch(session.connection);
    else session.on('peerconnection', ({ peerconnection }) => this.#watch(peerconnection));
  }

  get isFlowing(): boolean {
    return this.#flowing && !this.#lost && !this.#left;
  }

  /** Another one of the same microphone: it lives on when this session stops its own, and has not its hold nor its mute. */
  get microphoneClone(): MediaStream | null {
    return this.microphone && new MediaStream(this.microphone.getTracks().map(freshClone));
  }

  stop(): void {
    this.#hear(null);
    if (this.microphone) stopTracks(this.microphone);
  }

  /** Closes the way of the media, and not a word of signalling. */
  close(): void {
    this.stop();
    this.#connection?.close();
  }

  #watch(connection: RTCPeerConnection): void {
    connection.addEventListener('track', ({ track, streams }) => {
      if (track.kind === 'audio') this.#hear(streams[0] ?? new MediaStream([track]));
    });
    connection.addEventListener('connectionstatechange', () => this.#onState(connection));
    this.#connection = connection;
  }

  #hear(stream: MediaStream | null): void {
    this.heard = stream;
    this.#out.remoteAudio(stream);
  }

  /** Chromium does not tell of it by `connectionState`, but seconds later. */
  #watchTransport(connection: RTCPeerConnection): void {
    const transport = connection.getSenders()[0]?.transport;
    if (!transport || transport === this.#transport) return;
    this.#transport = transport;
    transport.addEventListener('statechange', () => {
      if (transport.state !== 'closed') return;
      setTimeout(() => {
        if (connection.connectionState === 'closed') return;
        this.#left = true;
        this.#out.left();
      }, GOODBYE);
    });
  }

  /** Chromium often fails the connection without failing ICE; one that is dead is `disconnected` for 10 s before that. */
  #onState(connection: RTCPeerConnection): void {
    const { connectionState: state } = connection;
    if (this.#left) return;
    if (state === 'connected') {
      this.#watchTransport(connection);
      if (this.#lost) this.#out.back();
      this.#lost = false;
      this.#flowing = true;
      this.#out.flowing();
    } else if (state === 'failed' && !this.#flowing) {
      this.#out.failed();
    } else if ((state === 'disconnected' || state === 'failed') && this.#flowing && !this.#lost) {
      this.#lost = true;
      this.#out.lost();
    }
  }
}

function freshClone(track: MediaStreamTrack): MediaStreamTrack {
  const clone = track.clone();
  clone.enabled = true; // JsSIP turns off what is held or muted, and a clone begins as its track is
  return clone;
}

export function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
