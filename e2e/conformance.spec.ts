/** The SIP provider is a provider: two accounts, two browsers, one switchboard. */

import { type Page, test } from '@playwright/test';
import { CONFORMANCE } from '../app/providers/conformance.ts';
import type { Switchboard } from '../server/switchboard.ts';
import { startTestSwitchboard } from './support/switchboard.ts';
import { launchUser, type UserBrowser } from './support/userBrowser.ts';

const TESTED = '101';
const FAR = '102';

let switchboard: Switchboard;
let users: UserBrowser[] = [];
let tested: Page;
let far: Page;

test.beforeAll(async () => {
  switchboard = await startTestSwitchboard();
  users = await Promise.all([launchUser({ tone: 440 }), launchUser({ tone: 1000 })]);
  const pages = await Promise.all(users.map(({ page }, n) => openHarness(page, n === 0 ? TESTED : FAR)));
  [tested, far] = pages as [Page, Page];
  await far.evaluate(
    async ([account, other]) => {
      window.farSide = new window.harness.SipFarSide(account, other);
      await window.farSide.connect();
    },
    [FAR, TESTED] as const,
  );
  await tested.exposeFunction('far', (...asked: Parameters<Window['far']>) =>
    far.evaluate(([method, argument]) => {
      const side = window.farSide;
      // Each method takes one argument or none.
      return (side[method] as (given: unknown) => ReturnType<Window['far']>).call(side, argument);
    }, asked),
  );
});

test.afterAll(async () => {
  await Promise.all(users.map((user) => user.close()));
  await switchboard?.close();
});

async function openHarness(page: Page, account: string): Promise<Page> {
  await page.goto(`${switchboard.url}/e2e/harness/index.html`);
  await page.waitForFunction(() => window.harness !== undefined);
  await page.evaluate((number) => window.harness.logIn(number), account);
  return page;
}

for (const { name } of CONFORMANCE) {
  test(name, async () => {
    await far.evaluate(() => window.farSide.reset());
    await tested.evaluate(([one, account, other]) => window.harness.conform(one, account, other), [
      name,
      TESTED,
      FAR,
    ] as const);
  });
}
