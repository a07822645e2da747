/**
 * What every provider has to do, as cases that any test runner can run: `FakeProvider` in Node, `SipProvider` in a browser
 * against a real network, an integrator's own wherever it lives. A case fails by throwing.
 */

import type { Rejection } from '../../shared/calls/endCodes.ts';
import type { Peer } from '../../shared/calls/record.ts';
import { incomingCases } from './conformance/incoming.ts';
import { outgoingCases } from './conformance/outgoing.ts';
import type { Recorder } from './conformance/recorder.ts';
import { restCases } from './conformance/rest.ts';
import { transferCases } from './conformance/transfers.ts';
import type { Provider } from './provider.ts';

export { Recorder } from './conformance/recorder.ts';

/** Whoever is at the other end of the network. Each method settles when it is done there. */
export interface FarSide {
  /** Calls the provider under test. */
  call(): Promise<void>;
  /** The provider's call has reached it, and it rings. */
  rings(): Promise<void>;
  answer(): Promise<void>;
  reject(how: Rejection): Promise<void>;
  /** Ends whatever there is, answered or not. */
  hangUp(): Promise<void>;
  hold(held: boolean): Promise<void>;
  /** It has been told that the provider holds the call, or not any more. */
  seesHeld(held: boolean): Promise<void>;
  /** It has been told of the end: by whom as it sees it, and with what. */
  seesEnd(): Promise<FarEnd>;
}

export interface FarEnd {
  by: 'local' | 'remote';
  code: number | null;
  /** Q.850 or SIP cause of the `Reason`; null without one. */
  cause: number | null;
}

export interface ConformanceContext {
  /** Fresh, and not connected yet. */
  provider: Provider;
  /** The account that it connects. */
  account: string;
  /** Everything that it has told its sink. */
  told: Recorder;
  far: FarSide;
  /** Who that is, to be dialled. */
  farPeer: Peer;
  /** Somebody else on the same network, for transfers. */
  third: Pick<FarSide, 'rings' | 'answer' | 'reject'>;
  thirdPeer: Peer;
  /** A number that nobody has; it is going to be tried. */
  nobody(): string;
  /** The third is going to decline what reaches it next. */
  declines(): void;
  /** The next time that the microphone is asked for it is refused (`microphoneDenied`). */
  failMicrophone(): void;
}

export interface ConformanceCase {
  name: string;
  run(context: ConformanceContext): Promise<void>;
}

export const CONFORMANCE: readonly ConformanceCase[] = [
  ...outgoingCases,
  ...incomingCases,
  ...restCases,
  ...transferCases,
];
