/** The media of one session: what its peer connection says, in the words of the call. */

import type { RTCSession } from './ua.ts';

export interface MediaOutput {
  remoteAudio(stream: MediaStream | null): void;
  /** For the first time; it can be before the answer (early media). */
  flowing(): void;
  lost(): void;
  back(): void;
  /** It never came to flow. */
  failed(): void;
}

export class SessionMedia {
  readonly #out: MediaOutput;
  #flowing = false;
  #lost = false;
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
    return this.#flowing;
  }

  stop(): void {
    this.#out.remoteAudio(null);
    if (this.microphone) stopTracks(this.microphone);
  }

  #watch(connection: RTCPeerConnection): void {
    connection.addEventListener('track', ({ track, streams }) => {
      if (track.kind === 'audio') this.#out.remoteAudio(streams[0] ?? new MediaStream([track]));
    });
    connection.addEventListener('connectionstatechange', () => this.#onState(connection.connectionState));
  }

  /** Chromium often fails the connection without failing ICE; one that is dead is `disconnected` for 10 s before that. */
  #onState(state: RTCPeerConnectionState): void {
    if (state === 'connected') {
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

export function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
