/**
 * The peer connection that JsSIP uses, and two things about it that JsSIP decides wrongly for us: when gathering is over, and
 * that a call ends when ICE fails. It takes the global constructor; ours stands there only while it creates one.
 */

import { GATHERING_LIMIT, kindOf, readyAfter } from './gathering.ts';

/** Runs what makes JsSIP create a peer connection, synchronously. */
export function withOurConnection<T>(create: () => T): T {
  const native = globalThis.RTCPeerConnection;
  globalThis.RTCPeerConnection = callConnection(native);
  try {
    return create();
  } finally {
    globalThis.RTCPeerConnection = native;
  }
}

/** Our listeners are the first: they are added by the constructor, and what they stop, JsSIP never sees. */
function callConnection(native: typeof RTCPeerConnection): typeof RTCPeerConnection {
  return class CallConnection extends native {
    #gathered = false;
    /** A candidate with the credentials of now has come. */
    #found = false;
    #limit: ReturnType<typeof setTimeout> | undefined;
    #ready: ReturnType<typeof setTimeout> | undefined;

    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      this.addEventListener('icecandidate', (event) => this.#onCandidate(event));
      this.addEventListener('iceconnectionstatechange', (event) => {
        // JsSIP says BYE to this; whether the call is over is for the recovery to decide. `connectionState` fails as well.
        if (this.iceConnectionState === 'failed') event.stopImmediatePropagation();
      });
    }

    /**
     * What JsSIP waits for: `complete` when a description may leave. Never `gathering`, in which JsSIP would send what there
     * is at once if an earlier wait had been cut short.
     */
    override get iceGatheringState(): RTCIceGatheringState {
      return this.#gathered ? 'complete' : 'new';
    }

    override async setLocalDescription(description?: RTCLocalSessionDescriptionInit): Promise<void> {
      // New credentials gather anew (RFC 8445 9); a hold keeps those it has, and nothing more will come.
      const anew = description?.type !== 'rollback' && ufragOf(description) !== ufragOf(this.localDescription);
      if (anew) {
        this.#gathered = false;
        this.#found = false;
      }
      try {
        await super.setLocalDescription(description);
        if (anew) this.#begin();
      } catch (error) {
        this.#gathered = true;
        throw error;
      }
    }

    override async setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
      await super.setRemoteDescription(description);
      if (description.type === 'offer') await sendWhereOffered(this.getTransceivers());
    }

    override close(): void {
      this.#stopTimers();
      super.close();
    }

    #begin(): void {
      this.#stopTimers();
      this.#limit = setTimeout(() => this.#end(), GATHERING_LIMIT);
    }

    #onCandidate(event: RTCPeerConnectionIceEvent): void {
      const { candidate } = event;
      if (this.#gathered) return;
      if (!candidate?.type) {
        if (this.#found) this.#end();
        else event.stopImmediatePropagation(); // the end of the gathering before this one: JsSIP would send what there is
        return;
      }
      const { usernameFragment: ufrag } = candidate;
      if (ufrag && ufrag !== ufragOf(this.localDescription)) return; // one of before the restart
      this.#found = true;
      const after = readyAfter(candidate.type, kindOf(this.getConfiguration().iceServers ?? []));
      if (after !== null) this.#ready ??= setTimeout(() => this.#end(), after);
    }

    #end(): void {
      if (this.#gathered) return;
      this.#stopTimers();
      this.#gathered = true;
      this.dispatchEvent(new Event('icegatheringstatechange'));
    }

    #stopTimers(): void {
      clearTimeout(this.#limit);
      clearTimeout(this.#ready);
      this.#limit = undefined;
      this.#ready = undefined;
    }
  };
}

/**
 * JsSIP adds our track before it reads the offer. An offer that begins on hold (`sendonly`) is not matched with that track
 * (RFC 9429 5.10), but gets a transceiver that will never send: our track goes there, or nobody hears us once the hold is over.
 */
async function sendWhereOffered(all: readonly RTCRtpTransceiver[]): Promise<void> {
  const silent = all.filter(({ mid, sender, direction }) => mid !== null && !sender.track && direction === 'recvonly');
  for (const offered of silent) {
    const { kind } = offered.receiver.track;
    const ours = all.find(({ mid, sender }) => mid === null && sender.track?.kind === kind);
    if (!ours) continue;
    await offered.sender.replaceTrack(ours.sender.track);
    offered.direction = 'sendrecv';
    ours.stop();
  }
}

/** RFC 8839 5.4: what changes with an ICE restart. */
const ufragOf = (description: RTCLocalSessionDescriptionInit | null | undefined): string | undefined =>
  /^a=ice-ufrag:(\S+)/mu.exec(description?.sdp ?? '')?.[1];
