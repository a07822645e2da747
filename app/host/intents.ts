/** How an intent is carried out: pure choice of what to ask of the provider. */

import type { CallRecord, Intent } from '../../shared/calls/record.ts';
import { SwitchhookError } from '../../shared/errors.ts';
import type { Provider, ProviderCall } from '../providers/provider.ts';

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
    case 'dtmf':
      return provider.sendDtmf?.(call, argument ?? '') ?? unsupported(action);
    default:
      return unsupported(action);
  }
}

function unsupported(action: string): Promise<never> {
  return Promise.reject(new SwitchhookError('notSupported', { reason: `This line cannot do that: ${action}.` }));
}

/** Pending intents that no host has claimed, oldest first: the host's work. */
export function unclaimed(calls: Iterable<CallRecord>): { call: CallRecord; intent: Intent }[] {
  return [...calls]
    .flatMap((call) => call.intents.map((intent) => ({ call, intent })))
    .filter(({ intent }) => intent.outcome === null && intent.epoch === null)
    .sort((a, b) => a.intent.askedAt - b.intent.askedAt);
}
