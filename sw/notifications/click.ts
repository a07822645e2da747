import { actionFromWire, type CallAction } from '../../shared/calls/commands.ts';
import type { OpenCall } from '../../shared/link/protocol.ts';
import { orderOfTabs } from '../../shared/notifications/route.ts';
import type { Outcome, Submission } from '../../shared/registry/input.ts';
import type { ShownData } from './reconciler.ts';

export interface ClickParts {
  clients: Clients;
  /** The tab that hosts the calls; null where nobody does. */
  hostTab(): Promise<string | null>;
  submit(submission: Submission): Promise<Outcome>;
  /** Tells the switchboard without a tab, where the call came by push. */
  respond(callId: string, action: CallAction): Promise<void>;
}

/** The actions after which a person wants to see the call, and whose media needs a page. */
const BRINGS_UP: readonly CallAction[] = ['answer', 'answerWithVideo', 'holdAndAnswer', 'endAndAnswer', 'callback'];

/**
 * A click on a notification. The body shows the call and never answers; an action goes the way of the buttons. A window is
 * brought up first: the browser's permission to do so lasts seconds and is used up by one use (3.1).
 */
export async function onClick(data: ShownData, wireAction: string, parts: ClickParts): Promise<void> {
  const action = wireAction === '' ? null : actionFromWire(wireAction);
  const asked = commandOf(action, data);
  const shown =
    action === null || BRINGS_UP.includes(action) ? bringUp(data, addressOf(data, asked), parts) : undefined;
  const written = asked === null ? undefined : parts.submit(asked);
  await Promise.all([shown, written]);
  // A repeat, or a call that is over, is refused by the registry, and the switchboard need not hear of it.
  if (action !== null && (await written)?.ok) await parts.respond(data.callId, action);
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

/** Where a new window goes: to the call, which is a new one where it is called back; of missed ones there may be several. */
function addressOf({ callId, kind }: ShownData, asked: Submission | null): string {
  const command = asked?.input.kind === 'command' ? asked.input.command.kind : null;
  // A call back has the id of the command that asked for it.
  if (asked && command === 'callback') return `/#call=${encodeURIComponent(asked.id)}`;
  return kind === 'missed' ? '/#/recents' : `/#call=${encodeURIComponent(callId)}`;
}

/** ONE window: the first in order that says it is there, else a new one. */
async function bringUp({ callId, kind }: ShownData, address: string, { clients, hostTab }: ClickParts): Promise<void> {
  const windows = await clients.matchAll({ type: 'window', includeUncontrolled: true });
  // Without a window nothing may come before openWindow: not even the question who hosts.
  const ordered = windows.length > 1 ? orderOfTabs(windows, await hostTab()) : windows;
  for (const tab of ordered) {
    if (!(await acknowledges(tab, { type: 'open', callId, kind }))) continue;
    await tab.focus();
    return;
  }
  await clients.openWindow(address);
}

/**
 * ms for a tab to say that it is there. A hidden one answers in a few; the browser's permission to bring a window up lasts
 * about 10 s (measured in Chromium), so even a dozen frozen tabs leave time for a new one.
 */
const ACKNOWLEDGEMENT = 500;

function acknowledges(tab: Client, message: OpenCall): Promise<boolean> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const done = (there: boolean) => {
      clearTimeout(timer);
      port1.close();
      resolve(there);
    };
    const timer = setTimeout(() => done(false), ACKNOWLEDGEMENT);
    port1.onmessage = () => done(true);
    tab.postMessage(message, [port2]);
  });
}

/**
 * A notification went away: the person has dismissed what it said. Browsers also say so when we close it ourselves (Firefox does);
 * a ring that gives way to "missed call" must not take that with it, so a ring's notification dismisses only what still rings.
 */
export async function onClose(
  { callId, kind }: ShownData,
  { submit, isLive }: Pick<ClickParts, 'submit'> & { isLive(callId: string): Promise<boolean> },
): Promise<void> {
  if (kind !== 'missed' && !(await isLive(callId))) return;
  const input = { kind: 'command', callId, command: { kind: 'dismiss' } } as const;
  await submit({ id: crypto.randomUUID(), tab: null, source: 'notification', input });
}
