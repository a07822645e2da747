/** The instruments themselves: a test that measures with them is worth no more than they are. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, type Page, test } from '@playwright/test';
import { launchHiddenUser } from './hiddenUser.ts';
import { startDesktop } from './notificationDesktop.ts';
import { attachServiceWorkers } from './serviceWorkers.ts';
import { busMissing } from './sessionBus.ts';
import { CALL_AUDIO, expectSilence, expectTone, measureTone } from './tones.ts';
import { launchUser, type UserBrowser } from './userBrowser.ts';

const PAGE = '<!doctype html><title>Support</title><audio data-call-audio autoplay></audio>';

/** Tells every page which of its events it got; a click opens a page. */
const WORKER = `
  const tell = async (text) => {
    for (const client of await clients.matchAll({ includeUncontrolled: true })) client.postMessage(text);
  };
  addEventListener('notificationclick', (event) => {
    event.notification.close();
    event.waitUntil(tell('click ' + event.action));
  });
  addEventListener('notificationclose', (event) => event.waitUntil(tell('close ' + event.notification.title)));
  addEventListener('push', (event) =>
    event.waitUntil(registration.showNotification(event.data.text(), { requireInteraction: true })));
`;

let origin: string;
const server = createServer((request, response) => {
  const script = request.url === '/worker.js';
  response.setHeader('content-type', script ? 'text/javascript' : 'text/html');
  response.end(script ? WORKER : PAGE);
});

test.beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
test.afterAll(() => new Promise((resolve) => server.close(resolve)));

/** A connection with a microphone on it, kept in the page as `peer`. */
async function openPeer({ page }: UserBrowser): Promise<void> {
  await page.goto(origin);
  await page.evaluate(async (selector) => {
    const microphone = await navigator.mediaDevices.getUserMedia({ audio: true });
    const peer = new RTCPeerConnection();
    peer.addTrack(microphone.getAudioTracks()[0] as MediaStreamTrack, microphone);
    peer.addEventListener('track', ({ streams: [stream] }) => {
      const audio = document.querySelector<HTMLAudioElement>(selector);
      if (audio && stream) audio.srcObject = stream;
    });
    Object.assign(window, { peer });
  }, CALL_AUDIO);
}

/** What a page may send to another: its description with every candidate in it. */
function describePeer(page: Page, type: 'offer' | 'answer'): Promise<RTCSessionDescriptionInit> {
  return page.evaluate(async (kind) => {
    const { peer } = window as unknown as { peer: RTCPeerConnection };
    await peer.setLocalDescription(await (kind === 'offer' ? peer.createOffer() : peer.createAnswer()));
    while (peer.iceGatheringState !== 'complete')
      await new Promise((resolve) => peer.addEventListener('icegatheringstatechange', resolve, { once: true }));
    return { type: kind, sdp: peer.localDescription?.sdp ?? '' };
  }, type);
}

const accept = (page: Page, description: RTCSessionDescriptionInit) =>
  page.evaluate(
    (given) => (window as unknown as { peer: RTCPeerConnection }).peer.setRemoteDescription(given),
    description,
  );

const setSpeaking = (page: Page, speaking: boolean) =>
  page.evaluate((enabled) => {
    const { peer } = window as unknown as { peer: RTCPeerConnection };
    for (const { track } of peer.getSenders()) if (track) track.enabled = enabled;
  }, speaking);

test('each user hears the tone of the other, and silence when the other is silent', async () => {
  const alice = await launchUser({ tone: 1000 });
  const bob = await launchUser({ tone: 440 });
  try {
    await Promise.all([openPeer(alice), openPeer(bob)]);
    expect(await measureTone(alice.page)).toBeNull();
    await accept(bob.page, await describePeer(alice.page, 'offer'));
    await accept(alice.page, await describePeer(bob.page, 'answer'));
    await expectTone(bob.page, 1000);
    await expectTone(alice.page, 440);
    await setSpeaking(alice.page, false);
    await expectSilence(bob.page);
    await expectTone(alice.page, 440);
    await setSpeaking(alice.page, true);
    await expectTone(bob.page, 1000);
    await expect(expectTone(alice.page, 1000, { patience: 500 })).rejects.toThrow('a tone of 1000 Hz');
    await expect(expectSilence(alice.page, { patience: 500 })).rejects.toThrow('silence');
    await alice.page.evaluate((audio) => document.querySelector<HTMLAudioElement>(audio)?.pause(), CALL_AUDIO);
    await expectSilence(alice.page);
  } finally {
    await Promise.all([alice.close(), bob.close()]);
  }
});

test('a notification is shown on the desktop, clicked, sent away and taken back there', async () => {
  const missing = busMissing();
  // Without a session bus there is no desktop: named as skipped, and with CI=true `npm test` fails for it.
  test.skip(missing !== null, missing ?? '');
  const desktop = await startDesktop();
  const user = await launchUser({ tone: 440, desktop });
  try {
    const { page } = user;
    await page.goto(origin);
    await page.evaluate(async () => {
      const told: string[] = [];
      navigator.serviceWorker.addEventListener('message', ({ data }) => told.push(data));
      Object.assign(window, { told });
      await navigator.serviceWorker.register('/worker.js');
      await navigator.serviceWorker.ready;
    });
    const show = (title: string) =>
      page.evaluate(async (shown) => {
        const options = { actions: [{ action: 'answer', title: 'Answer' }] } as NotificationOptions;
        await (await navigator.serviceWorker.ready).showNotification(shown, options);
      }, title);
    const told = () => page.evaluate(() => (window as unknown as { told: string[] }).told);

    await show('Bob');
    const ringing = await desktop.waitFor(({ summary }) => summary === 'Bob');
    expect(() => desktop.click(ringing, 'Decline')).toThrow('has no button "Decline"');
    desktop.click(ringing, 'Answer');
    await expect.poll(told).toContain('click answer');

    await show('Carol');
    desktop.click(await desktop.waitFor(({ summary }) => summary === 'Carol'), 'body');
    await expect.poll(told).toContain('click ');

    await show('Dave');
    desktop.dismiss(await desktop.waitFor(({ summary }) => summary === 'Dave'));
    await expect.poll(told).toContain('close Dave');

    await show('Eve');
    const { id } = await desktop.waitFor(({ summary }) => summary === 'Eve');
    await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      for (const notification of await registration.getNotifications()) notification.close();
    });
    await expect.poll(() => desktop.closed).toContainEqual({ id, by: 'app' });

    const workers = await attachServiceWorkers(user.context);
    await workers.stopAll();
    expect(workers.running()).toEqual([]);
    await workers.push(origin, 'Pushed');
    await desktop.waitFor(({ summary }) => summary === 'Pushed');
    expect(workers.running()).toHaveLength(1);
  } finally {
    await user.close();
    await desktop.stop();
  }
});

test('a hidden tab is hidden for real', async () => {
  const user = await launchHiddenUser(origin, { tone: 440 });
  try {
    await user.page.goto(origin);
    const state = () =>
      user.page.evaluate(() => ({ visible: document.visibilityState, allowed: Notification.permission }));
    expect(await state()).toEqual({ visible: 'visible', allowed: 'granted' });
    await user.hide();
    expect(await state()).toEqual({ visible: 'hidden', allowed: 'granted' });
    await user.show();
    expect(await state()).toEqual({ visible: 'visible', allowed: 'granted' });
  } finally {
    await user.close();
  }
});
