/** The switchboard of a test: in this process, on a free port, with nothing on disk and no limit that a test would run into. */

import { join } from 'node:path';
import type { ConfigInput } from '../../server/config.ts';
import { type Pbx, type PbxOptions, startPbx } from '../../server/kamailio/pbx.ts';
import { missingForPbx } from '../../server/kamailio/testing/missing.ts';
import { testConfig } from '../../server/sip/testing/harness.ts';
import { type Switchboard, startSwitchboard } from '../../server/switchboard.ts';

/** The app with the harness: `node scripts/build.mjs --e2e`. */
export const E2E_APP = join(import.meta.dirname, '../../dist/e2e');

const config = (changes: ConfigInput): ConfigInput => testConfig({ staticDir: E2E_APP, ...changes });

export const startTestSwitchboard = (changes: ConfigInput = {}): Promise<Switchboard> =>
  startSwitchboard(config(changes));

/** A gateway behind Kamailio, on a PostgreSQL of their own. */
export function startTestPbx(changes: ConfigInput = {}, kamailio: PbxOptions['kamailio'] = {}): Promise<Pbx> {
  return startPbx({ gateway: config(changes), kamailio });
}

/** Phones that are connected to it. */
export async function connectedPhones({ kamailio }: Pbx): Promise<number> {
  const { connections } = (await kamailio.rpc('ws.dump')) as { connections: unknown[] };
  return connections.length;
}

/** Why there is no Kamailio to test with, for `test.skip`; never in CI, which has to have one. */
export function pbxMissing(): string | null {
  const { isLeftOut, hint } = missingForPbx();
  return isLeftOut ? hint : null;
}
