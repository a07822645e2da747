/** Mai, who calls with a page of her own in the usual way, and Hùng, whose tabs can be hidden, with a desktop for his notifications. */

import { test } from '@playwright/test';
import type { Switchboard } from '../../server/switchboard.ts';
import { type HiddenUser, launchHiddenUser } from './hiddenUser.ts';
import { type Desktop, startDesktop } from './notificationDesktop.ts';
import { openPhone, type Person } from './person.ts';
import { logIn } from './phoneTab.ts';
import { busMissing } from './sessionBus.ts';
import { startTestSwitchboard } from './switchboard.ts';

/** The voices, Hz. */
export const MAI_TONE = 440;
export const HUNG_TONE = 1000;

export interface DesktopStage {
  switchboard: Switchboard;
  desktop: Desktop;
  /** 101 */
  mai: Person;
  /** 102 */
  hung: HiddenUser;
}

/** One for each test that follows. @param set is given it */
export function testOnDesktop(set: (stage: DesktopStage) => void): void {
  // Without a session bus there is no desktop to click on: named as skipped, and with CI=true `npm test` fails for it.
  test.skip(busMissing() !== null, busMissing() ?? '');

  let stage: Partial<DesktopStage> = {};
  test.beforeEach(async () => {
    stage = {};
    const switchboard = await startTestSwitchboard();
    stage.switchboard = switchboard;
    const desktop = await startDesktop();
    stage.desktop = desktop;
    const [mai, hung] = await Promise.all([
      openPhone(switchboard.url, '101', { tone: MAI_TONE }),
      launchHiddenUser(switchboard.url, { tone: HUNG_TONE, desktop }),
    ]);
    Object.assign(stage, { mai, hung });
    await logIn(hung, switchboard.url, '102');
    set({ switchboard, desktop, mai, hung });
  });
  test.afterEach(async () => {
    await Promise.all([stage.mai?.close(), stage.hung?.close()]);
    await Promise.all([stage.desktop?.stop(), stage.switchboard?.close()]);
  });
}
