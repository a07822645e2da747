/** When an offer or an answer leaves, complete or not: JsSIP would wait for the end of ICE gathering. */

import type { IceCandidateEvent, RTCSession } from './ua.ts';

/** ms after the first ICE candidate; a silent STUN server puts the end of gathering off by 40 s. */
const GATHERING = 300;

/** The same without any server: host candidates come in one batch; what Chromium adds 0.1 s later is their TCP twins. */
const GATHERING_HOST_ONLY = 20;

export interface GatheringOptions {
  /** No STUN or TURN server is configured: nothing to wait for. */
  hostOnly: boolean;
}

export function boundGathering(session: RTCSession, { hostOnly }: GatheringOptions): void {
  const patience = hostOnly ? GATHERING_HOST_ONLY : GATHERING;
  let timer: ReturnType<typeof setTimeout> | undefined;
  session.on('icecandidate', ({ ready }: IceCandidateEvent) => {
    timer ??= setTimeout(ready, patience);
  });
  // A later negotiation (hold) gathers anew; the timer of the first must not end it early.
  session.on('sdp', () => {
    clearTimeout(timer);
    timer = undefined;
  });
}
