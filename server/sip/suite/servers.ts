/** One suite of SIP behaviour, two servers: our switchboard, and Kamailio with our configuration and gateway. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, vi } from 'vitest';
import type { ConfigInput } from '../../config.ts';
import { type Pbx, startPbx } from '../../kamailio/pbx.ts';
import { type PostgresCluster, startPostgres } from '../../kamailio/postgresCluster.ts';
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
  stop(): Promise<void>;
}

/** Runs the suite on both; `kind` is for what they do differently, each with its reason beside it. */
export function describeOnBothServers(
  title: string,
  suite: (server: ServerUnderTest, kind: ServerKind) => void,
  config: ConfigInput = {},
): void {
  describe(`${title}, switchboard`, () =>
    suite(
      useServer('switchboard', () => startSwitchboardUnderTest(config)),
      'switchboard',
    ));
  const { isLeftOut, hint } = missingForPbx();
  // Left out only where it is not installed, with what is missing as its name, and never in CI.
  describe.skipIf(isLeftOut)(`${title}, Kamailio${hint}`, () => {
    vi.setConfig({ testTimeout: TIMEOUT });
    let cluster: PostgresCluster | undefined;
    beforeAll(async () => {
      cluster = await startPostgres();
    }, TIMEOUT);
    afterAll(() => cluster?.stop(), TIMEOUT);
    const start = async (): Promise<Running> => {
      if (!cluster) throw new Error('PostgreSQL has not been started');
      return startKamailioUnderTest({ ...config, databaseUrl: await cluster.createDatabase() });
    };
    suite(useServer('Kamailio', start), 'Kamailio');
  });
}

/** A new server for each test, behind one object. */
function useServer(kind: ServerKind, start: () => Promise<Running>): ServerUnderTest {
  let running: Running | undefined;
  const now = (): Running => {
    if (!running) throw new Error('the server runs in tests only');
    return running;
  };
  beforeEach(async () => {
    running = await start();
  }, TIMEOUT);
  afterEach(() => now().stop(), TIMEOUT);
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
  const push = await PushHarness.start(config);
  const { harness } = push;
  return {
    kind: 'switchboard',
    push,
    harness,
    drop: (phone) => dropped(phone, () => Promise.resolve(harness.board.stats.sockets)),
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
    stop: async () => {
      await harness.stop();
      await pbx.stop();
    },
  };
}

async function openSockets({ kamailio }: Pbx): Promise<number> {
  const { connections } = (await kamailio.rpc('ws.dump')) as { connections: unknown[] };
  return connections.length;
}

async function dropped(phone: RawClient, sockets: () => Promise<number>): Promise<void> {
  const before = await sockets();
  phone.ws.terminate();
  await expect.poll(sockets, { timeout: 4000 }).toBe(before - 1);
}
