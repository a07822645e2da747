import { actionFromWire, type CallAction } from '../../shared/calls/commands.ts';
import type { OpenCall } from '../../shared/link/protocol.ts';
import type { Outcome, Submission } from '../../shared/registry/input.ts';
import type { ShownData } from './reconciler.ts';

export interface ClickParts {
  clients: Clients;
  submit(submission: Submission): Promise<Outcome>;
}

/** The actions after which a person wants to see the call, and whose media needs a page. */
const BRINGS_UP: readonly CallAction[] = ['answer', 'answerWithVideo', 'holdAndAnswer', 'endAndAnswer', 'callback'];

/**
 * A click on a notification. The body shows the call and never answers; an action goes the way of the buttons. A window is
 * brought up first: the browser's permission to do so lasts seconds and is used up by one use (3.1).
 */
export async function onClick(data: ShownData, wireAction: string, parts: ClickParts): Promise<void> {
  const action = wireAction === '' ? null : actionFromWire(wireAction);
  const shown = action === null || BRINGS_UP.includes(action) ? bringUp(data, parts.clients) : undefined;
  const asked = commandOf(action, data);
  const written = asked === null ? undefined : parts.submit(asked);
  await Promise.all([shown, written]);
}

/** A missed call that was looked at is dealt with; every other body click only shows. */
function commandOf(action: CallAction | null, { callId, kind }: ShownData): Submission | null {
  const kindOfCommand = action ?? (kind === 'missed' ? 'dismiss' : 'none');
  if (kindOfCommand === 'none') return null;
  const id = crypto.randomUUID();
  return {
    id,
    tab: null,
    source: 'notification',
    input: { kind: 'command', callId, command: { kind: kindOfCommand } },
  };
}

/** ONE window: focused, else visible, else the first there is, else a new one. */
async function bringUp({ callId, kind }: ShownData, clients: Clients): Promise<void> {
  const windows = await clients.matchAll({ type: 'window', includeUncontrolled: true });
  const chosen =
    windows.find((one) => one.focused) ?? windows.find((one) => one.visibilityState === 'visible') ?? windows[0];
  if (!chosen) {
    await clients.openWindow(`/#call=${encodeURIComponent(callId)}`);
    return;
  }
  const message: OpenCall = { type: 'open', callId, kind };
  chosen.postMessage(message);
  await chosen.focus();
}
