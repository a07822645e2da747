/** Calls handed on between our phone, baresip and sipp: three kinds of telephone in one transfer (RFC 3515, RFC 5589). */

import { expect, test } from '@playwright/test';
import type { Baresip, BaresipOptions } from './support/peers/baresip.ts';
import { acknowledges, answers, awaits, awaitsInvite } from './support/peers/scenario.ts';
import { BARE, BARE_TONE, baresipHears, MAI, MAI_TONE, type Stage, testOnStage } from './support/peers/stage.ts';
import { openPhone } from './support/person.ts';
import { expectTone } from './support/tones.ts';

const HUNG = '102';
const HUNG_TONE = 1000;
/** sipp, which sends back what it hears. */
const ECHO = '104';

let stage: Stage;

testOnStage((set) => {
  stage = set;
});

/** Mai calls baresip, and both hear each other. */
async function talk(options: Pick<BaresipOptions, 'codec'> = {}): Promise<Baresip> {
  const bare = await stage.plugIn(options);
  await stage.mai.dial(BARE);
  await bare.sees('CALL_INCOMING');
  await bare.does('accept');
  await stage.mai.sees('active');
  await expectTone(stage.mai.page, BARE_TONE);
  return bare;
}

test('baresip hands us on: we talk to the third, and baresip is out', async () => {
  const echo = [answers('180 Ringing'), answers('200 OK', { sdp: {} }), awaits('ACK')];
  const sipp = await stage.answersAs(ECHO, [awaitsInvite(), ...echo, awaits('BYE'), acknowledges('200 OK')]);
  const phone = await talk();
  await phone.does('transfer', stage.uriOf(ECHO));
  await expectTone(stage.mai.page, MAI_TONE);
  await phone.sees('CALL_CLOSED');
  await stage.mai.sees('active');
  await stage.mai.press('hangUp');
  await sipp.done();
  const { disconnect, peer } = await stage.ended();
  expect({ response: disconnect?.response, peer: peer.handle }).toEqual({ response: 'local', peer: ECHO });
});

test('baresip hands us on to somebody who is busy: it is told, and gives up on both', async () => {
  const sipp = await stage.answersAs(ECHO, [awaitsInvite(), answers('486 Busy Here'), awaits('ACK')]);
  const phone = await talk();
  await phone.does('transfer', stage.uriOf(ECHO));
  await sipp.done();
  expect(await phone.sees('TRANSFER_FAILED')).toMatchObject({ param: '486 Busy Here' });
  // Its BYE: baresip 1.0 does not take a call back. Ours goes on until then.
  const { disconnect, peer } = await stage.ended();
  expect({ response: disconnect?.response, peer: peer.handle }).toEqual({ response: 'remote', peer: BARE });
});

/** How the call of who has handed on ended: his part is done, theirs goes on. */
async function expectHandedOn(to: string): Promise<void> {
  expect(await stage.ended()).toMatchObject({
    disconnect: { response: 'local', endCode: 200 },
    peer: { handle: BARE },
    transfer: { by: 'local', state: 'accepted', target: { handle: to } },
  });
}

test('we hand baresip on to a browser: the two hear each other, and we are out', async () => {
  const hung = await openPhone(stage.exchange.url, HUNG, { tone: HUNG_TONE });
  try {
    const phone = await talk();
    await stage.mai.transferTo(HUNG);
    await hung.sees('ringing');
    // No more than that: baresip does not report that it rings there.
    await expect(stage.mai.page.locator('switchhook-call')).toContainText('Transferring');
    await hung.press('answer');
    await hung.sees('active');
    await Promise.all([expectTone(hung.page, BARE_TONE), baresipHears(phone, HUNG_TONE)]);
    await expectHandedOn(HUNG);
    await hung.press('hangUp');
    expect((await hung.lastCall()).peer.handle).toBe(BARE);
  } finally {
    await hung.close();
  }
});

test('we hand baresip on to another such telephone: it hears itself come back from there, and we are out', async () => {
  const echo = [answers('180 Ringing'), answers('200 OK', { sdp: {} }), awaits('ACK')];
  const sipp = await stage.answersAs(ECHO, [awaitsInvite(), ...echo, awaits('BYE'), acknowledges('200 OK')]);
  // All that sipp has: with Opus alone the two would connect and hear nothing.
  const phone = await talk({ codec: 'PCMU/8000/1' });
  await stage.mai.transferTo(ECHO);
  await expectHandedOn(ECHO);
  await baresipHears(phone, BARE_TONE);
  expect(sipp.messages()).toContain(`Referred-By: <${stage.uriOf(MAI)}>`);
  await phone.does('hangup');
  await sipp.done();
});

test('we hand baresip on to somebody who is busy: we are told, and our call goes on both ways', async () => {
  const sipp = await stage.answersAs(ECHO, [awaitsInvite(), answers('486 Busy Here'), awaits('ACK')]);
  const phone = await talk();
  const { page } = stage.mai;
  await stage.mai.transferTo(ECHO);
  await sipp.done();
  await expect(page.locator('switchhook-call')).toContainText(
    'Transfer did not work: They are busy, or do not want to answer.',
  );
  await stage.mai.sees('active');
  await expectTone(page, BARE_TONE);
  // Its recorder does not outlive a hold: a digit in the media is what shows that it hears us.
  await page.locator('switchhook-call [data-action="dtmf"]').click();
  await page.locator('switchhook-call [data-key="5"]').click();
  expect(await phone.sees('CALL_DTMF_START')).toMatchObject({ param: '5' });
  await stage.mai.press('hangUp');
  await phone.sees('CALL_CLOSED');
  const { disconnect, peer, transfer } = await stage.ended();
  expect({ response: disconnect?.response, peer: peer.handle, transfer: transfer?.state }).toEqual({
    response: 'local',
    peer: BARE,
    transfer: 'failed',
  });
});
