/**
 * A push, from the browser's event to something visible. Whatever comes, it never throws: a payload that cannot be read still
 * shows that somebody calls, because browsers demand that every push shows something (3.2).
 */

import { SwitchhookError } from '../../shared/errors.ts';
import { pendingPushes } from '../../shared/http/push.ts';
import { notificationText } from '../../shared/i18n/notifications.ts';
import { type PushPayload, pushPayload } from '../../shared/push/payload.ts';
import { type Clock, foreign, localTime, submissionOf } from '../../shared/push/submission.ts';
import { DEFAULT_SETTINGS } from '../../shared/registry/decide.ts';
import type { Outcome, Settings, Submission } from '../../shared/registry/input.ts';
import { parse } from '../../shared/validate.ts';
import type { Database } from '../registry/database.ts';
import type { Outbox } from './outbox.ts';

export interface PushParts {
  database(): Promise<Database>;
  submit(submission: Submission): Promise<Outcome>;
  /** Makes the desktop equal to the registry. */
  reconcile(): Promise<void>;
  outbox: Outbox;
  registration: ServiceWorkerRegistration;
  visibleTabs(): Promise<number>;
  report(error: unknown): void;
  fetch: typeof fetch;
  now(): number;
}

export async function onPush(text: string | null, parts: PushParts): Promise<void> {
  try {
    const settings = { ...DEFAULT_SETTINGS, ...(await (await parts.database()).get('meta', 'registry'))?.settings };
    const { line, clockOffset: offset } = settings;
    for (const payload of text === null ? await ask(line, parts) : [read(text)]) {
      const stranger = foreign(payload, line);
      if (stranger) {
        throw new SwitchhookError('notAllowed', { reason: `A push that is not for this device: ${stranger}.` });
      }
      await obey(payload, { now: parts.now(), offset }, parts);
    }
  } catch (error) {
    parts.report(error);
  }
  await showSomething(parts);
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
async function ask(line: Settings['line'], { fetch }: PushParts): Promise<PushPayload[]> {
  if (line === null) throw new SwitchhookError('notLoggedIn', { reason: 'An empty push, and nobody is logged in.' });
  const signal = AbortSignal.timeout(PATIENCE);
  const response = await fetch(`/api/push/pending?device=${encodeURIComponent(line.device)}`, { signal });
  if (!response.ok)
    throw new SwitchhookError('notLoggedIn', { reason: `Who calls was refused with ${response.status}.` });
  return parse(pendingPushes, await response.json(), 'pending').pushes;
}

/** ms for the switchboard to say who calls: a ring that is shown later than this is as good as missed. */
const PATIENCE = 5_000;

async function obey(payload: PushPayload, clock: Clock, parts: PushParts): Promise<void> {
  const outcome = await parts.submit(submissionOf(payload, crypto.randomUUID(), clock));
  await parts.reconcile();
  if (payload.type !== 'ring' || !outcome.ok || outcome.callId === null) return;
  const { url, token } = payload.respond;
  const wakeup = { callId: outcome.callId, url, token, until: localTime(payload.expiresAt, payload, clock) };
  const db = await parts.database();
  await db.put('wakeups', wakeup);
  for (const old of await db.getAll('wakeups')) if (old.until < clock.now) await db.delete('wakeups', old.callId);
  // The caller hears it ring from now on, and the switchboard does not send again.
  await parts.outbox.send({ ...wakeup, action: 'ringing', everywhere: false, release: false });
}

/** The last resort: a tab that can be seen rings by itself, and everything else has shown its notification by now. */
async function showSomething({ registration, visibleTabs, database }: PushParts): Promise<void> {
  if ((await visibleTabs()) > 0 || (await registration.getNotifications()).length > 0) return;
  const language = (await (await database()).get('meta', 'registry'))?.settings.language ?? DEFAULT_SETTINGS.language;
  await registration.showNotification(notificationText(language, 'notification.incoming.plain'), {
    tag: 'push',
    silent: true,
    icon: '/icon-192.png',
    badge: '/badge.png',
  });
}
