/** The switchboard of a test: in this process, on a free port, with nothing on disk. */

import { join } from 'node:path';
import type { ConfigInput } from '../../server/config.ts';
import { type Switchboard, startSwitchboard } from '../../server/switchboard.ts';

/** The app with the harness: `node scripts/build.mjs --e2e`. */
export const E2E_APP = join(import.meta.dirname, '../../dist/e2e');

export function startTestSwitchboard(changes: ConfigInput = {}): Promise<Switchboard> {
  return startSwitchboard({ port: 0, dataDir: ':memory:', staticDir: E2E_APP, logLevel: 'silent', ...changes });
}
