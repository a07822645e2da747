/** Session timers (RFC 4028): a call is refreshed by UPDATE while both are there. */

import { expect, test } from '@playwright/test';
import { breakLineWith, listenToSip } from './support/sip.ts';
import { closeThree, HUNG_TONE, MAI_TONE, openThree, type Three, talk } from './support/three.ts';
import { expectTone } from './support/tones.ts';

/** ms of a session unless it is refreshed, JsSIP's default; the one who was called refreshes at half of it. */
const EXPIRES = 90_000;

let three: Three;

test.beforeEach(async () => {
  three = await openThree();
});

test.afterEach(() => closeThree(three));

/** Seen on the socket of who refreshes. */
const countUpdates = (messages: readonly string[]) => ({
  sent: messages.filter((message) => message.startsWith('UPDATE ')).length,
  answered: messages.filter((message) => /^SIP\/2\.0 200[\s\S]*^CSeq: \d+ UPDATE/mu.test(message)).length,
});

test('the call is refreshed by UPDATE before its session expires, and goes on', async () => {
  test.setTimeout(EXPIRES + 60_000);
  const { mai, hung } = three;
  const messages = await listenToSip(hung.page);
  await talk(three);
  const seen = { timeout: EXPIRES, intervals: [1_000] };
  await expect.poll(() => countUpdates(messages), seen).toEqual({ sent: 1, answered: 1 });
  await Promise.all([expectTone(mai.page, HUNG_TONE), expectTone(hung.page, MAI_TONE)]);
  await Promise.all([mai.sees('active'), hung.sees('active')]);
});

test('the line breaks as the call is refreshed: that is done again, and the call goes on', async () => {
  test.setTimeout(EXPIRES + 60_000);
  const { mai, hung } = three;
  await breakLineWith(hung.page, 'UPDATE');
  const messages = await listenToSip(mai.page);
  await talk(three);
  // What is lost on the way has not reached Mai: what she has seen of them was sent again.
  const taken = () => messages.filter((message) => message.startsWith('UPDATE ')).length;
  await expect.poll(taken, { timeout: EXPIRES, intervals: [1_000] }).toBe(1);
  await Promise.all([expectTone(mai.page, HUNG_TONE), expectTone(hung.page, MAI_TONE)]);
  await Promise.all([mai.sees('active'), hung.sees('active')]);
});
