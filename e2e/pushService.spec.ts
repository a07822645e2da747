/**
 * Web Push as it is: a browser subscribes, web-push encrypts and posts, the browser decrypts and wakes the worker, which
 * shows a notification. Only the push services are stand-ins, and this shows that they are good enough to test with.
 */

import { createServer } from 'node:http';
import { Agent, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@playwright/test';
import webpush, { type RequestOptions } from 'web-push';
import { type Desktop, startDesktop } from './support/notificationDesktop.ts';
import { agentFor } from './support/push/service.ts';
import { ENGINES, type Engine, type PushBrowser, type SubscriptionJson } from './support/pushBrowsers.ts';
import { busMissing } from './support/sessionBus.ts';
import { waitUntil } from './support/waiting.ts';

const PAGE = '<!doctype html><title>Push</title>';

/** Says when it starts and what it is sent, and shows that. */
const WORKER = `
  fetch('/started');
  const take = async (text) => {
    await fetch('/pushed?' + encodeURIComponent(text));
    await registration.showNotification(text, { requireInteraction: true });
  };
  addEventListener('push', (event) => event.waitUntil(take(event.data?.text() ?? 'nothing')));
`;

/** How often the worker has been started. */
let started = 0;
/** What the worker was sent, as it was decrypted. */
let pushed: string[] = [];
let origin: string;
const server = createServer(({ url = '' }, response) => {
  if (url === '/started') started++;
  if (url.startsWith('/pushed?')) pushed.push(decodeURIComponent(url.slice('/pushed?'.length)));
  const script = url === '/worker.js';
  response.setHeader('content-type', script ? 'text/javascript' : 'text/html');
  response.end(script ? WORKER : PAGE);
});

test.beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
test.afterAll(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

const KEYS = webpush.generateVAPIDKeys();
/** ms; a subscription takes some seconds on a busy machine, and so does the way back to the service. */
const PATIENCE = 30_000;
/** RFC 8291 4, RFC 8188 2: of 4096 bytes, 86 are the header, 16 the tag and 1 the delimiter. */
const OVERHEAD = 86 + 16 + 1;
const LARGEST = 4096 - OVERHEAD;
const subject = 'mailto:tests@switchhook.example';

interface Scene {
  browser: PushBrowser;
  desktop: Desktop;
  subscription: SubscriptionJson;
  /** Posts as application servers do. @returns the status */
  post(text: string | null, options?: RequestOptions): Promise<number>;
  /** Waits until the worker has it. */
  delivered(text: string): Promise<unknown>;
}

/** A browser of the engine that has subscribed. */
async function scene(engine: Engine, play: (scene: Scene) => Promise<void>): Promise<void> {
  pushed = [];
  const desktop = await startDesktop();
  try {
    const browser = await engine.launch(origin, desktop);
    try {
      const subscription = await browser.subscribe(KEYS.publicKey);
      const agent = agentFor(browser.service);
      const post = async (text: string | null, options: RequestOptions = {}) => {
        const sent = webpush.sendNotification(subscription, text, {
          vapidDetails: { subject, ...KEYS },
          TTL: 60,
          agent,
          ...options,
        });
        return (await sent.catch(answerOf)).statusCode;
      };
      const delivered = (text: string) => waitUntil(`"${text}"`, PATIENCE, () => pushed.includes(text));
      await play({ browser, desktop, subscription, post, delivered });
    } finally {
      await browser.close();
    }
  } finally {
    await desktop.stop();
  }
}

function answerOf(error: unknown): webpush.WebPushError {
  if (error instanceof webpush.WebPushError) return error;
  throw error;
}

/** The same post without one of its headers, which web-push always sends. */
async function postWithout(name: string, { browser, subscription }: Scene): Promise<number | undefined> {
  const options: RequestOptions = { vapidDetails: { subject, ...KEYS }, TTL: 60 };
  const { endpoint, headers, body } = webpush.generateRequestDetails(subscription, 'Incomplete', options);
  const kept = Object.entries(headers).filter(([header]) => header !== name);
  const agent = new Agent(browser.service.agentOptions);
  return new Promise((resolve, reject) => {
    const posted = request(endpoint, { method: 'POST', headers: Object.fromEntries(kept), agent });
    posted.once('error', reject);
    posted.once('response', (response) => resolve(response.resume().statusCode));
    posted.end(body);
  });
}

for (const engine of ENGINES) {
  test.describe(engine.name, () => {
    const missing = engine.missing ?? busMissing();
    // Without the browser, or a session bus: named as skipped, and with CI=true `npm test` fails for it.
    test.skip(missing !== null, missing ?? '');

    test(`${engine.name}: a push wakes a worker that has stopped, with no page open`, () =>
      scene(engine, async ({ browser, post, delivered }) => {
        await browser.sleep();
        const before = started;
        expect(await post('Ringing', { urgency: 'high', topic: 'call' })).toBe(201);
        await delivered('Ringing');
        expect(started).toBeGreaterThan(before);
        expect(browser.service.received).toHaveLength(1);
        expect(browser.service.received[0]).toMatchObject({
          status: 201,
          urgency: 'high',
          bytes: 'Ringing'.length + OVERHEAD,
          headers: { ttl: '60', topic: 'call', 'content-encoding': 'aes128gcm' },
        });

        expect(await post(null)).toBe(201);
        await delivered('nothing');
        expect(await post('x'.repeat(LARGEST))).toBe(201);
        await delivered('x'.repeat(LARGEST));
      }));

    test(`${engine.name}: what it is sent is shown on the desktop, with no page open`, () => {
      // A Firefox without libnotify shows nothing: named as skipped, and with CI=true `npm test` fails for it.
      test.skip(engine.mute !== null, engine.mute ?? '');
      return scene(engine, async ({ browser, desktop, post }) => {
        await browser.sleep();
        expect(await post('Ringing')).toBe(201);
        const ringing = await desktop.waitFor(({ summary }) => summary === 'Ringing', PATIENCE);
        expect(ringing.appName).toContain(engine.name);
      });
    });

    test(`${engine.name}: the service refuses what it must`, () =>
      scene(engine, async (scene) => {
        const { browser, post, delivered, subscription } = scene;
        const { service } = browser;
        expect(await post('Mallory', { vapidDetails: { subject, ...webpush.generateVAPIDKeys() } })).toBe(403);
        expect(await postWithout('Authorization', scene)).toBe(401);
        expect(await postWithout('TTL', scene)).toBe(400);
        expect(await post('x'.repeat(LARGEST + 1))).toBe(413);
        service.failNext(429, 5);
        const limited = webpush.sendNotification(subscription, 'Limited', { agent: agentFor(service) });
        expect(await limited.catch(answerOf)).toMatchObject({ statusCode: 429, headers: { 'retry-after': '5' } });
        expect(service.received.map(({ status }) => status)).toEqual([403, 401, 400, 413, 429]);

        expect(await post('After all')).toBe(201);
        await delivered('After all');
        expect(pushed).toEqual(['After all']);

        expect(await browser.unsubscribe()).toBe(true);
        await expect.poll(() => post('Gone'), { timeout: PATIENCE }).toBe(410);
        const again = await browser.subscribe(KEYS.publicKey);
        expect(again.endpoint).not.toBe(subscription.endpoint);
        service.forget(again.endpoint);
        const options = { vapidDetails: { subject, ...KEYS }, agent: agentFor(service) };
        const forgotten = webpush.sendNotification(again, 'Gone', options);
        expect((await forgotten.catch(answerOf)).statusCode).toBe(410);
        const unknown = webpush.sendNotification({ ...again, endpoint: `${again.endpoint}x` }, 'Gone', options);
        expect((await unknown.catch(answerOf)).statusCode).toBe(404);
      }));

    test(`${engine.name}: what was posted to a browser that was away`, () =>
      scene(engine, async ({ browser, post, delivered }) => {
        const { service } = browser;
        await expect.poll(() => service.connected(), { timeout: PATIENCE }).toBe(1);
        expect(await post('Before')).toBe(201);
        await delivered('Before');
        service.disconnect();
        await expect.poll(() => service.connected(), { timeout: PATIENCE }).toBe(0);
        expect(await post('Lost', { TTL: 0 })).toBe(201);
        expect(await post('Ringing', { topic: 'call' })).toBe(201);
        expect(await post('Missed', { topic: 'call' })).toBe(201);
        expect(await post('Voicemail')).toBe(201);
        service.reconnect();
        await Promise.all([delivered('Missed'), delivered('Voicemail')]);
        // With a TTL of 0, to a browser that is there.
        expect(await post('Now', { TTL: 0 })).toBe(201);
        await delivered('Now');
        expect([...pushed].sort()).toEqual(['Before', 'Missed', 'Now', 'Voicemail']);
      }));
  });
}
