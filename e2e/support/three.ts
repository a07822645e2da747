/** Three people with a browser each, on one switchboard; their voices can be told apart. */

import { test } from '@playwright/test';
import type { Switchboard } from '../../server/switchboard.ts';
import { openPhone, type Person } from './person.ts';
import { startTestSwitchboard } from './switchboard.ts';

/** Hz. */
export const MAI_TONE = 440;
export const HUNG_TONE = 1000;
export const ALICE_TONE = 700;

export interface Three {
  switchboard: Switchboard;
  /** 101 */
  mai: Person;
  /** 102 */
  hung: Person;
  /** 103 */
  alice: Person;
}

export async function openThree(): Promise<Three> {
  const switchboard = await startTestSwitchboard();
  const open = (number: string, tone: number) => openPhone(switchboard.url, number, { tone });
  const [mai, hung, alice] = await Promise.all([
    open('101', MAI_TONE),
    open('102', HUNG_TONE),
    open('103', ALICE_TONE),
  ]);
  return { switchboard, mai, hung, alice };
}

/** Whatever has come up of them. */
export async function closeThree({ switchboard, mai, hung, alice }: Partial<Three> = {}): Promise<void> {
  await Promise.all([mai?.close(), hung?.close(), alice?.close()]);
  await switchboard?.close();
}

/** The same three for all tests that follow. @param opened is given them */
export function testWithThree(opened: (three: Three) => void): void {
  let three: Three | undefined;
  test.beforeAll(async () => {
    three = await openThree();
    opened(three);
  });
  test.afterAll(() => closeThree(three));
}

/** Mai calls Hùng, and they talk. */
export async function talk({ mai, hung }: Pick<Three, 'mai' | 'hung'>): Promise<void> {
  await mai.dial('102');
  await hung.sees('ringing');
  await hung.press('answer');
  await Promise.all([mai.sees('active'), hung.sees('active')]);
}
