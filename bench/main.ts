/** All figures, one after another. Ratios: what a machine does in absolute terms says little about the code. */

import { startTestSwitchboard } from '../e2e/support/switchboard.ts';
import { callFigures } from './calls.ts';
import { describe, type Figure } from './figures.ts';
import { pushFigures } from './push.ts';
import { resumeFigures } from './resume.ts';
import { sipFigures } from './sip.ts';
import { sizes } from './sizes.ts';
import { tabFigures } from './tabs.ts';
import { workerFigures } from './worker.ts';

export async function run({ json }: { json: boolean }): Promise<void> {
  const print = (figures: Figure[]) => {
    for (const one of figures) console.log(json ? JSON.stringify(one) : describe(one));
  };
  const switchboard = await startTestSwitchboard();
  try {
    print(sizes());
    print(await workerFigures(switchboard.url));
    print(await callFigures(switchboard.url));
    print(await resumeFigures(switchboard.url));
    print(await tabFigures(switchboard.url));
    print(await pushFigures(switchboard.url));
    print(await sipFigures());
  } finally {
    await switchboard.close();
  }
}
