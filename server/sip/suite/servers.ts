/** One suite of SIP behaviour, two servers: our switchboard, and Kamailio with our configuration and gateway. */
import { afterAll, afterEach, beforeAll, describe, expect, vi } from 'vitest';
import { demoAccounts } from '../../accounts/demo.ts';
import type { ConfigInput } from '../../config.ts';
import { type Pbx, startPbx } from '../../kamailio/pbx.ts';
import { missingForPbx } from '../../kamailio/testing/missing.ts';
import { PushHarness } from '../../push/testing/pushHarness.ts';
import { FakePushService } from '../../push/testing/pushService.ts';
import { Harness, testConfig } from '../testing/harness.ts';
import type { RawClient } from '../testing/rawClient.ts';

/** Milliseconds: a hook starts three servers, on a machine that does other things too. */
const TIMEOUT = 60_000;

export type ServerKind = 'switchboard' | 'Kamailio';

export interface ServerUnderTest {
  readonly kind: ServerKind;
  readonly push: PushHarness;
  readonly harness: Harness;
  /** The phone's socket is gone, and the server has seen it. */
  drop(phone: RawClient): Promise<void>;
}

interface Running extends ServerUnderTest {
  /** As after its start: no phone is connected, nothing rings, nobody is logged in. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** Runs the suite on both; `kind` is for what they do differently, each with its reason beside it. */
export function describeOnBothServers(
  title: string,
  suite: (server: ServerUnderTest, kind: ServerKind) => void,
  config: ConfigInput = {},
): void {
  describe(`${title}, switchboard`, () => {
    suite(
      useServer('switchboard', () => startSwitchboardUnderTest(config)),
      'switchboard',
    );
  });
  const { isLeftOut, hint } = missingForPbx();
  // Left out only where it is not installed, with what is missing as its name, and never in CI.
  describe.skipIf(isLeftOut)(`${title}, Kamailio${hint}`, () => {
    vi.setConfig({ testTimeout: TIMEOUT });
    suite(
      useServer('Kamailio', () => startKamailioUnderTest(config)),
      'Kamailio',
    );
  });
}

/** One server for the tests of a `describe`, behind one object. */
function useServer(kind: ServerKind, start: () => Promise<Running>): ServerUnderTest {
  let running: Running | undefined;
  const now = (): Running => {
    if (!running) throw new Error('the server runs in tests only');
    return running;
  };
  beforeAll(async () => {
    running = await start();
  }, TIMEOUT);
  afterEach(() => now().reset(), TIMEOUT);
  afterAll(() => running?.stop(), TIMEOUT);
  return {
    kind,
    get push() {
      return now().push;
    },
    get harness() {
      return now().harness;
    },
    drop: (phone) => now().drop(phone),
  };
}

async function startSwitchboardUnderTest(config: ConfigInput): Promise<Running> {
  // In memory it starts in no time: a new one is the best reset.
  let push = await PushHarness.start(config);
  return {
    kind: 'switchboard',
    get push() {
      return push;
    },
    get harness() {
      return push.harness;
    },
    drop: (phone) => dropped(phone, () => Promise.resolve(push.harness.board.stats.sockets)),
    reset: async () => {
      await push.stop();
      push = await PushHarness.start(config);
    },
    stop: () => push.stop(),
  };
}

async function startKamailioUnderTest(config: ConfigInput): Promise<Running> {
  const service = new FakePushService();
  const pbx = await startPbx({ gateway: testConfig({ ...config, push: { send: service.send } }) });
  const harness = Harness.over(pbx.gateway, pbx.kamailio.url);
  return {
    kind: 'Kamailio',
    push: PushHarness.over(harness, service),
    harness,
    drop: (phone) => dropped(phone, () => openSockets(pbx)),
    reset: async () => {
      harness.disconnect();
      // Log-ins take their credentials and subscriptions along.
      for (const { username } of demoAccounts) {
        const cookie = await harness.logIn(username);
        await harness.fetch('/api/logout-everywhere', { method: 'POST', cookie });
      }
      await forgetAll(pbx);
    },
    stop: async () => {
      harness.disconnect();
      await pbx.stop();
    },
  };
}

/** What Kamailio would remember until its timers run out: contacts of closed sockets, and calls that were left ringing. */
async function forgetAll(pbx: Pbx): Promise<void> {
  await expect.poll(() => openSockets(pbx), { timeout: 4000 }).toBe(0);
  for (const table of ['call', 'live', 'park', 'claim', 'expected', 'refused', 'negative', 'told', 'peer']) {
    await pbx.kamailio.rpc('htable.flush', [table]);
  }
  const known = JSON.stringify(await pbx.kamailio.rpc('ul.dump'));
  for (const { username } of demoAccounts) {
    if (known.includes(`"AoR":"${username}"`)) await pbx.kamailio.rpc('ul.rm', ['location', username]);
  }
}

async function openSockets({ kamailio }: Pbx): Promise<number> {
  const { info } = (await kamailio.rpc('ws.dump')) as { info: { wscounter: number } };
  return info.wscounter;
}

async function dropped(phone: RawClient, sockets: () => Promise<number>): Promise<void> {
  const before = await sockets();
  phone.ws.terminate();
  await expect.poll(sockets, { timeout: 4000 }).toBe(before - 1);
}
