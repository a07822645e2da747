/** How an intent is carried out, and whose turn it is: pure choices over the record. */

import { pendingIntent } from '../../shared/calls/intents.ts';
import type { CallRecord, Intent } from '../../shared/calls/record.ts';
import { SwitchhookError } from '../../shared/errors.ts';
import type { Provider, ProviderCall, ResumableCall } from '../providers/provider.ts';

export function providerCall({ id, providerCallId, peer, type }: CallRecord): ProviderCall {
  return { id, providerCallId, peer, type };
}

/** Asks the provider. @throws SwitchhookError what the provider says, `notSupported` for what it cannot do */
export function carryOut(provider: Provider, record: CallRecord, { action, argument }: Intent): Promise<void> {
  const call = providerCall(record);
  switch (action) {
    case 'dial':
      return provider.dial(call);
    case 'answer':
      return provider.answer(call);
    case 'decline':
      return provider.reject(call, argument === 'busy' ? 'busy' : 'here');
    case 'declineEverywhere':
      return provider.reject(call, 'everywhere');
    case 'hangUp':
      // A ring that is hung up is declined (1.4); the record says where the end began.
      return record.endedFrom === 'ringing' ? provider.reject(call, 'here') : provider.hangUp(call);
    case 'hold':
    case 'unhold':
      return provider.setHeld?.(call, action === 'hold') ?? unsupported(action);
    case 'mute':
    case 'unmute':
      return provider.setMuted?.(call, action === 'mute') ?? unsupported(action);
    case 'takeHere': {
      const wanted = resumable(record);
      return (wanted && provider.resume?.(wanted)) ?? unsupported(action);
    }
    case 'dtmf':
      return provider.sendDtmf?.(call, argument ?? '') ?? unsupported(action);
    case 'transfer':
      return provider.transfer?.(call, argument ?? '') ?? unsupported(action);
    default:
      return unsupported(action);
  }
}

function unsupported(action: string): Promise<never> {
  return Promise.reject(new SwitchhookError('notSupported', { reason: `This line cannot do that: ${action}.` }));
}

export interface Work {
  call: CallRecord;
  intent: Intent;
}

/** Pending intents that no host has claimed and one can, oldest first: the host's work. */
export function unclaimed(calls: Iterable<CallRecord>): Work[] {
  return [...calls]
    .flatMap((call) => call.intents.map((intent) => ({ call, intent })))
    .filter(({ intent }) => intent.outcome === null && intent.epoch === null)
    .filter(({ call, intent }) => intent.action === 'takeHere' || !awaitsNetwork(call))
    .sort((a, b) => a.intent.askedAt - b.intent.askedAt);
}

/** Calls that had been answered when their host was lost. */
export function orphans(calls: Iterable<CallRecord>): CallRecord[] {
  return [...calls]
    .filter(
      ({ state, host, providerCallId }) =>
        (state === 'reconnecting' || state === 'connecting') && host === null && providerCallId !== null,
    )
    .filter((call) => !pendingIntent(call, 'takeHere')); // that is work of its own
}

/** A call as a provider needs to know it in order to take it up; null for one that has no dialog. */
export function resumable(record: CallRecord): ResumableCall | null {
  const { dialog, direction, attributes } = record;
  if (!dialog) return null;
  const { muted, held, heldByRemote } = attributes;
  return { ...providerCall(record), dialog, direction, muted, held, heldByRemote };
}

/**
 * A call whose host was lost. A ring: the network rings the next host again (4.3), and only then is there something to answer
 * or decline. A conversation: it has to be here before anything can be done in it, but for its end. A call that never was on
 * a network waits for nobody.
 */
function awaitsNetwork({ direction, state, providerCallId, dialog, host }: CallRecord): boolean {
  if (host !== null || providerCallId === null) return false;
  return state === 'reconnecting' || (direction === 'incoming' && !dialog);
}

/**
 * ms in which a host that is alive has claimed an intent; the claim is one commit, a few ms. A host that is frozen, or
 * hangs, is deposed after this (2.3).
 */
export const CLAIM_PATIENCE = 2_000;

/** When the host has to be deposed should nothing happen before; null where nothing waits for it. */
export function overdueAt(calls: Iterable<CallRecord>): number | null {
  const [oldest] = unclaimed(calls);
  return oldest ? oldest.intent.askedAt + CLAIM_PATIENCE : null;
}
