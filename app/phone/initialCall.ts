import { isPending } from '../../shared/calls/intents.ts';
import type { CallRecord } from '../../shared/calls/record.ts';
import type { RegistryMirror } from '../link/mirror.ts';
import type { RegistryReader } from '../link/reader.ts';

/** How the worker names the call in the address of a window that it opens. */
const ADDRESS = /^#call=([^&]+)/u;

/**
 * The call that this page was opened for: the one in its address, or, because some browsers ignore the address that a worker
 * gives, the one that somebody has asked to answer and nobody has taken up.
 */
export async function initialCall(mirror: RegistryMirror, reader: RegistryReader): Promise<CallRecord | null> {
  const id = ADDRESS.exec(location.hash)?.[1];
  if (id !== undefined) return reader.call(decodeURIComponent(id));
  const asked = [...mirror.state.live.values()].find(
    ({ host, intents }) => host === null && intents.some((intent) => intent.action === 'answer' && isPending(intent)),
  );
  return asked ?? null;
}
