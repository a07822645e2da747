/**
 * A push, from the browser's event to something visible. Whatever comes, it never throws: a payload that cannot be read still
 * shows that somebody calls, because browsers demand that every push shows something (3.2).
 */

import { SwitchhookError } from '../../shared/errors.ts';
import { pendingPushes } from '../../shared/http/push.ts';
import { notificationText } from '../../shared/i18n/notifications.ts';
import { planNotifications } from '../../shared/notifications/plan.ts';
import { type PushPayload, pushPayload } from '../../shared/push/payload.ts';
import { arrivalOf } from '../../shared/push/submission.ts';
import type { Settings } from '../../shared/registry/input.ts';
import { parse } from '../../shared/validate.ts';
import type { Core } from '../core.ts';
import { OUR_ICONS } from '../notifications/options.ts';
import type { Decided } from '../registry/registry.ts';
import { within } from '../within.ts';

/** ms until a push shows something, whatever the disk does. It takes some 10; a busy machine takes a second. Ours. */
const HASTE = 3_000;

/** ms after which nothing is waited for any more: a push may run 90 s in Chromium (measured), and a ring lasts up to 60. */
const EVENT_TIME = 80_000;

/** The tag of what is shown where there is nothing else to show. */
const PLAIN = 'push';

export async function onPush(text: string | null, core: Core): Promise<void> {
  // What time makes due meanwhile must not take away the only thing that this push has shown, or another one at the same time.
  const release = core.reconciler.keep(PLAIN);
  try {
    await show(text, core);
  } finally {
    release();
  }
}

async function show(text: string | null, core: Core): Promise<void> {
  const known: Known = { language: navigator.language.startsWith('vi') ? 'vi' : 'en' };
  const obeyed = obeyAll(text, core, known).catch(core.around.report);
  await within(HASTE, obeyed);
  await showSomething(core, known);
  // The caller hears it ring from now on, and the switchboard does not send again.
  const said = obeyed.then(() => core.outbox.flush()).catch(core.around.report);
  await within(EVENT_TIME, said);
}

/** What the last resort needs, as far as it has become known. */
interface Known {
  language: Settings['language'];
}

async function obeyAll(text: string | null, core: Core, known: Known): Promise<void> {
  try {
    if (text !== null) return await obey(read(text), core, known);
    for (const payload of await ask(core)) await obey(payload, core, known);
  } catch (error) {
    core.around.report(error);
    known.language = (await core.registry.settings()).language;
  }
}

/** @throws SwitchhookError `invalidArgument` that names what was wrong */
function read(text: string): PushPayload {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new SwitchhookError('invalidArgument', { reason: 'The push is not JSON.', field: 'push', cause });
  }
  return parse(pushPayload, json, 'push');
}

/** A push that carries nothing says only that somebody calls (RFC 8599): the switchboard knows who. */
async function ask({ registry, around }: Core): Promise<PushPayload[]> {
  const { line } = await registry.settings();
  if (line === null) throw new SwitchhookError('notLoggedIn', { reason: 'An empty push, and nobody is logged in.' });
  const signal = AbortSignal.timeout(PATIENCE);
  const response = await around.fetch(`/api/push/pending?device=${encodeURIComponent(line.device)}`, { signal });
  if (!response.ok)
    throw new SwitchhookError('notLoggedIn', { reason: `Who calls was refused with ${response.status}.` });
  return parse(pendingPushes, await response.json(), 'pending').pushes;
}

/** ms for the switchboard to say who calls: a ring that is shown later than this is as good as missed. */
const PATIENCE = 5_000;

/** The ring is on its way to the screen while it is being written; everything else comes after both. */
async function obey(payload: PushPayload, core: Core, known: Known): Promise<void> {
  const callId = crypto.randomUUID();
  const visible = core.around.visibleTabs();
  let shown: Promise<void> | undefined;
  const onDecided = (decided: Decided) => {
    known.language = decided.settings.language;
    shown ??= visible.then((visibleTabs) => showRing(decided, callId, visibleTabs, core));
  };
  const arrive = (settings: Settings, now: number) => arrivalOf(payload, callId, settings, now);
  try {
    const { delta } = await core.registry.receive(payload, arrive, onDecided);
    if (delta) core.announce(delta);
    else await core.tick(); // a duplicate changes nothing, but time may have
  } finally {
    await shown; // what could not be written is shown all the same: somebody calls
  }
  await core.reconciler.reconcile();
}

/** Shows the call, where it is new here and rings. */
async function showRing(decided: Decided, callId: string, visibleTabs: number, core: Core): Promise<void> {
  if (!decided.calls.some(({ id }) => id === callId)) return; // known: what is shown for it follows with the rest
  const view = { ...decided, finished: [], visibleTabs, maxActions: core.around.maxActions, now: core.around.now() };
  const { notifications } = planNotifications(view);
  const ring = notifications.find((one) => one.callId === callId && one.kind === 'incoming');
  if (ring) await core.reconciler.present(ring);
}

/** The last resort: a tab that can be seen rings by itself, and everything else has shown its notification by now. */
async function showSomething({ around }: Core, { language }: Known): Promise<void> {
  const { registration, visibleTabs } = around;
  if ((await visibleTabs()) > 0 || (await registration.getNotifications()).length > 0) return;
  await registration.showNotification(notificationText(language, 'notification.incoming.plain'), {
    tag: PLAIN,
    silent: true,
    ...OUR_ICONS,
  });
}
