/** What can happen inside a call with a telephone that is not ours: early media, hold, changes of the media, digits. */

import { expect, test } from '@playwright/test';
import {
  acknowledges,
  answers,
  asksAs,
  awaits,
  awaitsAnswer,
  awaitsCue,
  awaitsFinal,
  awaitsInvite,
  type Content,
  invites,
  plays,
  REFUSED,
  type Step,
} from './support/peers/scenario.ts';
import type { Sipp } from './support/peers/sipp.ts';
import { MAI_TONE, type Stage, testOnStage, VOICE_TONE } from './support/peers/stage.ts';
import { expectSilence, expectTone } from './support/tones.ts';

const FAR = '103';

let stage: Stage;
testOnStage((set) => {
  stage = set;
});

const ANSWERED = [awaitsInvite(), answers('180 Ringing'), answers('200 OK', { sdp: {} }), awaits('ACK')];
const GOODBYE = [awaits('BYE'), acknowledges('200 OK')];
/** A re-INVITE of sipp's that has to be answered with 200. */
const changes = (content: Content): Step[] => [
  asksAs.callee('INVITE', content),
  awaitsFinal(200),
  asksAs.callee('ACK'),
];

/** Mai calls a telephone that sends back what it hears: her own tone means that both ways are open. */
async function talk(...steps: readonly Step[]): Promise<Sipp> {
  const sipp = await stage.answersAs(FAR, [...ANSWERED, ...steps, ...GOODBYE]);
  await stage.mai.dial(FAR);
  await stage.mai.sees('active');
  await expectTone(stage.mai.page, MAI_TONE);
  return sipp;
}

async function hangUp(sipp: Sipp): Promise<void> {
  await stage.mai.press('hangUp');
  await sipp.done();
  expect((await stage.ended()).disconnect).toMatchObject({ response: 'local', endCode: 200 });
}

test('early media: heard before the answer, and after it', async () => {
  const sipp = await stage.answersAs(FAR, [
    awaitsInvite(),
    answers('183 Session Progress', { sdp: { sound: 'stream' } }),
    plays(),
    awaitsCue(),
    answers('200 OK', { sdp: { sound: 'stream' } }),
    awaits('ACK'),
    ...GOODBYE,
  ]);
  const { mai } = stage;
  await mai.dial(FAR);
  await expectTone(mai.page, VOICE_TONE);
  await mai.sees('dialing');
  await sipp.cue();
  await mai.sees('active');
  await expectTone(mai.page, VOICE_TONE);
  await hangUp(sipp);
});

test('early media and then a refusal: heard, and over', async () => {
  const sipp = await stage.answersAs(FAR, [
    awaitsInvite(),
    answers('183 Session Progress', { sdp: { sound: 'stream' } }),
    plays(),
    awaitsCue(),
    answers('603 Decline'),
    awaits('ACK'),
  ]);
  await stage.mai.dial(FAR);
  await expectTone(stage.mai.page, VOICE_TONE);
  await sipp.cue();
  expect((await stage.ended()).disconnect).toMatchObject({ response: 'rejected', endCode: 603 });
  await expectSilence(stage.mai.page);
  await sipp.done();
});

for (const direction of ['sendonly', 'inactive'] as const) {
  test(`they hold (${direction}) and come back`, async () => {
    const sipp = await talk(awaitsCue(), ...changes({ sdp: { direction } }), awaitsCue(), ...changes({ sdp: {} }));
    const screen = stage.mai.page.locator('switchhook-call');
    await sipp.cue();
    await expectSilence(stage.mai.page);
    await expect(screen).toContainText(/on hold/i);
    await sipp.cue();
    await expectTone(stage.mai.page, MAI_TONE);
    await expect(screen).not.toContainText(/on hold/i);
    await hangUp(sipp);
  });
}

test('we hold and come back', async () => {
  const sipp = await talk(
    awaits('INVITE'),
    acknowledges('200 OK', { sdp: { direction: 'recvonly' } }),
    awaits('ACK'),
    awaits('INVITE'),
    acknowledges('200 OK', { sdp: {} }),
    awaits('ACK'),
  );
  await stage.mai.press('hold');
  await expectSilence(stage.mai.page);
  await stage.mai.press('unhold');
  await expectTone(stage.mai.page, MAI_TONE);
  await hangUp(sipp);
});

