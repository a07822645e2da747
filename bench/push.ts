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
}

async function shown(url: string): Promise<Figure[]> {
  const desktop = await startDesktop();
  const user = await launchHiddenUser(url, { tone: 1000, desktop });
  try {
    const { page } = user;
    await logIn(user, url, ACCOUNT); // which tells the worker whose pushes are ours, and subscribes or gives up
    await page.waitForSelector('[data-push="failed"], [data-push="ready"], [data-push="unsupported"]', {
      timeout: PATIENCE,
    });
    await page.goto(`${url}/e2e/harness/index.html`);
    await page.waitForFunction(() => window.harness !== undefined, { polling: 50 });
    const device = await page.evaluate(async () => {
      await window.harness.benches.bareApi(); // registers the bare worker beside ours
      const reader = new window.harness.RegistryReader();
      while ((await reader.snapshot()).settings.line === null) await new Promise((resolve) => setTimeout(resolve, 20));
      reader.close();
      return localStorage.getItem('switchhook.device') ?? '';
    });
    await user.hide();
    const pushes = await Pushes.attach(await user.browser.newPage(), url);
    const parts = { desktop, pushes, device, url };
    return [await warm(parts)];
  } finally {
    await user.close();
    await desktop.stop();
  }
}

interface Parts {
  desktop: Desktop;
  pushes: Pushes;
  device: string;
  url: string;
}

/** The worker runs already; a page of the origin is open, hidden. */
async function warm({ desktop, pushes, device, url }: Parts): Promise<Figure> {
  const times = { ours: [] as number[], bare: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const whose of ['bare', 'ours'] as const) {
      const callId = `bench-${round}`;
      const before = desktop.notifications.length;
      const sent = await pushes.deliver(whose, whose === 'bare' ? callId : JSON.stringify(ring(callId, device, url)));
      const title = whose === 'bare' ? 'bare' : 'Incoming audio call';
      const notification = await waitUntil(`the notification (${whose})`, PATIENCE, () =>
        desktop.notifications.slice(before).find(({ summary }) => summary === title),
      );
      times[whose].push(notification.at - sent);
      if (whose === 'ours') {
        await pushes.deliver('ours', JSON.stringify(answeredElsewhere(callId, device)));
        // Only then is it over, and the next may ring.
        await waitUntil('the end of the ring', PATIENCE, () =>
          desktop.notifications.slice(before).find(({ summary }) => summary === 'Answered on another device'),
        );
      }
      desktop.dismiss(notification);
    }
  }
  return figure('push_shown_warm', median(times.ours), 'ms', 1.3, median(times.bare));
}

const common = (callId: string, device: string) => {
  const eventId = crypto.randomUUID();
  return { v: 1 as const, callId, eventId, account: ACCOUNT, device, serverTime: Date.now() };
};

function ring(callId: string, device: string, url: string): RingPayload {
  return {
    ...common(callId, device),
    type: 'ring',
    peer: { handle: '101', displayName: 'Mai', avatarUrl: null, userId: null },
    callType: 'audio',
    createdAt: Date.now(),
    expiresAt: Date.now() + 45_000,
    // No call of the switchboard's: what the worker says after it has shown the ring is refused, and not part of the figure.
    respond: { url: `${url}/api/calls/bench`, token: 'bench-token-bench-token' },
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
