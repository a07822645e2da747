import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { headerValue, type SipRequest } from './headers.ts';
import { invite } from './testing/dialogs.ts';
import { Harness } from './testing/harness.ts';
import type { RawClient } from './testing/rawClient.ts';
import { drop, expectNo, expectSameCall, isCall, isFinal, ringing } from './testing/rings.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start();
});
afterEach(() => harness.stop());

describe('who registers while it rings', () => {
  test('on the same socket is not called twice', async () => {
    const { hung } = await ringing(harness);
    await hung.register();
    await hung.register({ contact: `<${hung.contact};x=y>;+sip.instance="<urn:uuid:${hung.credentials.device}>"` });
    await expectNo(hung, isCall);
  });

  test('as a device that was not there rings too, and may answer', async () => {
    const { mai, hung, incoming } = await ringing(harness);
    const tablet = await harness.phone('102');
    const joined = await tablet.expectRequest('INVITE');
    expectSameCall(joined, incoming);
    tablet.respond(joined, 200);
    await mai.expectResponse(200, 'INVITE');
    expect(headerValue(await hung.expectRequest('CANCEL'), 'reason')).toContain('cause=200');
  });

  test('without a Contact is not called', async () => {
    const { device } = await ringing(harness);
    const asking = await harness.phone('102', { device, register: false });
    await asking.sendAuthenticated('REGISTER', `sip:${asking.credentials.domain}`, [`To: <${asking.aor}>`]);
    await asking.expectResponse(200, 'REGISTER');
    await expectNo(asking, isCall);
  });

  test('after it has declined is left alone', async () => {
    const { mai, hung, incoming, device } = await ringing(harness);
    const tablet = await harness.phone('102');
    await tablet.expectRequest('INVITE');
    hung.respond(incoming, 486);
    await hung.expectRequest('ACK');
    await drop(harness, hung);
    await expectNo(await harness.phone('102', { device }), isCall);
    await expectNo(mai, isFinal);
  });

  test('is not called by its own call', async () => {
    const [desk, laptop] = [await harness.phone('102'), await harness.phone('102')];
    await invite(desk, '102');
    await laptop.expectRequest('INVITE');
    const page = await harness.phone('102', { device: desk.credentials.device });
    await expectNo(page, isCall);
  });

  test("is called although the caller's device has the same id: one browser, two accounts", async () => {
    const device = randomUUID();
    const mai = await harness.phone('101', { device });
    const tablet = await harness.phone('102');
    await invite(mai, '102');
    await tablet.expectRequest('INVITE');
    const hung = await harness.phone('102', { device });
    await hung.expectRequest('INVITE');
  });

  test('is called by an INVITE to one device only when it is that device', async () => {
    const [mai, hung] = [await harness.phone('101'), await harness.phone('102')];
    await mai.sendAuthenticated('INVITE', hung.gruu, [`Contact: <${mai.gruu}>`]);
    await hung.expectRequest('INVITE');
    await drop(harness, hung);
    await expectNo(await harness.phone('102'), isCall);
    const back = await harness.phone('102', { device: hung.credentials.device });
    back.respond(await back.expectRequest('INVITE'), 200);
    await mai.expectResponse(200, 'INVITE');
  });

  test('is called by every call that rings', async () => {
    const { mai, hung, device } = await ringing(harness);
    const alice = await harness.phone('103');
    await invite(alice, '102');
    await hung.expectRequest('INVITE');
    await drop(harness, hung);
    const back = await harness.phone('102', { device });
    const calls = [await back.expectRequest('INVITE'), await back.expectRequest('INVITE')];
    for (const call of calls) back.respond(call, 486);
    await mai.expectResponse(486, 'INVITE');
    await alice.expectResponse(486, 'INVITE');
    expect(harness.board.stats.rings).toBe(0);
  });

  test('of somebody else is not called', async () => {
    await ringing(harness);
    await expectNo(await harness.phone('104'), isCall);
  });
});

describe('the end of the ring', () => {
  async function back() {
    const all = await ringing(harness);
    await drop(harness, all.hung);
    const phone = await harness.phone('102', { device: all.device });
    const again = await phone.expectRequest('INVITE');
    phone.respond(again, 180);
    await phone.settle();
    return { ...all, phone, again };
  }

  test.each([486, 603])('%i of the device that is back is its answer', async (status) => {
    const { mai, phone, again } = await back();
    phone.respond(again, status, { extra: ['Reason: Q.850;cause=21'] });
    const final = await mai.expectResponse(status, 'INVITE');
    expect(headerValue(final, 'reason')).toBe('Q.850;cause=21');
    expect(harness.board.stats.rings).toBe(0);
  });

  test('by 603 of one device: another one that was away gets nothing when it is back', async () => {
    const { mai, phone, again } = await back();
    const tablet = await harness.phone('102');
    await tablet.expectRequest('INVITE');
    await drop(harness, tablet);
    phone.respond(again, 603);
    await mai.expectResponse(603, 'INVITE');
    const late = await harness.phone('102', { device: tablet.credentials.device });
    await expectNo(late, isCall);
  });

  test('by busy waits for a device that is away', async () => {
    const { mai, phone, again } = await back();
    const tablet = await harness.phone('102');
    await tablet.expectRequest('INVITE');
    await drop(harness, tablet);
    phone.respond(again, 486);
    await phone.expectRequest('ACK');
    await expectNo(mai, isFinal);
    const late = await harness.phone('102', { device: tablet.credentials.device });
    late.respond(await late.expectRequest('INVITE'), 200);
    await mai.expectResponse(200, 'INVITE');
  });

  test('by busy stays busy when the socket of the busy device closes', async () => {
    const [mai, hung, tablet] = [
      await harness.phone('101'),
      await harness.phone('102', { register: false }),
      await harness.phone('102'),
    ];
    await hung.register({ contact: `<${hung.contact}>` });
    await invite(mai, '102');
    hung.respond(await hung.expectRequest('INVITE'), 486);
    await hung.expectRequest('ACK');
    await drop(harness, hung);
    tablet.respond(await tablet.expectRequest('INVITE'), 480);
    await mai.expectResponse(486, 'INVITE');
  });

  test("by the caller's CANCEL reaches the new socket", async () => {
    const { mai, sent, phone } = await back();
    mai.cancel(sent);
    await mai.expectResponse(487, 'INVITE');
    expect(headerValue(await phone.expectRequest('CANCEL'), 'reason')).toBeUndefined();
    expect(harness.board.stats.rings).toBe(0);
  });

  test.each([
    ['CANCEL', 487, (mai: RawClient, sent: SipRequest) => mai.cancel(sent)],
    ["the loss of the caller's socket", undefined, (mai: RawClient) => mai.ws.terminate()],
  ])('by %s: a device without a socket gets nothing when it is back', async (_what, status, end) => {
    const { mai, hung, sent, device } = await ringing(harness);
    await drop(harness, hung);
    end(mai, sent);
    if (status !== undefined) await mai.expectResponse(status, 'INVITE');
    await expect.poll(() => harness.board.stats.rings).toBe(0);
    await expectNo(await harness.phone('102', { device }), isCall);
  });
});
