/**
 * The far side hands us on (REFER): we call whom it names, as every telephone does, and when that one answers, the call goes on
 * with them. Until then, and if it fails, we stay with the one that we had.
 */

import type { CallFact } from '../../../shared/calls/facts.ts';
import type { Transfer } from '../../../shared/calls/transfer.ts';
import { addressOf, asserted, peerAt } from './identity.ts';
import type { Leg, Legs } from './legs.ts';
import { withOurConnection } from './peerConnection.ts';
import type { SipSession } from './session.ts';
import { callIdOf, endMessage, type NameAddr, parseNameAddr, type ReferEvent, type RTCSession } from './ua.ts';

export interface FollowParts {
  legs: Legs;
  /** The line's own: numbers elsewhere are not ours to call because somebody says so. */
  domain: string;
  peerConfiguration(): Promise<RTCConfiguration>;
}

/** ms in which who handed us on says goodbye (RFC 5589 6.1 leaves it to them); then we do. A BYE takes one round trip. Ours. */
const GOODBYE_PATIENCE = 4_000;

/** Whom a REFER names; null for what we do not follow. */
function targetOf({ request }: ReferEvent, domain: string): (NameAddr & { replaces: boolean }) | null {
  const target = parseNameAddr(request.getHeader('Refer-To') ?? '');
  if (!target) return null;
  const { uri } = target;
  const method = uri.getParam<string | null | undefined>('method');
  if (uri.scheme !== 'sip' || (method && method.toUpperCase() !== 'INVITE')) return null;
  const replaces = uri.hasHeader('Replaces');
  // Who is talked to already is named by a Contact, which is of no domain.
  return uri.user && (uri.host === domain || replaces) ? { ...target, replaces } : null;
}

/** Whoever knows the ids of a dialog can speak in it: it is the far side only if the network says so. */
function isFarSide({ request }: ReferEvent, session: SipSession): boolean {
  return session.addresses.includes(addressOf((asserted(request) ?? request.from).uri));
}

/** JsSIP has answered 202 by now and tells the other side what becomes of the session that `accept` begins. */
export async function follow(
  leg: Leg,
  event: ReferEvent,
  { legs, domain, peerConfiguration }: FollowParts,
): Promise<void> {
  const pcConfig = await peerConfiguration().catch(() => null);
  const target = targetOf(event, domain);
  const first = leg.session;
  const isMeant = target !== null && first !== null && !leg.next && isFarSide(event, first);
  const mediaStream = pcConfig && isMeant ? first.microphoneClone : null;
  if (!pcConfig || !target || !first || !mediaStream) {
    event.reject();
    return;
  }
  const peer = peerAt(target);
  const tell = (state: Transfer['state'], code: number | null = null) => {
    const fact: CallFact = { kind: 'transfer', transfer: { by: 'remote', target: peer, state, code } };
    legs.tell(leg, fact);
  };
  const begin = (session: RTCSession) => {
    const next = legs.watch(leg, session, { microphone: mediaStream, continues: true });
    leg.next = next;
    session.on('progress', () => tell('ringing'));
    session.on('accepted', () => {
      tell('accepted');
      legs.move(leg, next, { providerCallId: callIdOf(session), peer, heritage: first.heritage });
      setTimeout(() => first.hangUp(), GOODBYE_PATIENCE);
    });
    session.on('failed', (end) => {
      if (leg.next === next) leg.next = null;
      tell('failed', endMessage(end).status);
    });
  };
  tell('trying');
  const extraHeaders = headersFor(event, target.replaces);
  withOurConnection(() => event.accept(begin, { mediaStream, pcConfig, extraHeaders }));
}

/** Who has sent us (RFC 3892 2.2); and a target that cannot replace must say so rather than ring (RFC 3261 8.2.2.3). */
function headersFor({ request }: ReferEvent, replaces: boolean): string[] {
  const referrer = request.getHeader('Referred-By');
  return [...(referrer ? [`Referred-By: ${referrer}`] : []), ...(replaces ? ['Require: replaces'] : [])];
}
