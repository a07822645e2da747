/** The SIP provider is a provider: three accounts, three browsers, one switchboard. */

import { type Page, test } from '@playwright/test';
import { CONFORMANCE } from '../app/providers/conformance.ts';
import type { Switchboard } from '../server/switchboard.ts';
import { startTestSwitchboard } from './support/switchboard.ts';
import { launchUser, type UserBrowser } from './support/userBrowser.ts';

const TESTED = '101';
const FAR = '102';
const THIRD = '103';

let switchboard: Switchboard;
let users: UserBrowser[] = [];
let tested: Page;
let others: Readonly<Record<'far' | 'third', Page>>;

test.beforeAll(async () => {
  switchboard = await startTestSwitchboard();
  users = await Promise.all([440, 1000, 700].map((tone) => launchUser({ tone })));
  const accounts = [TESTED, FAR, THIRD];
  const pages = await Promise.all(users.map(({ page }, n) => openHarness(page, accounts[n] ?? '')));
  const [first, far, third] = pages as [Page, Page, Page];
  tested = first;
  others = { far, third };
  await Promise.all([beFarSide(far, FAR), beFarSide(third, THIRD)]);
  await tested.exposeFunction('far', (...[who, ...asked]: Parameters<Window['far']>) =>
    others[who].evaluate(([method, argument]) => {
      const side = window.farSide;
      // Each method takes one argument or none.
      return (side[method] as (given: unknown) => ReturnType<Window['far']>).call(side, argument);
    }, asked),
  );
});

const beFarSide = (page: Page, account: string) =>
  page.evaluate(
    async ([own, other]) => {
      window.farSide = new window.harness.SipFarSide(own, other);
      await window.farSide.connect();
    },
    [account, TESTED] as const,
  );

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
    await Promise.all(Object.values(others).map((page) => page.evaluate(() => window.farSide.reset())));
    await tested.evaluate(([one, ...accounts]) => window.harness.conform(one, ...accounts), [
      name,
      TESTED,
      FAR,
      THIRD,
    ] as const);
  });
}
