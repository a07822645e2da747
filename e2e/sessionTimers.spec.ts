/** Session timers (RFC 4028): a call is refreshed by UPDATE while both are there, and ends where one has vanished. */

import { expect, test } from '@playwright/test';
import type { Switchboard } from '../server/switchboard.ts';
import { openPhone, type Person } from './support/person.ts';
import { listenToSip } from './support/sip.ts';
import { startTestSwitchboard } from './support/switchboard.ts';
import { expectTone } from './support/tones.ts';

const MAI_TONE = 440;
const HUNG_TONE = 1000;

/** s of a session unless it is refreshed, JsSIP's default; the one who was called refreshes at half of it. */
const EXPIRES = 90;

let switchboard: Switchboard;
let mai: Person;
let hung: Person;

test.beforeEach(async () => {
  switchboard = await startTestSwitchboard();
  [mai, hung] = await Promise.all([
    openPhone(switchboard.url, '101', { tone: MAI_TONE }),
    openPhone(switchboard.url, '102', { tone: HUNG_TONE }),
  ]);
});

test.afterEach(async () => {
  await Promise.all([mai?.close(), hung?.close()]);
  await switchboard?.close();
});

/** The timers of one page run ahead; the network, the media and the other page keep their time. */
async function connect(ahead: Person): Promise<readonly string[]> {
  await ahead.page.clock.install();
  const messages = await listenToSip(ahead.page);
  await mai.dial('102');
  await hung.sees('ringing');
  await hung.press('answer');
  await Promise.all([mai.sees('active'), hung.sees('active')]);
  return messages;
}

test('the call is refreshed by UPDATE, and goes on', async () => {
  const messages = await connect(hung);
  const updates = () => messages.filter((message) => message.startsWith('UPDATE ')).length;
  const answers = () => messages.filter((message) => /^SIP\/2\.0 200[\s\S]*^CSeq: \d+ UPDATE/mu.test(message)).length;
  expect(updates()).toBe(0);
  await hung.page.clock.runFor((EXPIRES / 2) * 1_000);
  await expect.poll(() => [updates(), answers()]).toEqual([1, 1]);
  await Promise.all([expectTone(mai.page, HUNG_TONE), expectTone(hung.page, MAI_TONE)]);
  await Promise.all([mai.sees('active'), hung.sees('active')]);
});

test('a far side that refreshes no more is gone, and the call says so', async () => {
  const messages = await connect(mai);
  await mai.page.clock.runFor(EXPIRES * 1.1 * 1_000);
  await expect.poll(() => messages.some((message) => message.startsWith('BYE '))).toBe(true);
  expect(await mai.lastCall()).toMatchObject({ disconnect: { response: 'error', endCode: 408 } });
});
