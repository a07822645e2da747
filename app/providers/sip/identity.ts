/** Who is at the other end, as the network says: read from headers, judged in shared/calls/takeover.ts. */

import type { Peer } from '../../../shared/calls/record.ts';
import { type Message, type NameAddr, parseNameAddr, type RTCSession, type SipUri } from './ua.ts';

/** Hosts that browsers invent for their Contacts (RFC 7118 5.1): a user part before one says nothing. */
const INVENTED = '.invalid';

/** `user@host`, in small letters: the form in which addresses are compared. */
export function addressOf({ user, host }: Pick<SipUri, 'user' | 'host'>): string {
  return `${userOf({ user })}@${host}`.toLowerCase();
}

/** A header is the far side's own writing: a percent sign that escapes nothing is just one. */
export function userOf({ user }: Pick<SipUri, 'user'>): string {
  try {
    return decodeURIComponent(user);
  } catch {
    return user;
  }
}

export function peerAt({ uri, displayName }: NameAddr): Peer {
  return { handle: userOf(uri), displayName, avatarUrl: null, userId: null };
}

/** Whom the network vouches for (RFC 3325 9.1); null where it vouches for nobody. */
export function asserted(message: Message): NameAddr | null {
  const value = message.getHeader('P-Asserted-Identity');
  return value ? parseNameAddr(value) : null;
}

/** Who has sent the sender (RFC 3892); a proxy that lets this pass unchecked vouches for it. */
export function referredBy(message: Message): NameAddr | null {
  const value = message.getHeader('Referred-By');
  return value ? parseNameAddr(value) : null;
}

/** Who has answered: as the network says it, else by an address of theirs that means something to people. */
export function answeredBy(response: Message): NameAddr | null {
  const contact = parseNameAddr(response.getHeader('Contact') ?? '');
  const meaning = contact?.uri.user && !contact.uri.host.endsWith(INVENTED) ? contact : null;
  return asserted(response) ?? meaning;
}

/** The addresses that the far side of a session is known by. */
export function addressesOf({ remote_identity: { uri } }: RTCSession, answerer: NameAddr | null): string[] {
  return [addressOf(uri), ...(answerer ? [addressOf(answerer.uri)] : [])];
}
