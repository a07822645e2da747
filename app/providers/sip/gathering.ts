/** When an offer or an answer leaves: before the end of ICE gathering, which one silent server puts off by 40 s. */

export type IceServerKind = 'none' | 'stun' | 'turn';

/** ms without any candidate that matters; spec 4.2 gives TURN so long, and an offer without candidates helps nobody sooner. */
export const GATHERING_LIMIT = 2_000;

/** ms after the first candidate while a STUN server may still answer: the round trips of a good network and a retry. */
const STUN_PATIENCE = 300;

/** ms for the rest of a batch: host candidates come together; what Chromium adds 0.1 s later is their TCP twins. */
const BATCH = 20;

/** ms from the arrival of a candidate after which the description leaves; null: this one does not make it ready. */
export function readyAfter(candidate: RTCIceCandidateType, servers: IceServerKind): number | null {
  if (servers === 'none') return BATCH;
  if (servers === 'stun') return candidate === 'host' ? STUN_PATIENCE : BATCH;
  return candidate === 'relay' ? BATCH : null;
}

export function kindOf(servers: readonly RTCIceServer[]): IceServerKind {
  const urls = servers.flatMap((server) => server.urls);
  if (urls.some((url) => /^turns?:/iu.test(url))) return 'turn';
  return urls.length > 0 ? 'stun' : 'none';
}
