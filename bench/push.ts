/**
 * Figures of calls that come by push: from the push to the notification on the desktop, against a bare worker that only shows
 * one; and from the click on Answer, with no tab open, to sound.
 */

import type { CDPSession, Page } from 'puppeteer-core';
import { launchHiddenUser } from '../e2e/support/hiddenUser.ts';
import { type Desktop, startDesktop } from '../e2e/support/notificationDesktop.ts';
import { logIn } from '../e2e/support/phoneTab.ts';
import { startChromiumPush } from '../e2e/support/push/chromium.ts';
import { agentFor } from '../e2e/support/push/service.ts';
import { startTestSwitchboard } from '../e2e/support/switchboard.ts';
import { launchUser } from '../e2e/support/userBrowser.ts';
import { waitUntil } from '../e2e/support/waiting.ts';
import type { RingPayload } from '../shared/push/payload.ts';
import { openHarnessPhone } from './calls.ts';
import { type Figure, figure } from './figures.ts';
import { median } from './statistics.ts';

const ROUNDS = 15;
const ANSWERS = 4;
const PATIENCE = 20_000;
const ACCOUNT = '102';

const now = () => performance.timeOrigin + performance.now();

export async function pushFigures(url: string): Promise<Figure[]> {
  return [...(await shown(url)), await clickToAudio()];
}

/** A browser whose pushes are delivered by the DevTools protocol: what comes before is the push service's time, not ours. */
class Pushes {
  readonly #registrations = new Map<string, string>();

  private constructor(
    private readonly cdp: CDPSession,
    private readonly origin: string,
  ) {}

  static async attach(keeper: Page, origin: string): Promise<Pushes> {
    const cdp = await keeper.createCDPSession();
    const pushes = new Pushes(cdp, origin);
    cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      for (const { scopeURL, registrationId } of registrations)
        pushes.#registrations.set(new URL(scopeURL).pathname, registrationId);
    });
    await cdp.send('ServiceWorker.enable');
    return pushes;
  }

  /** @returns when it was sent, ms since the epoch */
  async deliver(scope: 'ours' | 'bare', data: string): Promise<number> {
    const isOurs = (path: string) => (path === '/') === (scope === 'ours');
    const registrationId = await waitUntil(
      'a registration',
      PATIENCE,
      () => [...this.#registrations].find(([path]) => isOurs(path))?.[1],
    );
    const sent = now();
    await this.cdp.send('ServiceWorker.deliverPushMessage', { origin: this.origin, registrationId, data });
    return sent;
  }

  stop(): Promise<unknown> {
    return this.cdp.send('ServiceWorker.stopAllWorkers');
  }
}

type Mode = 'warm' | 'stopped' | 'no_page';

async function shown(url: string): Promise<Figure[]> {
  const desktop = await startDesktop();
  const user = await launchHiddenUser(url, { tone: 1000, desktop });
  try {
    const { page } = user;
    await logIn(user, url, ACCOUNT); // which tells the worker whose pushes are ours
    await page.goto(`${url}/e2e/harness/index.html`);
    await page.waitForFunction(() => window.harness !== undefined, { polling: 50 });
    const device = await page.evaluate(async () => {
      await window.harness.benches.bareApi(); // registers the bare worker beside ours
      return localStorage.getItem('switchhook.device') ?? '';
    });
    await user.hide();
    const pushes = await Pushes.attach(await user.browser.newPage(), url);
    const parts = { desktop, pushes, device };
    const figures = [await inMode('warm', parts), await inMode('stopped', parts)];
    await page.close();
    return [...figures, await inMode('no_page', parts)];
  } finally {
    await user.close();
    await desktop.stop();
  }
}

interface Parts {
  desktop: Desktop;
  pushes: Pushes;
  device: string;
}

async function inMode(mode: Mode, { desktop, pushes, device }: Parts): Promise<Figure> {
  const times = { ours: [] as number[], bare: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const whose of ['bare', 'ours'] as const) {
      if (mode !== 'warm') await pushes.stop();
      const callId = `bench-${mode}-${round}`;
      const before = desktop.notifications.length;
      const sent = await pushes.deliver(whose, whose === 'bare' ? callId : JSON.stringify(ring(callId, device)));
      const notification = await waitUntil('the notification', PATIENCE, () => desktop.notifications[before]);
      times[whose].push(notification.at - sent);
      if (whose === 'ours') await pushes.deliver('ours', JSON.stringify(answeredElsewhere(callId, device)));
      desktop.dismiss(notification);
    }
  }
  return figure(`push_shown_${mode}`, median(times.ours), 'ms', 1.3, median(times.bare));
}

const common = (callId: string, device: string) => {
  const eventId = crypto.randomUUID();
  return { v: 1 as const, callId, eventId, account: ACCOUNT, device, serverTime: Date.now() };
};

function ring(callId: string, device: string): RingPayload {
  return {
    ...common(callId, device),
    type: 'ring',
    peer: { handle: '101', displayName: 'Mai', avatarUrl: null, userId: null },
    callType: 'audio',
    createdAt: Date.now(),
    expiresAt: Date.now() + 45_000,
    // Nobody is there: what the worker says after it has shown the ring is not part of the figure.
    respond: { url: 'http://127.0.0.1:9/api/calls/bench', token: 'bench-token-bench-token' },
  };
}

const answeredElsewhere = (callId: string, device: string) => ({
  ...common(callId, device),
  type: 'cancel' as const,
  response: 'answeredElsewhere' as const,
  endCode: 200,
});

/** The whole way: genuine push, stopped worker, no tab; from the click on Answer until the caller hears. */
async function clickToAudio(): Promise<Figure> {
  const service = await startChromiumPush();
  const switchboard = await startTestSwitchboard({ push: { agent: agentFor(service), hosts: [...service.hosts] } });
  const desktop = await startDesktop();
  const caller = await launchUser({ tone: 440, autoplay: true });
  const callee = await launchHiddenUser(switchboard.url, { tone: 1000, desktop, args: service.args });
  try {
    const from = await openHarnessPhone(caller.page, switchboard.url, '101');
    await logIn(callee, switchboard.url, ACCOUNT);
    await callee.page.waitForSelector('[data-push="ready"]', { timeout: PATIENCE });
    await callee.browser.newPage(); // the browser lives on without the phone
    const times: number[] = [];
    for (let call = 0; call < ANSWERS; call += 1) {
      for (const page of await callee.browser.pages()) if (page.url().startsWith(switchboard.url)) await page.close();
      await waitUntil('the phone to be gone', PATIENCE, () => switchboard.stats.sockets === 1);
      const before = desktop.notifications.length;
      await from.evaluate(() => window.phone.dial('102'));
      const notification = await waitUntil('the ring', PATIENCE, () => desktop.notifications[before]);
      const heard = from.evaluate(() => window.harness.benches.callHeard());
      const clicked = now();
      desktop.click(notification, 'Answer');
      times.push((await heard) - clicked);
      await from.evaluate(() => window.harness.benches.hangUp(window.phone));
    }
    return figure('click_to_audio', median(times), 'ms', 3_000);
  } finally {
    await Promise.all([caller.close(), callee.close()]);
    await Promise.all([desktop.stop(), switchboard.close(), service.stop()]);
  }
}
