/** Several of each on one PostgreSQL, as docs/pbx.md has it under "Grow": what goes together, and what does not. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ConfigInput } from '../config.ts';
import { PushHarness, type Sleeper } from '../push/testing/pushHarness.ts';
import { FakePushService } from '../push/testing/pushService.ts';
import { headerValue } from '../sip/headers.ts';
import { establish, invite, pickUp, uriOf } from '../sip/testing/dialogs.ts';
import { Harness, testConfig } from '../sip/testing/harness.ts';
import type { RawClient } from '../sip/testing/rawClient.ts';
import { expectNo, isCall } from '../sip/testing/rings.ts';
import type { DatabaseConfig } from '../storage/database.ts';
import { usePostgres } from '../storage/testing/databases.ts';
import { type Pbx, startPbx } from './pbx.ts';
import { freePort } from './program.ts';
import { missingForPbx } from './testing/missing.ts';

/** Milliseconds: four servers start for it. */
const TIMEOUT = 60_000;
const FAST = { pushResendMs: 300, pushResendMaxMs: 600, pbxLeaseMs: 600, pbxTendMs: 100 };

const { isLeftOut, hint } = missingForPbx();
// Skipped only where something is not installed, with its name, and never in CI.
describe.skipIf(isLeftOut)(`a pool on one PostgreSQL${hint}`, { timeout: TIMEOUT }, () => {
  const emptyDatabase = usePostgres();
  let database: DatabaseConfig;
  let service: FakePushService;
  const started: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    database = await emptyDatabase();
    service = new FakePushService();
  }, TIMEOUT);
  afterEach(async () => {
    for (const stop of started.splice(0).reverse()) await stop();
  }, TIMEOUT);

  const config = (more: ConfigInput) =>
    testConfig({ ...database, limits: FAST, push: { send: service.send }, ...more });

  /** Kamailio and a gateway beside it. */
  async function pair(more: ConfigInput = {}): Promise<{ pbx: Pbx; people: PushHarness }> {
    const pbx = await startPbx({ gateway: config(more) });
    started.push(() => pbx.stop());
    const harness = Harness.over(pbx.gateway, pbx.kamailio.url);
    started.push(async () => harness.disconnect());
    return { pbx, people: PushHarness.over(harness, service) };
  }

  describe('one Kamailio, two gateways', () => {
    /** Kamailio tells `one`; who logs in at `other` is not known to it otherwise. */
    let pbx: Pbx;
    let one: PushHarness;
    let other: PushHarness;
    let hung: Sleeper;
    let mai: RawClient;

    beforeEach(async () => {
      const port = await freePort();
      ({ pbx, people: one } = await pair({ publicOrigins: [`http://127.0.0.1:${port}`] }));
      const second = await Harness.start(config({ port, pbx: pbx.gateway.config.pbx }));
      started.push(() => second.stop());
      other = PushHarness.over(Harness.over(second.board, pbx.kamailio.url), service);
      started.push(async () => other.harness.disconnect());
      hung = await other.sleeper('102');
      mai = await one.harness.phone('101');
    }, TIMEOUT);

    /** The page that the push has opened, with credentials of its own gateway: it rings there and is answered. */
    async function answered(sent: Awaited<ReturnType<typeof invite>>): Promise<void> {
      const page = await other.wakeUp(hung);
      const incoming = await page.expectRequest('INVITE');
      expect(incoming.envelope.callId).toBe(headerValue(sent, 'call-id'));
      await pickUp(mai, sent, page, incoming);
    }

    test('a device that logged in at the other one is woken, rings by its word, and is connected', async () => {
      const sent = await invite(mai, '102');
      const { ring } = await service.expectRing(hung.device);
      expect(ring.callId).toBe(headerValue(sent, 'call-id'));
      expect(await other.respond(ring, 'ringing')).toMatchObject({ status: 200, state: 'ringing' });
      await mai.expectResponse(180);
      await answered(sent);
      for (const { harness } of [one, other])
        await expect.poll(() => harness.board.callRecords(ring.callId)).toMatchObject([{ finalCode: 200 }]);
    });

    test('the one that Kamailio has told stops while it rings: the other goes on, and the claim gets through', async () => {
      const sent = await invite(mai, '102');
      const { ring } = await service.expectRing(hung.device);
      await pbx.gateway.close();
      await expect.poll(() => other.harness.board.stats.pushRings, { timeout: 10_000 }).toBe(1);
      expect(await other.respond(ring, 'answer')).toMatchObject({ status: 200, state: 'claimed' });
      await answered(sent);
    });
  });

  describe('two Kamailios, a gateway beside each', () => {
    /** One of these calls rings in vain until that is over. */
    const ringSeconds = 2;
    let here: PushHarness;
    let there: PushHarness;

    beforeEach(async () => {
      [{ people: here }, { people: there }] = await Promise.all([pair({ ringSeconds }), pair({ ringSeconds })]);
    }, TIMEOUT);

    test('accounts are the same: whoever registers at one is connected with whoever does there', async () => {
      for (const { harness } of [here, there]) {
        const [mai, hung] = [await harness.phone('101'), await harness.phone('102')];
        await establish(mai, hung);
        harness.disconnect();
      }
    });

    test('registrations are not: from one to the other it is nobody, whom the caller is told of at once', async () => {
      const [mai] = [await here.harness.phone('101'), await there.harness.phone('102')];
      await mai.sendAuthenticated('INVITE', uriOf('102'), [`Contact: <${mai.gruu}>`], 'v=0');
      await mai.expectResponse(480, 'INVITE');
    });

    test('a device of the other one is woken in vain: it registers where the call is not', async () => {
      const hung = await there.sleeper('102');
      const mai = await here.harness.phone('101');
      await invite(mai, '102');
      await service.expectRing(hung.device);
      const page = await there.wakeUp(hung);
      await mai.expectResponse(408, 'INVITE');
      await expectNo(page, isCall);
    });
  });
});
