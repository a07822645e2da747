/** Somebody with an account of their own who knows the ids of a call that is not theirs: it goes on as if they were not there. */

import { expect, test } from '@playwright/test';
import { uriOf } from '../server/sip/testing/dialogs.ts';
import type { RawClient } from '../server/sip/testing/rawClient.ts';
import type { Switchboard } from '../server/switchboard.ts';
import { openPhone, type Person } from './support/person.ts';
import { dialogIn, listenToSip, type SeenDialog, stranger } from './support/sip.ts';
import { startTestSwitchboard } from './support/switchboard.ts';
import { expectSilence, expectTone } from './support/tones.ts';

const MAI_TONE = 440;
const HUNG_TONE = 1000;

let switchboard: Switchboard;
let mai: Person;
let hung: Person;
let ben: RawClient;
let dialog: SeenDialog;

test.beforeAll(async () => {
  switchboard = await startTestSwitchboard();
  [mai, hung] = await Promise.all([
    openPhone(switchboard.url, '101', { tone: MAI_TONE }),
    openPhone(switchboard.url, '102', { tone: HUNG_TONE }),
  ]);
  ben = await stranger(switchboard, '104');
  const messages = await listenToSip(mai.page);
  await mai.dial('102');
  await hung.sees('ringing');
  await hung.press('answer');
  await Promise.all([mai.sees('active'), hung.sees('active')]);
  dialog = dialogIn(messages);
});

test.afterAll(async () => {
  ben?.ws.terminate();
  await Promise.all([mai?.close(), hung?.close()]);
  await switchboard?.close();
});

/** They hear each other, and nobody rings. */
async function undisturbed(): Promise<void> {
  await Promise.all([expectTone(mai.page, HUNG_TONE), expectTone(hung.page, MAI_TONE)]);
  for (const { page } of [mai, hung]) {
    await expect(page.locator('switchhook-call')).toContainText('Connected');
    await expect(page.locator('switchhook-incoming, switchhook-other-call')).toHaveCount(0);
  }
}

test('cannot send anybody anywhere from outside a call', async () => {
  await ben.sendAuthenticated('REFER', uriOf('102'), [
    `Contact: <${ben.gruu}>`,
    `Refer-To: <${uriOf('104')}>`,
    `Referred-By: <${uriOf('101')}>`,
  ]);
  await ben.expectResponse(405, 'REFER');
  await undisturbed();
});

test('cannot take the place of either side', async () => {
  const place = `${dialog.callId};to-tag=${dialog.calleeTag};from-tag=${dialog.callerTag}`;
  const take = async (replaces: string): Promise<number> => {
    const headers = [`Contact: <${ben.gruu}>`, 'Content-Type: application/sdp', `Replaces: ${replaces}`];
    const forged = [`P-Asserted-Identity: <${uriOf('101')}>`, `Referred-By: <${uriOf('101')}>`];
    await ben.sendAuthenticated('INVITE', uriOf('102'), [...headers, ...forged, 'Require: replaces'], 'v=0\r\n');
    return (await ben.expectResponse([200, 403, 481, 486], 'INVITE')).status;
  };
  expect(await take(place)).toBe(403);
  expect(await take('nothing@nowhere;to-tag=x;from-tag=y')).toBe(481);
  await undisturbed();
});

test('cannot ring under the name of the call, and so end it on a screen while it goes on', async () => {
  const about = [`Call-ID: ${dialog.callId}`, `Contact: <${ben.gruu}>`, 'Content-Type: application/sdp'];
  const ring = await ben.sendAuthenticated('INVITE', uriOf('102'), about, 'v=0\r\n');
  const { status } = await ben.expectResponse([180, 482, 486], 'INVITE');
  if (status === 180) {
    ben.cancel(ring);
    await ben.expectResponse(487, 'INVITE');
  }
  await undisturbed();
  await hung.press('hold');
  await expectSilence(mai.page);
  await hung.press('unhold');
  await undisturbed();
});

/** Later than any of the call: JsSIP begins somewhere below 10,000, and an earlier one is out of order (500, RFC 3261 12.2.2). */
const LATER = 100_000;

test('cannot send one of the two away in the name of the other', async () => {
  ben.sendRaw(
    ben.request('REFER', dialog.target, [
      `From: <${uriOf('104')}>;tag=${dialog.callerTag}`,
      `To: <${uriOf('102')}>;tag=${dialog.calleeTag}`,
      `Call-ID: ${dialog.callId}`,
      `CSeq: ${LATER} REFER`,
      `Contact: <${ben.gruu}>`,
      `Refer-To: <${uriOf('104')}>`,
    ]),
  );
  await ben.expectResponse([202, 403, 481], 'REFER');
  await ben.settle();
  expect(ben.has((message) => message.kind === 'request' && message.method === 'INVITE')).toBe(false);
  await undisturbed();
});
