/** Call waiting: one conversation, another call that comes, and what can be done about both. */

import { expect, test } from '@playwright/test';
import type { Person } from './support/person.ts';
import { HUNG_TONE, MAI_TONE, talk, testWithThree } from './support/three.ts';
import { expectSilence, expectTone } from './support/tones.ts';

let mai: Person;
let hung: Person;
let alice: Person;

testWithThree((three) => {
  ({ mai, hung, alice } = three);
});

/** Mai talks to Hùng, and Alice's call comes to him. */
async function secondCall(): Promise<void> {
  await talk({ mai, hung });
  await alice.dial('102');
  await hung.sees('ringing');
}

const allOver = async () => {
  for (const person of [mai, hung, alice]) {
    await expect(person.page.locator('switchhook-call, switchhook-incoming')).toHaveCount(0);
  }
};

test('hold and answer, swap, and the end of one takes up neither by itself', async () => {
  await secondCall();
  await hung.press('holdAndAnswer');
  await alice.sees('active');
  await Promise.all([expectTone(alice.page, HUNG_TONE), expectSilence(mai.page)]);
  await expect(mai.page.locator('switchhook-call')).toContainText(/hold/i);

  await hung.press('swap');
  await Promise.all([expectTone(mai.page, HUNG_TONE), expectSilence(alice.page)]);

  await mai.press('hangUp');
  await expect(hung.page.locator('switchhook-call')).toHaveCount(1);
  await hung.press('unhold');
  await expectTone(alice.page, HUNG_TONE);
  await hung.press('hangUp');
  await allOver();
});

test('end and answer: the first caller is told, the second is heard', async () => {
  await secondCall();
  await hung.press('endAndAnswer');
  await alice.sees('active');
  await expectTone(alice.page, HUNG_TONE);
  await expect(mai.page.locator('switchhook-call')).toHaveCount(0);
  await alice.press('hangUp');
  await allOver();
});

test('decline the second: the first goes on', async () => {
  await secondCall();
  await hung.press('decline');
  await expect(alice.page.locator('switchhook-call')).toHaveCount(0);
  await Promise.all([expectTone(mai.page, HUNG_TONE), expectTone(hung.page, MAI_TONE)]);
  await hung.press('hangUp');
  await allOver();
});
