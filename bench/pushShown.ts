/**
 * From a push to its notification on the desktop, against a bare worker that shows the same notification and does nothing else.
 * The DevTools protocol delivers the pushes: what comes before is the push service's time, not ours.
 */

import { attachHiddenWorkers, type HiddenUser, launchHiddenUser } from '../e2e/support/hiddenUser.ts';
import { type Desktop, startDesktop } from '../e2e/support/notificationDesktop.ts';
import { logIn } from '../e2e/support/phoneTab.ts';
import type { ServiceWorkers } from '../e2e/support/serviceWorkers.ts';
import { waitUntil } from '../e2e/support/waiting.ts';
import type { RingPayload } from '../shared/push/payload.ts';
import { type Figure, figure } from './figures.ts';
import { BARE_TITLE } from './page/bareTitle.ts';
import { median } from './statistics.ts';

const ROUNDS = 25;
/** Rounds in which nothing is measured: caches fill, code is compiled. */
const WARM_UP = 3;
const PATIENCE = 20_000;
const ACCOUNT = '102';
const AIM = 1.3;

interface Parts {
  user: HiddenUser;
  desktop: Desktop;
  workers: ServiceWorkers;
  device: string;
  scopes: Record<Whose, string>;
}

type Whose = 'ours' | 'bare';

export async function shownFigures(url: string): Promise<Figure[]> {
  const desktop = await startDesktop();
  const user = await launchHiddenUser(url, { tone: 1000, desktop });
  try {
    const parts = { user, desktop, ...(await prepare(user, url)) };
    const warm = await measure(parts, 'push_shown_warm', false);
    const stopped = await measure(parts, 'push_shown_stopped', true);
    await user.page.close();
    return [warm, stopped, await measure(parts, 'push_shown_no_page', true)];
  } finally {
    await user.close();
    await desktop.stop();
  }
}

/** Logs in, which tells the worker whose pushes are ours; then a page without the phone, hidden, is all that is open. */
async function prepare(user: HiddenUser, url: string): Promise<Pick<Parts, 'workers' | 'device' | 'scopes'>> {
  const { page } = user;
  await logIn(user, url, ACCOUNT);
  await page.waitForSelector('[data-push="failed"], [data-push="ready"], [data-push="unsupported"]', {
    timeout: PATIENCE,
  });
  await page.goto(`${url}/e2e/harness/index.html`);
  await page.waitForFunction(() => window.harness !== undefined, { polling: 50 });
  const { device, scopes } = await page.evaluate(async () => {
    await window.harness.benches.bareApi(); // registers the bare worker beside ours
    const reader = new window.harness.RegistryReader();
    while ((await reader.snapshot()).settings.line === null) await new Promise((resolve) => setTimeout(resolve, 20));
    reader.close();
    const all = await navigator.serviceWorker.getRegistrations();
    return { device: localStorage.getItem('switchhook.device') ?? '', scopes: all.map(({ scope }) => scope) };
  });
  await user.hide();
  const workers = await attachHiddenWorkers(user);
  const ours = `${url}/`;
  const bare = scopes.find((scope) => scope !== ours);
  if (bare === undefined) throw new Error('the bare worker is not registered');
  return { workers, device, scopes: { ours, bare } };
}

/** In turns, so that whatever else the machine does falls on both. */
async function measure(parts: Parts, name: string, stopped: boolean): Promise<Figure> {
  const times: Record<Whose, number[]> = { ours: [], bare: [] };
  for (let round = -WARM_UP; round < ROUNDS; round += 1) {
    for (const whose of ['bare', 'ours'] as const) {
      const time = await once(parts, whose, stopped);
      if (round >= 0) times[whose].push(time);
    }
  }
  return figure(name, median(times.ours), 'ms', AIM, median(times.bare));
}

async function once({ desktop, workers, device, scopes }: Parts, whose: Whose, stopped: boolean): Promise<number> {
  const callId = crypto.randomUUID();
  const payload = whose === 'bare' ? callId : JSON.stringify(ring(callId, device, scopes.ours));
  if (stopped) await workers.stopAll();
  const before = desktop.notifications.length;
  const appears = (summary: string) =>
    waitUntil(`"${summary}"`, PATIENCE, () =>
      desktop.notifications.slice(before).find((one) => one.summary === summary),
    );
  const sent = performance.timeOrigin + performance.now();
  await workers.push(scopes[whose], payload);
  const notification = await appears(whose === 'bare' ? BARE_TITLE : 'Incoming audio call');
  if (whose === 'ours') {
    await workers.push(scopes.ours, JSON.stringify(answeredElsewhere(callId, device)));
    await appears('Answered on another device'); // only then is it over, and the next may ring
  } else desktop.dismiss(notification);
  return notification.at - sent;
}

const common = (callId: string, device: string) => {
  const eventId = crypto.randomUUID();
  return { v: 1 as const, callId, eventId, account: ACCOUNT, device, serverTime: Date.now() };
};

function ring(callId: string, device: string, scope: string): RingPayload {
  return {
    ...common(callId, device),
    type: 'ring',
    peer: { handle: '101', displayName: 'Mai', avatarUrl: null, userId: null },
    callType: 'audio',
    createdAt: Date.now(),
    expiresAt: Date.now() + 45_000,
    // No call of the switchboard's: what the worker says after it has shown the ring is refused, and not part of the figure.
    respond: { url: `${scope}api/calls/bench`, token: 'bench-token-bench-token' },
  };
}

const answeredElsewhere = (callId: string, device: string) => ({
  ...common(callId, device),
  type: 'cancel' as const,
  response: 'answeredElsewhere' as const,
  endCode: 200,
});
