/** What every judgement of the registry has at hand, and the forms of its answer. */

import type { CallRecord } from '../calls/record.ts';
import { isLive } from '../calls/states.ts';
import type { Origin } from '../calls/timeline.ts';
import { SwitchhookError, toWire, type WireError } from '../errors.ts';
import type { CallRef, Host, RegistryState, Settings } from './input.ts';

export interface Decision {
  /** Changed and new calls; empty when nothing changed. */
  calls: CallRecord[];
  host: Host | null;
  settings: Settings;
  result: { ok: true; callId: string | null; epoch: number | null } | { ok: false; error: WireError };
}

export interface Context {
  state: RegistryState;
  id: string;
  origin: Origin;
}

export function done({ state }: Context, calls: CallRecord[] = [], callId: string | null = null): Decision {
  return { calls, host: state.host, settings: state.settings, result: { ok: true, callId, epoch: null } };
}

export function refused(
  context: Context,
  code: SwitchhookError['code'],
  reason: string,
  calls: CallRecord[] = [],
): Decision {
  return { ...done(context, calls), result: { ok: false, error: toWire(new SwitchhookError(code, { reason })) } };
}

/** A host that has been replaced may not speak any more; an integrator's own report carries no epoch. */
export function isStale(context: Context, epoch: number | null): Decision | null {
  if (epoch === null || epoch === context.state.host?.epoch) return null;
  return refused(context, 'staleEpoch', 'Another tab hosts the calls now.');
}

export function find({ state }: Context, ref: CallRef): CallRecord | null {
  const matches = (call: CallRecord) =>
    'id' in ref
      ? call.id === ref.id
      : call.account === ref.account && call.direction === ref.direction && call.providerCallId === ref.providerCallId;
  return state.live.find(matches) ?? (state.finished && matches(state.finished) ? state.finished : null);
}

export const liveCalls = ({ state }: Context) => state.live.filter((call) => isLive(call.state));
