/** A call in a bad network: it is brought back, or it ends and says so. */

import { expect, type Page, test } from '@playwright/test';
import type { Switchboard } from '../server/switchboard.ts';
import { RECOVERY_BUDGET } from '../shared/calls/recovery.ts';
import { type SdpWatch, watchSdp } from './support/media.ts';
import { controlNetwork, type PageNetwork, startWire, type Wire } from './support/network.ts';
import { openPhone, type Person } from './support/person.ts';
import { expectBack } from './support/recovery.ts';
import { listenToSip } from './support/sip.ts';
import { startTestSwitchboard } from './support/switchboard.ts';
import { isRinging, meterSound } from './support/tabs.ts';
import { expectTone } from './support/tones.ts';

const MAI_TONE = 440;
const HUNG_TONE = 1000;
const TONES = { mai: MAI_TONE, hung: HUNG_TONE };

let switchboard: Switchboard;
let wire: Wire;
let mai: Person;
let hung: Person;
let said: SdpWatch;
let network: { mai: PageNetwork; hung: PageNetwork };

test.beforeEach(async () => {
  switchboard = await startTestSwitchboard({ ringSeconds: 10 });
  wire = await startWire(switchboard.port);
  said = watchSdp();
  const networks = new Map<Page, PageNetwork>();
  const prepare = async (page: Page) => {
    networks.set(page, await controlNetwork(page));
    said.add(page);
    await meterSound(page);
  };
  // Mai's signalling goes through a line that can be cut.
  [mai, hung] = await Promise.all([
    openPhone(`http://127.0.0.1:${wire.port}`, '101', { tone: MAI_TONE }, prepare),
    openPhone(switchboard.url, '102', { tone: HUNG_TONE }, prepare),
  ]);
  const of = ({ page }: Person) => networks.get(page) as PageNetwork; // set by prepare
  network = { mai: of(mai), hung: of(hung) };
});

test.afterEach(async () => {
  await Promise.all([mai?.close(), hung?.close()]);
  await wire?.close();
  await switchboard?.close();
});

async function connect(caller: Person, callee: Person): Promise<void> {
  await caller.dial(callee.number);
  await callee.sees('ringing');
  await callee.press('answer');
  await bothHear();
}

const registered = ({ page }: Person) => page.locator('[data-registration="registered"]');
const bothHear = () => Promise.all([expectTone(mai.page, HUNG_TONE), expectTone(hung.page, MAI_TONE)]);
const bothSee = (state: 'reconnecting' | 'active') => Promise.all([mai.sees(state), hung.sees(state)]);

/** Eight restarts of ICE, 1.5 s apart: by then the path has been dead for 20 s, and a browser alone would not take it up. */
const RESTARTS = 8;

for (const [who, caller, callee] of [
  ['the caller', () => mai, () => hung],
  ['the called one', () => hung, () => mai],
] as const) {
  test(`the media path of ${who} is dead for 20 s: both see it, and hear each other again`, async () => {
    await connect(caller(), callee());
    await network.mai.loseMedia(100);
    await bothSee('reconnecting');
    await expect
      .poll(() => said.restarts(caller().page), { message: 'restarts', timeout: 30_000 })
      .toBeGreaterThanOrEqual(RESTARTS);
    await network.mai.loseMedia(0);
    await expectBack({ mai, hung }, TONES, '20 s without media');
    await mai.press('hangUp');
    expect((await hung.lastCall()).disconnect).toMatchObject({ response: 'remote', endCode: 200 });
  });
}

test('the socket is cut: nothing is lost but the line, which is made again', async () => {
  await connect(mai, hung);
  wire.cut();
  await expect(mai.page.locator('[data-registration="registering"]')).toBeAttached();
  await expectTone(mai.page, HUNG_TONE);
  await expect(registered(mai)).toBeAttached();
  await mai.press('hold');
  await expect(hung.page.locator('switchhook-call')).toContainText(/on hold|put you/iu);
  await mai.press('unhold');
  await bothHear();
  await mai.press('hangUp');
  for (const person of [mai, hung]) {
    const { timeline } = await person.lastCall();
    expect(timeline.map(({ detail }) => detail)).not.toContain('reconnecting');
  }
});

/**
 * The page's `offline` and `online` stand for a real change of network, which takes a network namespace with interfaces of its own,
 * and rights that a test has not everywhere. Tried by hand with a veth pair: Chromium says the two when the link goes down and
 * up. Of an address that is replaced under it, it says nothing to the page; that is the dead path of the tests above, and the
 * restart of ICE, 7 s later, brings the new address.
 */
