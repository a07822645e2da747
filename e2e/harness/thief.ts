/** Somebody who has come to know the ids of other people's call, and tries to take it. */

import type { CallDialog } from '../../shared/calls/dialog.ts';
import { SwitchhookError } from '../../shared/errors.ts';
import { capture, logIn, peerOf, sipProvider } from './conformance.ts';

/** @returns the code with which it failed; null: it has the call */
export async function takeOver(account: string, dialog: CallDialog): Promise<string | null> {
  await logIn(account);
  const provider = sipProvider(account, () => undefined, capture);
  const set = { muted: false, held: false, heldByRemote: false };
  const call = { id: crypto.randomUUID(), providerCallId: dialog.callId, peer: peerOf('102'), type: 'audio' } as const;
  try {
    await provider.connect();
    await provider.resume({ ...call, dialog, direction: 'outgoing', ...set });
    return null;
  } catch (error) {
    return SwitchhookError.from(error).code;
  } finally {
    await provider.disconnect();
  }
}
