/** A call survives reloads, of either side and of both, on every server; and nobody but its own people takes it over. */

import { expect, test } from '@playwright/test';
import type { CallDialog } from '../shared/calls/dialog.ts';
import type { Person } from './support/person.ts';
import { describeOnServers } from './support/servers.ts';
import { storesIn } from './support/stores.ts';
import { launchUser } from './support/userBrowser.ts';

const RELOADS = 20;

describeOnServers((begun) => {
  for (const side of ['caller', 'callee'] as const) {
    test(`${RELOADS} reloads of the ${side}: both are heard again each time, and nothing rings`, async () => {
      const talk = begun();
      const { ana, ben } = talk;
      test.setTimeout(240_000);
      const moving = side === 'caller' ? ana : ben;
      for (let n = 0; n < RELOADS; n += 1) {
        await test.step(`reload ${n}`, async () => {
          await moving.page.reload();
          await talk.bothHearAgain(moving);
        });
      }
      await moving.press('hangUp');
      for (const person of [ana, ben]) {
        // One call, however often it moved: nothing has rung.
        const { disconnect, timeline } = await person.lastCall();
        expect(disconnect?.response).toBe(person === moving ? 'local' : 'remote');
        expect(timeline.filter(({ what }) => what === 'refused')).toEqual([]);
      }
    });
  }

  test('both sides reload at once, again and again', async () => {
    const talk = begun();
    const { ana, ben } = talk;
    test.setTimeout(120_000);
    for (let n = 0; n < 5; n += 1) {
      await test.step(`reload ${n}`, async () => {
        await Promise.all([ana.page.reload(), ben.page.reload()]);
        await talk.bothHear();
      });
    }
  });

  test('somebody else who knows the ids of the dialog is refused, and the call goes on', async () => {
    const talk = begun();
    const { ana, ben } = talk;
    const dialogs = await Promise.all([ana, ben].map(dialogOf));
    const thief = await launchUser({ tone: 700, autoplay: true });
    try {
      await thief.page.goto(`${talk.server.url}/e2e/harness/index.html`);
      await thief.page.waitForFunction(() => window.harness !== undefined);
      for (const dialog of dialogs)
        expect(await thief.page.evaluate((stolen) => window.harness.takeOver('103', stolen), dialog)).toBe(
          'resumeFailed',
        );
    } finally {
      await thief.close();
    }
    await talk.bothHear();
  });
});

async function dialogOf({ page }: Person): Promise<CallDialog> {
  const [call] = (await storesIn(page, 'live')).live;
  if (!call?.dialog) throw new Error('there is no call, or it has no dialog');
  return call.dialog;
}
