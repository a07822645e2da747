import type { Peer } from '../../shared/calls/record.ts';
import type { User } from '../../shared/http/api.ts';

/** Who is called, as the directory knows them; a number that is in none is just a number. */
export function peerOf(handle: string, contacts: readonly User[]): Peer {
  const known = contacts.find((contact) => contact.extension === handle);
  return {
    handle,
    displayName: known?.displayName ?? null,
    avatarUrl: known?.avatarUrl ?? null,
    userId: known?.userId ?? null,
  };
}
