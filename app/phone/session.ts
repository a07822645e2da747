import { SwitchhookError } from '../../shared/errors.ts';
import type { Session } from '../../shared/http/api.ts';
import { untilReached } from '../providers/sip/retry.ts';
import * as api from './api.ts';
import type { PhoneStore } from './store.ts';

/**
 * Who is logged in; asked for again and again while the switchboard cannot be reached, because who is offline is not logged out.
 * @returns null when nobody is. @throws SwitchhookError as the switchboard refuses
 */
export async function findSession(store: PhoneStore): Promise<Session | null> {
  let said: SwitchhookError | undefined;
  const onFailure = (problem: SwitchhookError) => {
    said = problem;
    store.set({ problem });
  };
  const forEver = new AbortController().signal; // as long as the page lives
  const session = await untilReached(api.currentSession, { signal: forEver, onFailure });
  if (said && store.state.problem === said) store.set({ problem: null }); // it could be reached after all
  return session;
}

/** Whether the switchboard knows nobody here any more; false where it cannot be reached, for then nobody has said so. */
export async function isLoggedOut(): Promise<boolean> {
  try {
    return (await api.currentSession()) === null;
  } catch (error) {
    if (SwitchhookError.from(error).code === 'noNetwork') return false;
    throw error;
  }
}
