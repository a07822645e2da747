/**
 * The browser may stop the worker right after it has given it a push, and the push is lost. The switchboard sends it again until
 * somebody says that it rings: every call rings, once.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@playwright/test';
import type { DesktopNotification } from './support/notificationDesktop.ts';
import { PATIENCE, type PushStage, startPushStage } from './support/push/stage.ts';
import { attachServiceWorkers, type ServiceWorkers } from './support/serviceWorkers.ts';
import { busMissing } from './support/sessionBus.ts';
import { waitUntil } from './support/waiting.ts';

// Without a session bus there is no desktop to click on: named as skipped, and with CI=true `npm test` fails for it.
test.skip(busMissing() !== null, busMissing() ?? '');

/** Only of workers that were there: a stop that comes before the browser has started one is none. */
const KILLS = 100;
/** In one call; a worker that got to say that it rings is sent no more, so a call may have fewer. */
const KILLS_PER_CALL = 12;
/** ms between a push and its kill, at random below this: from "not yet read" to "written and shown, but not said". */
const MOST_BETWEEN = 20;
/** ms; real ones wait for seconds. */
const RESEND = 200;

let stage: PushStage;
let workers: ServiceWorkers;

/** Kills that are left in this call, and those that were made in all; pushes that were followed by a stop. */
let left = 0;
let kills = 0;
let stops = 0;

/** The worker is given the push, and is stopped a moment later. Every second one was running already, and gets further. */
async function deliver(payload: string): Promise<{ status: number }> {
  const deadly = left > 0 && (JSON.parse(payload) as { type: string }).type === 'ring';
  if (deadly && stops % 2 === 1) {
    await workers.sync(stage.switchboard.url, 'wake-up');
    await waitUntil('the worker to run', PATIENCE, () =>
      workers.running().some(({ runningStatus }) => runningStatus === 'running'),
    );
  }
  await workers.push(stage.switchboard.url, payload);
  if (!deadly) return { status: 201 };
  stops += 1;
  await pause(Math.random() * MOST_BETWEEN); // not a wait for anything: the moment of the kill is to be random
  if (workers.running().length > 0) {
    left -= 1;
    kills += 1;
  }
  await workers.kill();
  return { status: 201 };
}

test.beforeEach(async () => {
  stage = await startPushStage({
    ringSeconds: 60,
    limits: { pushResendMs: RESEND, pushResendMaxMs: RESEND },
    push: { send: ({ payload }) => deliver(payload) },
  });
  const { page, browser } = await stage.person('102', { tone: 1000, desktop: stage.desktop });
  workers = await attachServiceWorkers(browser.context);
  await page.close();
  await stage.connected(1);
  await workers.stopAll();
});

test.afterEach(() => stage?.close());

const rings = (): DesktopNotification[] =>
  stage.desktop.notifications.filter(({ open, summary }) => open && summary === 'Incoming audio call');

/** Any number of them: "Missed call", "2 missed calls". */
const isMissed = ({ summary }: DesktopNotification) => /missed call/iu.test(summary);

async function callOnce(number: number): Promise<void> {
  left = Math.min(KILLS_PER_CALL, KILLS - kills);
  await stage.mai.dial('102');
  await expect(stage.mai.page.locator('switchhook-call')).toContainText(/ringing/i, { timeout: PATIENCE });
  expect(rings(), `the ring of call ${number}`).toHaveLength(1);
  left = 0;
  await stage.mai.press('hangUp');
  await stage.mai.lastCall(number);
  const summary = number === 1 ? 'Missed call' : `${number} missed calls`;
  await stage.desktop.waitFor((shown) => isMissed(shown) && shown.summary === summary, PATIENCE);
  expect(rings(), `after the end of call ${number}`).toEqual([]);
}

test(`${KILLS} workers that die within ${MOST_BETWEEN} ms of a push: every call rings, once`, async () => {
  test.setTimeout(240_000);
  let calls = 0;
  while (kills < KILLS) {
    calls += 1;
    await callOnce(calls);
  }
});
