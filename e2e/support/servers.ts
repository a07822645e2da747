/** One suite of what people do, two servers: our switchboard, and Kamailio with the gateway beside it. */

import { test } from '@playwright/test';
import { type CallServer, type Conversation, testInConversation } from './conversation.ts';
import { pbxMissing, startTestPbx, startTestSwitchboard } from './switchboard.ts';

interface Served {
  name: string;
  /** Why it cannot be tested here. */
  missing: string | null;
  start(): Promise<CallServer>;
}

const SERVERS: readonly Served[] = [
  { name: 'switchboard', missing: null, start: () => startTestSwitchboard() },
  {
    name: 'Kamailio',
    missing: pbxMissing(),
    async start() {
      const pbx = await startTestPbx();
      return { url: pbx.gateway.url, close: () => pbx.stop() };
    },
  },
];

/** The suite on each, with a conversation of its own for every test. */
export function describeOnServers(suite: (begun: () => Conversation) => void): void {
  for (const { name, missing, start } of SERVERS) {
    test.describe(name, () => {
      // Named as skipped where Kamailio or PostgreSQL is not installed; with CI=true it is not skipped, and fails.
      test.skip(missing !== null, missing ?? '');
      let talk: Conversation | undefined;
      testInConversation(start, (begun) => {
        talk = begun;
      });
      suite(() => {
        if (!talk) throw new Error('people talk in tests only');
        return talk;
      });
    });
  }
}