test('they refuse our hold: the call lives on as it was, and can be held later', async () => {
  const sipp = await talk(
    awaits('INVITE'),
    acknowledges('488 Not Acceptable Here'),
    awaits('ACK'),
    awaits('INVITE'),
    acknowledges('200 OK', { sdp: { direction: 'recvonly' } }),
    awaits('ACK'),
  );
  await stage.mai.press('hold');
  await expect(stage.mai.page.locator('[data-action="hold"]:visible').first()).toBeEnabled();
  await expectTone(stage.mai.page, MAI_TONE);
  await stage.mai.press('hold');
  await expectSilence(stage.mai.page);
  await hangUp(sipp);
});

test('they answer our hold too late: the call goes on as it was, and they are asked to go back', async () => {
  const sipp = await talk(
    awaits('INVITE'),
    acknowledges('100 Trying'),
    awaitsCue(),
    acknowledges('200 OK', { sdp: { direction: 'recvonly' } }),
    awaits('ACK'),
    awaits('INVITE'),
    acknowledges('200 OK', { sdp: {} }),
    awaits('ACK'),
  );
  const { mai } = stage;
  await mai.press('hold');
  // It is being done for as long as a person waits for it, and then it has failed.
  const hold = mai.page.locator('[data-action="hold"]:visible').first();
  await expect(hold).toBeDisabled();
  await expect(hold).toBeEnabled();
  await expectTone(mai.page, MAI_TONE);
  await sipp.cue();
  await sipp.sees(/^a=recvonly[\s\S]*^INVITE [\s\S]*^a=sendrecv/mu);
  await expectTone(mai.page, MAI_TONE);
  await hangUp(sipp);
});

test('video that we do not take is left out, not refused; without one codec of ours a change is refused, and nothing changes', async () => {
  const video = ['m=video [media_port] RTP/AVP 96', 'a=rtpmap:96 H263-1998/90000'];
  const sipp = await talk(
    awaitsCue(),
    ...changes({ sdp: { more: video } }),
    awaitsCue(),
    // G.729, which no browser has.
    asksAs.callee('INVITE', { sdp: { formats: '18' } }),
    awaitsFinal(488),
    asksAs.callee('ACK', { branch: REFUSED }),
  );
  await sipp.cue();
  await sipp.sees(/^m=video 0 /mu);
  await expectTone(stage.mai.page, MAI_TONE);
  await sipp.cue();
  await sipp.sees(/^SIP\/2\.0 488 /mu);
  await expectTone(stage.mai.page, MAI_TONE);
  await hangUp(sipp);
});

test('their digits by INFO are taken, and what we do not know is refused without harm', async () => {
  const digit = ['Content-Type: application/dtmf-relay'];
  const sipp = await talk(
    awaitsCue(),
    asksAs.callee('INFO', { headers: digit, body: ['Signal=5', 'Duration=160'] }),
    awaitsFinal(200),
    asksAs.callee('UPDATE'),
    awaitsFinal(200),
    asksAs.callee('OPTIONS'),
    awaitsFinal(200),
  );
  await sipp.cue();
  await expectTone(stage.mai.page, MAI_TONE);
  await hangUp(sipp);
});

test('a call from such a telephone: both ways, and it hangs up', async () => {
  const goodbye = [awaitsCue(), asksAs.caller('BYE'), awaitsFinal(200)];
  const sipp = await stage.callsAs(FAR, [invites({ sdp: {} }), awaitsAnswer(), asksAs.caller('ACK'), ...goodbye]);
  await stage.mai.sees('ringing');
  await stage.mai.press('answer');
  await expectTone(stage.mai.page, MAI_TONE);
  await sipp.cue();
  await sipp.done();
  expect((await stage.ended()).disconnect).toMatchObject({ response: 'remote', endCode: 200 });
});