test('no network at all, signalling and media: back when it is back', async () => {
  await connect(mai, hung);
  await network.mai.offline(true);
  await bothSee('reconnecting');
  await expect.poll(() => isRinging(mai.page), { message: 'the tone of reconnecting' }).toBe(true);
  await network.mai.offline(false);
  await expectBack({ mai, hung }, TONES, 'a page that was offline');
});

test('the line is dead and looks open, and so does the path of the media', async () => {
  await connect(mai, hung);
  wire.hold(true);
  await network.mai.loseMedia(100);
  await bothSee('reconnecting');
  await expect(mai.page.locator('[data-registration="registering"]')).toBeAttached();
  wire.hold(false);
  await network.mai.loseMedia(0);
  await expectBack({ mai, hung }, TONES, 'a network that was silently gone');
});

test('it does not come back: after the budget the call is over on both sides, and says why', async () => {
  test.setTimeout(RECOVERY_BUDGET + 60_000);
  await connect(mai, hung);
  await network.mai.loseMedia(100);
  await bothSee('reconnecting');
  await expect(mai.page.locator('switchhook-ended')).toBeVisible({ timeout: RECOVERY_BUDGET + 5_000 });
  for (const person of [mai, hung]) {
    const { disconnect, endedFrom } = await person.lastCall();
    expect({ endedFrom, response: disconnect?.response }).toEqual({ endedFrom: 'reconnecting', response: 'error' });
  }
});

test('what cannot be said while the line is down is refused in words, and the call goes on', async () => {
  await connect(mai, hung);
  wire.refuse(true);
  wire.cut();
  await expect(mai.page.locator('[data-registration="registering"]')).toBeAttached();
  await mai.press('hold');
  await expect(mai.page.locator('[data-failure="hold"]')).toContainText('There is no connection');
  await bothHear();
  wire.refuse(false);
  await expect(registered(mai)).toBeAttached();
  await mai.press('hold');
  await expect(hung.page.locator('switchhook-call')).toContainText(/on hold|put you/iu);
});

test('digits by INFO are refused in words while the line is down, or swallows them; none comes late, and none twice', async () => {
  const heard = await listenToSip(hung.page);
  await mai.page.locator('[data-tab="settings"]').click();
  await mai.page.locator('[name="dtmf"][value="info"]').check({ force: true });
  await connect(mai, hung);
  const failure = mai.page.locator('[data-failure="dtmf"]');
  const digits = () => heard.flatMap((message) => /^INFO [\s\S]*^Signal=(.)/mu.exec(message)?.[1] ?? []);
  await mai.page.locator('switchhook-call [data-action="dtmf"]').click();
  const key = (digit: string) => mai.page.locator(`switchhook-call [data-key="${digit}"]`).click();
  wire.refuse(true);
  wire.cut();
  await expect(mai.page.locator('[data-registration="registering"]')).toBeAttached();
  await key('1');
  await expect(failure).toContainText('There is no connection');
  await bothHear();
  wire.refuse(false);
  await expect(registered(mai)).toBeAttached();
  await key('2');
  await expect.poll(digits).toEqual(['2']);
  wire.hold(true);
  await key('3');
  await expect(failure).toBeVisible();
  wire.hold(false); // and the old connection is dead
  await expect(mai.page.locator('[data-registration="registering"]')).toBeAttached();
  await expect(registered(mai)).toBeAttached();
  await key('4');
  await expect.poll(digits).toEqual(['2', '4']);
});

test('a hold that the network swallows fails, and leaves the call as it was', async () => {
  await connect(mai, hung);
  wire.hold(true);
  await mai.press('hold');
  await expect.poll(() => said.restarts(mai.page), { message: 'the INVITE of the hold' }).toBe(1);
  wire.hold(false); // and the old connection is dead
  await expect(mai.page.locator('[data-failure="hold"]')).toBeVisible();
  await bothHear();
  await expect(registered(mai)).toBeAttached();
  await mai.press('hold');
  await expect(hung.page.locator('switchhook-call')).toContainText(/on hold|put you/iu);
});

test('a page that is loaded while the switchboard cannot be reached has a line once it can', async () => {
  let refused = 0;
  await mai.page.route('**/api/sip-credentials', (route) => {
    refused += 1;
    return refused > 2 ? route.continue() : route.abort('internetdisconnected');
  });
  await mai.page.reload();
  await expect(registered(mai)).toBeAttached();
  expect(refused).toBe(3);
  await connect(mai, hung);
});
