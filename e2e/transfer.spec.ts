/** Handing a call on: blind, after a word with the other, and what becomes of it when that fails. Three people, three browsers. */

import { expect, test } from '@playwright/test';
import { callsOn, type Person } from './support/person.ts';
import { refuseReplacements } from './support/sip.ts';
import { historyIn } from './support/stores.ts';
import { ALICE_TONE, HUNG_TONE, MAI_TONE, type Three, talk, testWithThree } from './support/three.ts';
import { expectSilence, expectTone } from './support/tones.ts';

/** Of two calls, what is heard in the one that began later. */
const NEWEST = { selector: 'audio:last-of-type' };

let three: Three;
let mai: Person;
let hung: Person;
let alice: Person;

testWithThree((opened) => {
  three = opened;
  ({ mai, hung, alice } = three);
});

test.beforeEach(() => Promise.all([mai, hung, alice].map((person) => person.beginAnew())));

const calls = ({ page }: Person) => callsOn(page);
const screen = ({ page }: Person) => page.locator('switchhook-call');

/** Mai talks to Hùng and hands him on: it rings at Alice. */
async function ringsAtAlice(): Promise<void> {
  await talk(three);
  await mai.transferTo('103');
  await alice.sees('ringing');
}

const lastOf = async (person: Person) => (await historyIn(person.page))[0];

const theyTalk = () => Promise.all([expectTone(hung.page, ALICE_TONE), expectTone(alice.page, HUNG_TONE)]);
const firstLivesOn = () => Promise.all([expectTone(mai.page, HUNG_TONE), expectTone(hung.page, MAI_TONE)]);

test.describe('blind', () => {
  test('the two others talk, and the call of who has transferred is over', async () => {
    await ringsAtAlice();
    await expect(screen(mai)).toContainText('Transferring: ringing at Alice Carter');
    await expect(screen(hung)).toContainText('You are being connected: ringing at Alice Carter');
    await alice.press('answer');
    await theyTalk();
    await expect(calls(mai)).toHaveCount(0);
    await expect(screen(hung)).toContainText('Alice Carter');
    await expect(screen(alice)).toContainText('Trần Văn Hùng');
    const handedOn = await lastOf(mai);
    expect(handedOn).toMatchObject({
      disconnect: { response: 'local', endCode: 200 },
      transfer: { by: 'local', state: 'accepted', target: { handle: '103' } },
    });
    await hung.press('mute');
    await expectSilence(alice.page);
    await alice.press('hangUp');
    await expect(calls(hung)).toHaveCount(0);
    expect(await lastOf(hung)).toMatchObject({ peer: { handle: '103' }, disconnect: { response: 'remote' } });
  });

  test('to a number that nobody has: it says so, and the first call goes on', async () => {
    await talk(three);
    await mai.transferTo('999');
    await expect(screen(mai)).toContainText('Transfer did not work: There is no such number.');
    await firstLivesOn();
    await expect(screen(hung)).toContainText('Connected');
  });

  test('to somebody who declines: it says so, and the first call goes on', async () => {
    await ringsAtAlice();
    await expectSilence(hung.page);
    await alice.press('decline');
    await expect(screen(mai)).toContainText('Transfer did not work: They are busy, or do not want to answer.');
    await firstLivesOn();
  });

  test('who has transferred hangs up meanwhile: the other is still connected', async () => {
    await ringsAtAlice();
    await mai.press('hangUp');
    await expect(calls(mai)).toHaveCount(0);
    await alice.press('answer');
    await theyTalk();
  });

  test('who is handed on hangs up meanwhile: nothing rings any more', async () => {
    await ringsAtAlice();
    await hung.press('hangUp');
    await expect(calls(alice)).toHaveCount(0);
    await expect(calls(mai)).toHaveCount(0);
  });
});

test.describe('attended', () => {
  /** Mai holds Hùng and asks Alice. */
  async function consult(): Promise<void> {
    await talk(three);
    await mai.press('transfer');
    await mai.page.locator('dialog [data-number="103"]').click();
    await mai.page.locator('[data-action="callFirst"]').click();
    await alice.sees('ringing');
    await alice.press('answer');
    await Promise.all([expectTone(mai.page, ALICE_TONE, NEWEST), expectSilence(hung.page)]);
  }

  test('after a word with the target the two others talk, and nobody has rung again', async () => {
    await consult();
    const ended = (await historyIn(alice.page)).length;
    await mai.press('attendedTransfer');
    await theyTalk();
    await expect(calls(mai)).toHaveCount(0);
    await expect(screen(alice)).toContainText('Trần Văn Hùng');
    await expect(screen(hung)).toContainText('Alice Carter');
    // It was one call all along for her: the same, with somebody else.
    expect(await historyIn(alice.page)).toHaveLength(ended);
    const two = (await historyIn(mai.page)).slice(0, 2);
    for (const { transfer: handed } of two) expect(handed).toMatchObject({ by: 'local', state: 'accepted' });
  });

  test('where it fails both calls go on', async () => {
    await refuseReplacements(alice.page, 603);
    await consult();
    await mai.press('attendedTransfer');
    await expect(mai.page.locator('[data-failure="attendedTransfer"]')).toContainText('The call was declined there.');
    await Promise.all([expectTone(mai.page, ALICE_TONE, NEWEST), expectTone(alice.page, MAI_TONE)]);
    await mai.press('swap');
    await Promise.all([expectTone(mai.page, HUNG_TONE), expectTone(hung.page, MAI_TONE)]);
  });
});
