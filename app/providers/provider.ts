/**
 * The provider seam: what connects one account to one network. It lives in the host tab. The core knows no provider by
 * name: it asks in these words and is told in typed facts. `FakeProvider` implements it for tests, and the conformance
 * suite beside it holds for every provider.
 */

import type { CallDialog } from '../../shared/calls/dialog.ts';
import type { Rejection } from '../../shared/calls/endCodes.ts';
import type { CallFact } from '../../shared/calls/facts.ts';
import type { CallCapability, CallDirection, CallType, Peer } from '../../shared/calls/record.ts';
import type { CallRef } from '../../shared/registry/input.ts';

/** A call as a provider needs to know it. */
export interface ProviderCall {
  /** Ours. */
  id: string;
  /** The network's; null for a call that it has not seen yet. */
  providerCallId: string | null;
  peer: Peer;
  type: CallType;
}

/** A call that is going on elsewhere, to be taken up here with everything that a person has set in it. */
export interface ResumableCall extends ProviderCall {
  dialog: CallDialog;
  /** Who once dialled. */
  direction: CallDirection;
  muted: boolean;
  held: boolean;
  heldByRemote: boolean;
}

/** What a provider may be able to do beyond dialling, answering and ending. */
export type Operation = 'hold' | 'mute' | 'video' | 'screenShare' | 'dtmf' | 'transfer' | 'attendedTransfer' | 'resume';

export interface Provider {
  /** What it has of the optional operations; the capabilities of its calls follow from this. */
  readonly operations: readonly Operation[];
  /** Resolves when it is registered. @throws SwitchhookError `registrationFailed`, `signalling` */
  connect(): Promise<void>;
  /** Unregisters and closes; calls that are going on end. */
  disconnect(): Promise<void>;
  /** Resolves when the network has been asked. @throws SwitchhookError `microphone…`, `signalling`, `noNetwork` */
  dial(call: ProviderCall): Promise<void>;
  /** Resolves when the network has our answer. @throws SwitchhookError `callNotFound`, `microphone…` */
  answer(call: ProviderCall): Promise<void>;
  reject(call: ProviderCall, how: Rejection): Promise<void>;
  hangUp(call: ProviderCall): Promise<void>;
  setHeld?(call: ProviderCall, held: boolean): Promise<void>;
  setMuted?(call: ProviderCall, muted: boolean): Promise<void>;
  sendDtmf?(call: ProviderCall, digits: string): Promise<void>;
  /**
   * Hands the far side on to `target` (a number). Resolves when that one has answered, and then the call ends here; facts
   * `transfer` tell how it goes. @throws SwitchhookError `target…`, `transferFailed`, `signalling`: the call goes on
   */
  transfer?(call: ProviderCall, target: string): Promise<void>;
  /** Connects the far sides of two calls, as `transfer` does; `call` is the one that is told, both end here. */
  attendedTransfer?(call: ProviderCall, other: ProviderCall): Promise<void>;
  /**
   * Takes up a call of another page or device; resolves when it is ours. Waits for the line, and for a far side that is
   * coming back itself. @throws SwitchhookError `resumeFailed`, `microphone…`: it is over here
   */
  resume?(call: ResumableCall): Promise<void>;
  /**
   * This tab is no longer the host, or goes away, now: stops all media and closes, saying nothing. A ring rings on and a
   * call can be taken up, by whoever hosts next. There is no time for anything that waits.
   */
  leave?(): void;
}

export type ProviderEvent =
  | { kind: 'registration'; state: 'registering' | 'registered' | 'failed' | 'none'; reason: string | null }
  /** The network rings us. The same `providerCallId` again is the same call. */
  | {
      kind: 'incoming';
      providerCallId: string;
      peer: Peer;
      type: CallType;
      /** Absolute; null where the network says nothing. */
      ringDeadline: number | null;
    }
  | { kind: 'fact'; call: CallRef; fact: CallFact }
  /** The far side's sound; null when it is over. */
  | { kind: 'remoteAudio'; key: string; stream: MediaStream | null };

export type ProviderSink = (event: ProviderEvent) => void;

/** What a call can do with a provider that has these operations. */
export function capabilitiesOf(operations: readonly Operation[]): CallCapability[] {
  const capabilities: CallCapability[] = ['silence'];
  if (operations.includes('hold')) capabilities.push('hold');
  if (operations.includes('mute')) capabilities.push('mute');
  if (operations.includes('video')) capabilities.push('video');
  if (operations.includes('screenShare')) capabilities.push('screenShare');
  if (operations.includes('dtmf')) capabilities.push('dtmf');
  if (operations.includes('transfer')) capabilities.push('transfer');
  return capabilities;
}
