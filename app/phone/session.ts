import { SwitchhookError } from '../../shared/errors.ts';
import type { Session } from '../../shared/http/api.ts';
import * as api from './api.ts';

/** ms between two tries where the browser does not say that there is a network again: a call may be waiting. Ours. */
const RETRY = 2_000;

/**
 * Who is logged in; asked again and again while the switchboard cannot be reached, because who is offline is not logged out.
 * @returns null when nobody is. @throws SwitchhookError as the switchboard refuses
 */
export async function findSession(onUnreachable: (error: SwitchhookError) => void): Promise<Session | null> {
  for (;;) {
    try {
      return await api.currentSession();
    } catch (cause) {
      const error = SwitchhookError.from(cause);
      if (error.code !== 'noNetwork') throw error;
      onUnreachable(error);
      await networkMayBeBack();
    }
  }
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

function networkMayBeBack(): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener('online', done);
      resolve();
    };
    const timer = setTimeout(done, RETRY);
    window.addEventListener('online', done);
  });
}
