/** A call goes where its person goes, on every server: to another tab of the browser, to another device of theirs. */

import { expect, type Page, test } from '@playwright/test';
import { ANA, BEN } from './support/conversation.ts';
import { openPhone } from './support/person.ts';
import { describeOnServers } from './support/servers.ts';
import { hostOf, openTab } from './support/tabs.ts';
import { expectSilence, expectTone } from './support/tones.ts';

const ANA_ELSEWHERE = 620;
const TAKE = '[data-action="take-here"]:visible';

describeOnServers((begun) => {
  test('to another tab of the same browser, and back', async () => {
    const { ana, ben, server } = begun();
    const second = await openTab(ana, server.url);
    for (const [here, there] of [
      [second, ana.page],
      [ana.page, second],
    ] as const) {
      await expect(there.locator(TAKE)).toHaveCount(0);
      await here.locator(TAKE).click();
      expect(await hostOf([here, there])).toBe(here);
      await Promise.all([expectTone(here, BEN), expectTone(ben.page, ANA)]);
      await expectSilence(there);
    }
    await ana.press('hangUp');
    await ben.lastCall(); // one call, however often it moved
  });

  test('to another device: the first one says where it went, and nothing rings', async () => {
    const { ana, ben, server } = begun();
    const other = await openPhone(server.url, '101', { tone: ANA_ELSEWHERE });
    try {
      await other.page.locator(TAKE).click();
      await other.sees('active');
      await Promise.all([expectTone(other.page, BEN), expectTone(ben.page, ANA_ELSEWHERE)]);
      expect((await ana.lastCall()).disconnect).toMatchObject({ response: 'remote', endCode: 302 });
      await expect(ana.page.locator('switchhook-ended')).toContainText('Moved to another device');
      await ana.page.locator(TAKE).click();
      await Promise.all([expectTone(ana.page, BEN), expectTone(ben.page, ANA)]);
      expect((await other.lastCall()).disconnect).toMatchObject({ endCode: 302 });
      await ben.press('hangUp');
      expect((await ben.lastCall()).disconnect?.response).toBe('local');
    } finally {
      await other.close();
    }
  });

  test('to another device while this one is closed: it is taken from nobody', async () => {
    const { ana, ben, server } = begun();
    const other = await openPhone(server.url, '101', { tone: ANA_ELSEWHERE });
    try {
      await other.page.locator(TAKE).waitFor();
      await ana.close();
      await other.page.locator(TAKE).click();
      await Promise.all([expectTone(other.page, BEN), expectTone(ben.page, ANA_ELSEWHERE)]);
    } finally {
      await other.close();
    }
  });

  test('nobody else is offered it', async () => {
    const { ana, server } = begun();
    const offered = (page: Page) =>
      page.evaluate(async () => {
        const response = await fetch(`/api/calls/live?device=${crypto.randomUUID()}`);
        return ((await response.json()) as { calls: unknown[] }).calls.length;
      });
    await expect.poll(() => offered(ana.page), { message: 'to another device of hers' }).toBe(1);
    const stranger = await openPhone(server.url, '103', { tone: 700 });
    try {
      await stranger.page.waitForResponse(/\/api\/calls\/live/u);
      expect(await offered(stranger.page)).toBe(0);
      await expect(stranger.page.locator(TAKE)).toHaveCount(0);
    } finally {
      await stranger.close();
    }
  });
});
