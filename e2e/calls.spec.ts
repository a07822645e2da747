/** Two people, two browsers, one switchboard: real calls with real sound. */

import { expect, test } from '@playwright/test';
import type { Switchboard } from '../server/switchboard.ts';
import { isRegistered, openPhone, type Person } from './support/person.ts';
import { startTestSwitchboard } from './support/switchboard.ts';
import { expectSilence, expectTone } from './support/tones.ts';

/** Far enough apart to be told from each other, both inside what any voice codec carries. */
const MAI_TONE = 440;
const HUNG_TONE = 1000;

let switchboard: Switchboard;
let mai: Person;
let hung: Person;

test.beforeAll(async () => {
  // A short ring, so that nobody has to wait 45 s for nobody to answer; the pages hear of it with the session.
  switchboard = await startTestSwitchboard({ ringSeconds: 4 });
  [mai, hung] = await Promise.all([
    openPhone(switchboard.url, '101', { tone: MAI_TONE }),
    openPhone(switchboard.url, '102', { tone: HUNG_TONE }),
  ]);
});

test.beforeEach(() => Promise.all([mai.beginAnew(), hung.beginAnew()]));

test.afterAll(async () => {
  await Promise.all([mai?.close(), hung?.close()]);
  await switchboard?.close();
});

async function connect(): Promise<void> {
  await mai.dial('102');
  await hung.sees('ringing');
  await hung.press('answer');
  await Promise.all([mai.sees('active'), hung.sees('active')]);
}

const ends = (person: Person) =>
  person
    .lastCall()
    .then(({ disconnect, endedFrom }) => ({ response: disconnect?.response, endCode: disconnect?.endCode, endedFrom }));

test('both hear each other; mute silences one way, hold both, and each comes back', async () => {
  await connect();
  await Promise.all([expectTone(mai.page, HUNG_TONE), expectTone(hung.page, MAI_TONE)]);

  await mai.press('mute');
  await expectSilence(hung.page);
  await expectTone(mai.page, HUNG_TONE);
  await mai.press('unmute');
  await expectTone(hung.page, MAI_TONE);

  await mai.press('hold');
  await Promise.all([expectSilence(hung.page), expectSilence(mai.page)]);
  await mai.press('unhold');
  await Promise.all([expectTone(mai.page, HUNG_TONE), expectTone(hung.page, MAI_TONE)]);

  await mai.press('hangUp');
  expect(await ends(mai)).toEqual({ response: 'local', endCode: 200, endedFrom: 'active' });
  expect(await ends(hung)).toEqual({ response: 'remote', endCode: 200, endedFrom: 'active' });
});

test('the one who was called hangs up', async () => {
  await connect();
  await hung.press('hangUp');
  expect(await ends(hung)).toMatchObject({ response: 'local' });
  expect(await ends(mai)).toMatchObject({ response: 'remote', endCode: 200 });
});

test('the caller gives up: CANCEL, and a missed call', async () => {
  await mai.dial('102');
  await hung.sees('ringing');
  await mai.press('hangUp');
  expect(await ends(mai)).toMatchObject({ response: 'canceled', endCode: 487, endedFrom: 'dialing' });
  expect(await ends(hung)).toMatchObject({ response: 'canceled', endCode: 487, endedFrom: 'ringing' });
  expect((await hung.lastCall()).unseen).toBe(true);
});

test('declined here: 486 with Q.850 cause 21 is a rejection to the caller', async () => {
  await mai.dial('102');
  await hung.sees('ringing');
  await hung.press('decline');
  expect(await ends(hung)).toMatchObject({ response: 'declined', endCode: 486 });
  expect(await ends(mai)).toMatchObject({ response: 'rejected', endCode: 486 });
});

test('declined everywhere: 603', async () => {
  await mai.dial('102');
  await hung.sees('ringing');
  await hung.press('declineEverywhere');
  expect(await ends(hung)).toMatchObject({ response: 'declined', endCode: 603 });
  expect(await ends(mai)).toMatchObject({ response: 'rejected', endCode: 603 });
});

test('nobody answers', async () => {
  await mai.dial('102');
  await hung.sees('ringing');
  expect(await ends(mai)).toMatchObject({ response: 'remote', endCode: 408 });
  const missed = await hung.lastCall();
  expect(missed).toMatchObject({ disconnect: { response: 'missed' }, unseen: true });
});

