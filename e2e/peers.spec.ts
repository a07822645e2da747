/** Our phone and baresip, a telephone that we did not write: through Kamailio, and through rtpengine between their media. */

import { expect, test } from '@playwright/test';
import type { Baresip, BaresipOptions } from './support/peers/baresip.ts';
import { BARE, BARE_TONE, baresipHears, MAI, MAI_TONE, type Stage, testOnStage } from './support/peers/stage.ts';
import type { Person } from './support/person.ts';
import { expectSilence, expectTone, isTone, measureTone, type Tone } from './support/tones.ts';

let stage: Stage;
let mai: Person;

testOnStage((set) => {
  stage = set;
  ({ mai } = stage);
});

async function callBaresip(options: Pick<BaresipOptions, 'codec'> = {}): Promise<Baresip> {
  const phone = await stage.plugIn(options);
  await mai.dial(BARE);
  await phone.sees('CALL_INCOMING');
  await phone.does('accept');
  await mai.sees('active');
  return phone;
}

/** How the call that is over now ended on our side. */
async function end() {
  const { disconnect, endedFrom, peer } = await stage.ended();
  return { response: disconnect?.response, endCode: disconnect?.endCode, endedFrom, peer: peer.handle };
}

async function hangUp(): Promise<void> {
  await mai.press('hangUp');
  expect(await end()).toMatchObject({ response: 'local', endCode: 200 });
}

for (const codec of ['opus/48000/2', 'PCMU/8000/1'] as const) {
  test(`we call, both hear each other (${codec})`, async () => {
    const phone = await callBaresip({ codec });
    await Promise.all([expectTone(mai.page, BARE_TONE), baresipHears(phone, MAI_TONE)]);
    await hangUp();
    await phone.sees('CALL_CLOSED');
  });
}

test('we are called, with the name of the caller; both hear each other; they hang up', async () => {
  const phone = await stage.plugIn();
  await phone.does('dial', stage.uriOf(MAI));
  await mai.sees('ringing');
  await phone.sees('CALL_RINGING');
  await mai.press('answer');
  await mai.sees('active');
  await Promise.all([expectTone(mai.page, BARE_TONE), baresipHears(phone, MAI_TONE)]);
  await phone.does('hangup');
  expect(await end()).toEqual({ response: 'remote', endCode: 200, endedFrom: 'active', peer: BARE });
});

test('we hold: silence both ways, and their voice back afterwards', async () => {
  const phone = await callBaresip();
  await Promise.all([expectTone(mai.page, BARE_TONE), baresipHears(phone, MAI_TONE)]);
  await mai.press('hold');
  await expectSilence(mai.page);
  await expect.poll(async () => (await phone.hears())?.rms ?? 0, { message: 'silence at baresip' }).toBe(0);
  await mai.press('unhold');
  await expectTone(mai.page, BARE_TONE);
  await hangUp();
});

test('they hold: silence, said on the screen; and their voice back afterwards', async () => {
  const phone = await callBaresip();
  const screen = mai.page.locator('switchhook-call');
  await expectTone(mai.page, BARE_TONE);
  await phone.does('hold');
  await expectSilence(mai.page);
  await expect(screen).toContainText(/on hold/i);
  await phone.does('resume');
  await expectTone(mai.page, BARE_TONE);
  await expect(screen).not.toContainText(/on hold/i);
  await hangUp();
});

for (const transport of ['rtp', 'info'] as const) {
  test(`our keypad digits arrive (${transport})`, async () => {
    await mai.page.locator('[data-tab="settings"]').click();
    await mai.page.locator(`[name="dtmf"][value="${transport}"]`).check({ force: true });
    const phone = await callBaresip();
    await mai.page.locator('switchhook-call [data-action="dtmf"]').click();
    for (const digit of ['4', '#']) {
      await mai.page.locator(`switchhook-call [data-key="${digit}"]`).click();
      expect(await phone.sees('CALL_DTMF_START')).toMatchObject({ param: digit });
    }
    await hangUp();
  });
}

test('their keypad digits are heard', async () => {
  const phone = await callBaresip();
  await expectTone(mai.page, BARE_TONE);
  // Shorter than it takes to listen: pressed until it is heard. 5 is 770 and 1336 Hz (ITU-T Q.23).
  let heard = false;
  const pressing = (async () => {
    while (!heard) await phone.does('sndcode', '5');
  })();
  const isFive = (tone: Tone | null) => [770, 1336].some((hz) => isTone(tone, hz));
  try {
    await expect.poll(async () => isFive(await measureTone(mai.page)), { intervals: [0] }).toBe(true);
  } finally {
    heard = true;
    await pressing;
  }
  await expectTone(mai.page, BARE_TONE);
  await hangUp();
});

test('they refuse: busy; they give up: a missed call; we give up: they stop ringing', async () => {
  const phone = await stage.plugIn();
  await mai.dial(BARE);
  await phone.sees('CALL_INCOMING');
  await phone.does('hangup');
  expect(await end()).toMatchObject({ response: 'busy', endCode: 486, endedFrom: 'dialing' });

  await phone.does('dial', stage.uriOf(MAI));
  await mai.sees('ringing');
  await phone.does('hangup');
  expect(await end()).toMatchObject({ response: 'canceled', endCode: 487, endedFrom: 'ringing' });

  await mai.dial(BARE);
  await phone.sees('CALL_INCOMING');
  await mai.press('hangUp');
  expect(await end()).toMatchObject({ response: 'canceled', endCode: 487, endedFrom: 'dialing' });
  await phone.sees('CALL_CLOSED');
});
