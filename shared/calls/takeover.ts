/**
 * Who may take the place of a party of a call that is going on: an INVITE with Replaces (RFC 3891) is answered without a
 * ring, so this is decided by who the network says it is and never by what it knows.
 */

export interface Takeover {
  /** Whom the network vouches for (P-Asserted-Identity, RFC 3325), as `user@host`; null: for nobody. */
  asserted: string | null;
  /** Who, as the network vouches, has asked for it by a REFER (Referred-By, RFC 3892), in the same form; null: nobody. */
  referredBy: string | null;
  /** The party whose place is to be taken, by each name that it is known by: who was dialled, who answered. */
  peers: readonly string[];
}

/** `same`: the party itself, from another page or device. `referred`: somebody whom that party has sent. */
export function judgeTakeover({ asserted, referredBy, peers }: Takeover): 'same' | 'referred' | 'refused' {
  if (asserted === null) return 'refused';
  if (peers.includes(asserted)) return 'same';
  return referredBy !== null && peers.includes(referredBy) ? 'referred' : 'refused';
}
