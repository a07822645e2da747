/**
 * Somebody takes the far side's place (INVITE with Replaces, RFC 3891): itself from another page or device, or whom it has
 * sent. Nothing rings, so nobody else may.
 */

import { judgeTakeover } from '../../../shared/calls/takeover.ts';
import { addressOf, asserted, peerAt, referredBy } from './identity.ts';
import type { Leg, Legs } from './legs.ts';
import type { SipSession } from './session.ts';
import { callIdOf, carryOver, type NameAddr, type ReferEvent, type RTCSession, reply } from './ua.ts';

export interface ReplaceParts {
  legs: Legs;
  peerConfiguration(): Promise<RTCConfiguration>;
}

const addressIn = (found: NameAddr | null) => found && addressOf(found.uri);

/** `session` is the one that is to be replaced. RFC 3891 3: 481 for one that is no more, 403 for who may not. */
export async function replace(
  leg: Leg,
  session: SipSession,
  event: ReferEvent,
  { legs, peerConfiguration }: ReplaceParts,
): Promise<void> {
  const { request } = event;
  const caller = asserted(request);
  const verdict = judgeTakeover({
    asserted: addressIn(caller),
    referredBy: addressIn(referredBy(request)),
    peers: session.addresses,
  });
  if (verdict === 'refused' || !caller) return reply(request, 403);
  const pcConfig = await peerConfiguration().catch(() => null);
  // The first one wins: whoever comes after it replaces what is no longer the call.
  if (leg.session !== session || leg.next || session.isOver) return reply(request, 481);
  const microphone = session.microphoneClone;
  if (!pcConfig || !microphone) return reply(request, 480);
  const peer = verdict === 'same' ? null : peerAt(caller);
  event.accept((begun: RTCSession) => {
    const next = legs.watch(leg, begun, { microphone, continues: true });
    leg.next = next;
    // Who comes back does not know what we had set; who comes instead begins anew.
    if (peer === null) carryOver(begun, session.heritage, microphone);
    begun.on('accepted', () => {
      session.endReplaced(peer === null ? 'moved' : null);
      // As it is now: meanwhile the loss of its sound may have been told.
      legs.move(leg, next, { providerCallId: callIdOf(begun), peer, heritage: session.heritage });
    });
    begun.on('failed', () => {
      if (leg.next === next) leg.next = null;
    });
    next.answer(microphone, pcConfig).catch(() => undefined); // `failed` says so
  });
}
