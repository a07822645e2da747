/** Why a call ended, both ways: what the far side's code makes of our record, and what ours is on the wire (1.2). */

import { expect, test } from '@playwright/test';
import type { DisconnectResponse } from '../shared/calls/disconnect.ts';
import { endReason } from '../shared/i18n/endReasons.ts';
import {
  answers,
  asksAs,
  awaits,
  awaitsAnswer,
  awaitsCue,
  awaitsFinal,
  awaitsInvite,
  awaitsRefusal,
  invites,
  redirects,
} from './support/peers/scenario.ts';
import { type Stage, testOnStage } from './support/peers/stage.ts';

const FAR = '103';

let stage: Stage;
testOnStage((set) => {
  stage = set;
});

/** The words for it on the screen. */
const SHOWN = {
  busy: 'Busy',
  rejected: 'Declined',
  remote: 'No answer',
  canceled: 'Canceled',
  error: 'The call failed',
} as const satisfies Partial<Record<DisconnectResponse, string>>;

interface Refusal {
  status: string;
  reason?: string;
  /** It rang before. */
  rang: boolean;
  response: keyof typeof SHOWN;
}

/** The table of chapter 1.2, outgoing, as telephones have these codes. */
const REFUSALS: readonly Refusal[] = [
  { status: '486 Busy Here', rang: false, response: 'busy' },
  { status: '486 Busy Here', reason: 'Q.850;cause=17;text="User busy"', rang: true, response: 'busy' },
  { status: '486 Busy Here', reason: 'Q.850;cause=21;text="Call rejected"', rang: true, response: 'rejected' },
  { status: '603 Decline', rang: true, response: 'rejected' },
  { status: '604 Does Not Exist Anywhere', rang: false, response: 'rejected' },
  { status: '480 Temporarily Unavailable', rang: true, response: 'remote' },
  { status: '480 Temporarily Unavailable', rang: false, response: 'error' },
  { status: '408 Request Timeout', rang: true, response: 'remote' },
  { status: '600 Busy Everywhere', rang: true, response: 'remote' },
  { status: '600 Busy Everywhere', rang: false, response: 'error' },
  { status: '403 Forbidden', rang: false, response: 'error' },
  { status: '404 Not Found', rang: false, response: 'error' },
  { status: '484 Address Incomplete', rang: false, response: 'error' },
  { status: '488 Not Acceptable Here', rang: true, response: 'error' },
  { status: '487 Request Terminated', rang: true, response: 'canceled' },
  { status: '500 Server Internal Error', rang: false, response: 'error' },
  { status: '601 Ended', rang: true, response: 'remote' },
  { status: '602 Ended Elsewhere', rang: true, response: 'remote' },
  // No 503: a proxy may make a 500 of it (RFC 3261 16.7, item 6).
];

for (const { status, reason, rang, response } of REFUSALS) {
  test(`${status}${reason ? ` (${reason})` : ''}${rang ? ' after ringing' : ''}: ${response}`, async () => {
    const headers = reason ? [`Reason: ${reason}`] : [];
    const ringing = rang ? [answers('180 Ringing')] : [];
    const sipp = await stage.answersAs(FAR, [awaitsInvite(), ...ringing, answers(status, { headers }), awaits('ACK')]);
    await stage.mai.dial(FAR);
    const { disconnect, remoteRingingAt } = await stage.ended();
    const endCode = Number.parseInt(status, 10);
    expect({ ...disconnect, rang: remoteRingingAt !== null }).toMatchObject({ response, endCode, rang });
    const screen = stage.mai.page.locator('switchhook-ended');
    await expect(screen).toContainText(SHOWN[response]);
    if (response === 'error') await expect(screen).toContainText(endReason(endCode, 'en'));
    await sipp.done();
  });
}

test('302: not followed, and said so', async () => {
  const elsewhere = '<sip:104@127.0.0.1>';
  const sipp = await stage.answersAs(FAR, [
    awaitsInvite(),
    redirects('302 Moved Temporarily', elsewhere),
    awaits('ACK'),
  ]);
  await stage.mai.dial(FAR);
  expect((await stage.ended()).disconnect).toMatchObject({ response: 'error', endCode: 302 });
  await expect(stage.mai.page.locator('switchhook-ended')).toContainText(endReason(302, 'en'));
  await sipp.done();
});

const OFFER = invites({ sdp: {} });

/** A call that Mai refuses: what the caller gets, and what her record says. */
const ANSWERS = [
  { press: 'decline', status: 486, cause: 'Q.850;cause=21', response: 'declined' },
  { press: 'declineEverywhere', status: 603, cause: null, response: 'declined' },
] as const;

for (const { press, status, cause, response } of ANSWERS) {
  test(`${press}: ${status}${cause ? ` with ${cause}` : ''} on the wire`, async () => {
    const sipp = await stage.callsAs(FAR, [OFFER, awaitsRefusal(status)]);
    await stage.mai.sees('ringing');
    await stage.mai.press(press);
    await sipp.done();
    if (cause) expect(sipp.messages()).toContain(`Reason: ${cause}`);
    expect((await stage.ended()).disconnect).toMatchObject({ response, endCode: status });
  });
}

test('busy: 486 with Q.850 cause 17 on the wire, for the third caller', async () => {
  const conversation = [
    OFFER,
    awaitsAnswer(),
    asksAs.caller('ACK'),
    awaitsCue(),
    asksAs.caller('BYE'),
    awaitsFinal(200),
  ];
  const first = await stage.callsAs('102', conversation);
  await stage.mai.sees('ringing');
  await stage.mai.press('answer');
  await stage.mai.sees('active');
  const second = await stage.callsAs(FAR, [OFFER, awaitsRefusal(486)]);
  await stage.mai.sees('ringing');
  const third = await stage.callsAs('104', [OFFER, awaitsRefusal(486)]);
  await third.done();
  expect(third.messages()).toContain('Reason: Q.850;cause=17');
  expect((await stage.ended()).disconnect).toMatchObject({ response: 'busy', endCode: 486 });
  await stage.mai.press('decline');
  await second.done();
  expect((await stage.ended()).disconnect).toMatchObject({ response: 'declined', endCode: 486 });
  await first.cue();
  await first.done();
  expect((await stage.ended()).disconnect).toMatchObject({ response: 'remote', endCode: 200 });
});

test('nobody answers: the ring ends for both, and the call is one to look at', async () => {
  const sipp = await stage.callsAs(FAR, [OFFER, awaitsRefusal(408)]);
  await stage.mai.sees('ringing');
  const { disconnect, unseen } = await stage.ended();
  // Our own deadline, or Kamailio's CANCEL at the same moment, which does not say why (RFC 3326 is optional).
  expect(['missed', 'canceled']).toContain(disconnect?.response);
  expect(unseen).toBe(true);
  await sipp.done();
});

test('a BYE that says why: over, and answered', async () => {
  const bye = asksAs.callee('BYE', { headers: ['Reason: Q.850;cause=16;text="Normal call clearing"'] });
  const sipp = await stage.answersAs(FAR, [
    awaitsInvite(),
    answers('200 OK', { sdp: {} }),
    awaits('ACK'),
    awaitsCue(),
    bye,
    awaitsFinal(200),
  ]);
  await stage.mai.dial(FAR);
  await stage.mai.sees('active');
  await sipp.cue();
  await sipp.done();
  const { disconnect, answeredAt } = await stage.ended();
  expect(disconnect).toMatchObject({ response: 'remote', endCode: 200 });
  expect(answeredAt).not.toBeNull();
});
