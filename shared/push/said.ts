/** What the switchboard's answer to a worker means for the call: pure; the worker submits what this says. */

import { REJECTIONS } from '../calls/endCodes.ts';
import type { CallRecord } from '../calls/record.ts';
import type { RingOver } from '../http/push.ts';
import type { RegistryInput } from '../registry/input.ts';
import type { Errand } from '../registry/store.ts';

/** It was told and has agreed; the ring is over, as far as it or our clock says, and how; it does not listen to us. */
export type Said = { result: 'said' } | { result: 'tooLate'; ended: RingOver['ended'] } | { result: 'refused' };

type Saying = Pick<Errand, 'action' | 'everywhere' | 'release'>;

/** @param call as it stands now. @returns null where nothing follows */
export function meaningOf({ action, everywhere, release }: Saying, said: Said, call: CallRecord): RegistryInput | null {
  if (action === 'decline') {
    // Whatever the switchboard thinks of it: this person does not want the call.
    const { code } = everywhere ? REJECTIONS.everywhere : REJECTIONS.here;
    return { ...about(call), fact: { kind: 'ended', by: 'local', code, reason: null, text: null } };
  }
  if (said.result === 'tooLate') return over(call, said.ended);
  if (action === 'ringing') return null;
  // A claim that was refused, or given back, leaves a ring that nobody can answer here: it does not wait for its deadline.
  if (said.result === 'refused' || release) return over(call, 'missed');
  return { ...about(call), fact: { kind: 'claimed' } };
}

const about = ({ id }: CallRecord) => ({ kind: 'fact' as const, call: { id }, epoch: null });

function over(call: CallRecord, response: RingOver['ended']): RegistryInput | null {
  const { id: callId, account, providerCallId, peer, type } = call;
  if (providerCallId === null) return null; // no network rings it
  return { kind: 'networkEnd', callId, account, providerCallId, response, endCode: null, peer, type, times: null };
}
