/** What the cases have in common: checks, and the ways in which a call begins. */

import type { CallFact } from '../../../shared/calls/facts.ts';
import { type ErrorCode, SwitchhookError } from '../../../shared/errors.ts';
import type { CallRef } from '../../../shared/registry/input.ts';
import type { ConformanceContext } from '../conformance.ts';
import type { ProviderCall } from '../provider.ts';

export function same(actual: unknown, expected: unknown, what: string): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (is !== should) throw new Error(`${what}: ${is}, and should be ${should}`);
}

/** It is refused with this code. */
export async function refused(what: string, codes: readonly ErrorCode[], ask: () => Promise<void>): Promise<void> {
  try {
    await ask();
  } catch (error) {
    const code = error instanceof SwitchhookError ? error.code : String(error);
    if (!codes.some((one) => one === code)) throw new Error(`${what} is refused with ${code}, not with ${codes}`);
    return;
  }
  throw new Error(`${what} is not refused`);
}

/** A call of ours, as the facts name it. */
export interface Begun {
  call: ProviderCall;
  ref: CallRef;
}

export async function dialled(context: ConformanceContext): Promise<Begun> {
  const { provider, farPeer } = context;
  await provider.connect();
  const call: ProviderCall = { id: crypto.randomUUID(), providerCallId: null, peer: farPeer, type: 'audio' };
  await provider.dial(call);
  return { call, ref: { id: call.id } };
}

/** Dialled, answered there, and heard. */
export async function talking(context: ConformanceContext): Promise<Begun> {
  const begun = await dialled(context);
  await context.far.rings();
  await context.far.answer();
  await context.told.fact(begun.ref, 'connected');
  return begun;
}

/** It rings here. */
export async function rung(context: ConformanceContext): Promise<Begun> {
  const { provider, account, told, far } = context;
  await provider.connect();
  await far.call();
  const { providerCallId, peer, type } = await told.until('the call', () => told.incoming()[0]);
  return {
    call: { id: crypto.randomUUID(), providerCallId, peer, type },
    ref: { account, direction: 'incoming', providerCallId },
  };
}

/** The end that the network states of a call: the one and only. */
export async function endOf(
  { told }: ConformanceContext,
  { ref }: Begun,
): Promise<Extract<CallFact, { kind: 'ended' }>> {
  const ended = await told.fact(ref, 'ended');
  same(endings(told.facts(ref)), ['ended'], 'ends of the call');
  return ended;
}

export const endings = (facts: readonly CallFact[]): string[] =>
  facts.map(({ kind }) => kind).filter((kind) => kind === 'ended' || kind === 'disconnected');