test('busy: who has as many calls as may be is busy, and hears of it afterwards', async () => {
  const [alice, ben] = await Promise.all([
    openPhone(switchboard.url, '103', { tone: 700 }),
    openPhone(switchboard.url, '104', { tone: 600 }),
  ]);
  try {
    await connect();
    await alice.dial('102');
    await hung.sees('ringing');
    await ben.dial('102');
    expect(await ends(ben)).toMatchObject({ response: 'busy', endCode: 486 });
    await alice.press('hangUp');
    await mai.press('hangUp');
    await expect
      .poll(() => responses(hung), { message: 'all calls of the busy one' })
      .toEqual(['busy', 'canceled', 'remote']);
  } finally {
    await Promise.all([alice.close(), ben.close()]);
  }
});

const responses = async (person: Person) =>
  (await person.finished()).map(({ disconnect }) => disconnect?.response).sort();

test('a call to nobody, and to somebody who is not there', async () => {
  await mai.dial('999');
  expect(await ends(mai)).toMatchObject({ response: 'error', endCode: 404 });
  await mai.dial('104');
  expect((await mai.lastCall(2)).disconnect).toMatchObject({ response: 'error', endCode: 480 });
});

test('call back from the recents', async () => {
  await mai.dial('102');
  await hung.sees('ringing');
  await mai.press('hangUp');
  await hung.lastCall();
  await hung.page.locator('[data-tab="recents"]').click();
  await hung.page.locator('switchhook-recents [data-action="callback"]').first().click();
  await mai.sees('ringing');
  await mai.press('answer');
  await expectTone(hung.page, MAI_TONE);
});

test('keypad digits travel in the media (RFC 4733)', async () => {
  await mai.page.evaluate(() => {
    const insert = RTCDTMFSender.prototype.insertDTMF;
    const sent: string[] = [];
    RTCDTMFSender.prototype.insertDTMF = function (...args) {
      this.ontonechange = ({ tone }) => sent.push(tone); // the browser's word that the tone has left
      return insert.apply(this, args);
    };
    Object.assign(window, { sent });
  });
  await connect();
  await mai.page.locator('switchhook-call [data-action="dtmf"]').click();
  for (const digit of ['1', '#']) await mai.page.locator(`switchhook-call [data-key="${digit}"]`).click();
  const sent = () => mai.page.evaluate(() => (window as unknown as { sent: string[] }).sent.filter(Boolean).join(''));
  await expect.poll(sent).toBe('1#');
});

test('keypad digits travel as SIP INFO where that is preferred', async () => {
  const infos: string[] = [];
  hung.page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => {
      const signal = /^INFO [\s\S]*^Signal=(.)/mu.exec(String(payload))?.[1];
      if (signal) infos.push(signal);
    });
  });
  await hung.page.reload(); // so that its socket is seen
  await isRegistered(hung.page);
  await mai.page.locator('[data-tab="settings"]').click();
  await mai.page.locator('[name="dtmf"][value="info"]').check({ force: true });
  await connect();
  await mai.page.locator('switchhook-call [data-action="dtmf"]').click();
  for (const digit of ['4', '2']) await mai.page.locator(`switchhook-call [data-key="${digit}"]`).click();
  await expect.poll(() => infos.join('')).toBe('42');
});

test('hold and resume pressed fast: both sides agree in the end, and hear each other', async () => {
  await connect();
  for (let press = 0; press < 6; press += 1) {
    await mai.page.locator('[data-action="hold"]:visible, [data-action="unhold"]:visible').first().click();
  }
  // Whatever the presses came to, the last of them perhaps still on its way: from there one press on resume is enough.
  const unhold = mai.page.locator('[data-action="unhold"]:visible');
  const heard = { patience: 2_000 };
  await expect(async () => {
    if (await unhold.isVisible()) await unhold.click({ timeout: heard.patience });
    await Promise.all([expectTone(mai.page, HUNG_TONE, heard), expectTone(hung.page, MAI_TONE, heard)]);
  }).toPass({ timeout: 30_000 });
  await expect(hung.page.locator('switchhook-call')).not.toContainText(/on hold|put you/i);
});
