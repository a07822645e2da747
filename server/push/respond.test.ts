import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { headerValue } from '../sip/headers.ts';
import { invite } from '../sip/testing/dialogs.ts';
import { expectNo, isCall, isFinal } from '../sip/testing/rings.ts';
import { PushHarness } from './testing/pushHarness.ts';

const FAST = { pushSilenceMs: 60, pushResendMs: 60, pushResendMaxMs: 120, claimMs: 400 };

let push: PushHarness;
beforeEach(async () => {
  push = await PushHarness.start({ limits: FAST });
});
afterEach(() => push.stop());

/** Mai calls Hung, whose devices are all asleep. */
async function rung(devices = 1) {
  const sleepers = await Promise.all(Array.from({ length: devices }, () => push.sleeper('102')));
  const mai = await push.harness.phone('101');
  const sent = await invite(mai, '102');
  const all = await Promise.all(
    sleepers.map(async (sleeper) => ({ ...sleeper, ...(await push.service.expectRing(sleeper.device)) })),
  );
  const [one, other] = [all[0], all[1] ?? all[0]];
  if (!one || !other) throw new Error('a device is needed');
  return { mai, sent, one, other };
}

describe('decline', () => {
  test('of the only device is 486 with its cause for the caller; said again it is no mistake', async () => {
    const { mai, one } = await rung();
    expect(await push.respond(one.ring, 'decline')).toMatchObject({ status: 200, state: 'declined' });
    const final = await mai.expectResponse(486, 'INVITE');
    expect(headerValue(final, 'reason')).toContain('Q.850;cause=21');
    expect(await push.respond(one.ring, 'decline', { everywhere: true })).toMatchObject({ status: 200 });
    await expectNo(await push.wakeUp(one), isCall);
    expect(push.service.to(one.device).every(({ payload }) => payload.type === 'ring')).toBe(true);
  });

  test('of one of two leaves the other ringing; the page that opens later is not called', async () => {
    const { mai, one, other } = await rung(2);
    await push.respond(one.ring, 'decline');
    await expectNo(await push.wakeUp(one), isCall);
    await expectNo(mai, isFinal);
    const page = await push.wakeUp(other);
    page.respond(await page.expectRequest('INVITE'), 200);
    await mai.expectResponse(200, 'INVITE');
  });

  test('everywhere is 603 for the caller, a CANCEL for the page that rings and a push for the device', async () => {
    const { mai, one, other } = await rung(2);
    const page = await push.wakeUp(other);
    page.respond(await page.expectRequest('INVITE'), 180);
    await mai.expectResponse(180);
    expect(await push.respond(one.ring, 'decline', { everywhere: true })).toMatchObject({ state: 'declined' });
    await mai.expectResponse(603, 'INVITE');
    expect(headerValue(await page.expectRequest('CANCEL'), 'reason')).toContain('cause=603');
    const { payload } = await push.service.expect(other.device, 'cancel');
    expect(payload).toMatchObject({ response: 'declinedElsewhere', endCode: 603 });
  });

  test('quiets the page of the same device too', async () => {
    const { mai, one, other } = await rung(2);
    const page = await push.wakeUp(one);
    const incoming = await page.expectRequest('INVITE');
    page.respond(incoming, 180);
    await mai.expectResponse(180);
    await push.respond(one.ring, 'decline');
    await page.expectRequest('CANCEL');
    page.respond(incoming, 487);
    await page.settle();
    await push.respond(other.ring, 'decline');
    await mai.expectResponse(486, 'INVITE');
  });
});

describe('a claim', () => {
  test('keeps the call for its device: the others stop ringing, and it is answered there', async () => {
    const { mai, one, other } = await rung(2);
    const laptop = await push.harness.phone('102');
    laptop.respond(await laptop.expectRequest('INVITE'), 180);
    await mai.expectResponse(180);
    const claim = await push.respond(one.ring, 'answer');
    expect(claim).toMatchObject({ status: 200, state: 'claimed' });
    expect(headerValue(await laptop.expectRequest('CANCEL'), 'reason')).toContain('cause=200');
    const { payload } = await push.service.expect(other.device, 'cancel');
    expect(payload).toMatchObject({ response: 'answeredElsewhere', endCode: null });
    const elsewhere = { status: 410, error: { code: 'tooLate' }, ended: 'answeredElsewhere' };
    expect(await push.respond(other.ring, 'answer')).toMatchObject(elsewhere);
    expect(await push.respond(other.ring, 'decline', { everywhere: true })).toMatchObject(elsewhere);
    await expectNo(await push.wakeUp(other), isCall);
    expect(await push.respond(one.ring, 'answer')).toMatchObject({ status: 200, until: claim.until });
    const page = await push.wakeUp(one);
    page.respond(await page.expectRequest('INVITE'), 200);
    await mai.expectResponse(200, 'INVITE');
    expect(push.service.to(other.device).filter(({ payload: each }) => each.type !== 'ring')).toHaveLength(1);
  });

  test('that nothing comes of ends as 480, and the others have missed the call', async () => {
    const { mai, one, other } = await rung(2);
    await push.respond(one.ring, 'answer');
    await push.service.expect(other.device, 'cancel');
    await expectNo(mai, isFinal);
    await mai.expectResponse(480, 'INVITE');
    const { payload: claimant } = await push.service.expect(one.device, 'cancel');
    expect(claimant).toMatchObject({ response: 'missed', endCode: 480 });
    const { payload: quieted } = await push.service.expect(other.device, 'missed');
    expect(quieted).toMatchObject({ peer: { handle: '101' }, callType: 'audio' });
    for (const { ring } of [one, other])
      expect(await push.respond(ring, 'answer')).toMatchObject({ status: 410, ended: 'missed' });
  });

  test('outlives the ring time', async () => {
    await push.stop();
    push = await PushHarness.start({ ringSeconds: 0.3, limits: { ...FAST, claimMs: 4000 } });
    const { mai, one, other } = await rung(2);
    await push.respond(one.ring, 'answer');
    await expect.poll(() => Date.now(), { timeout: 2000 }).toBeGreaterThan(one.ring.expiresAt + 50);
    await expectNo(mai, isFinal);
    expect(await push.respond(other.ring, 'ringing')).toMatchObject({ status: 410 });
    const page = await push.wakeUp(one);
    page.respond(await page.expectRequest('INVITE'), 200);
    await mai.expectResponse(200, 'INVITE');
  });

  test('that is given back ends the call at once; said again it is no mistake', async () => {
    const { mai, one, other } = await rung(2);
    await push.respond(one.ring, 'answer');
    expect(await push.respond(one.ring, 'answer', { release: true })).toMatchObject({ state: 'released' });
    await mai.expectResponse(480, 'INVITE');
    expect(await push.respond(one.ring, 'answer', { release: true })).toMatchObject({ status: 200, state: 'released' });
    await push.service.expect(other.device, 'missed');
    expect(push.service.to(one.device).every(({ payload }) => payload.type === 'ring')).toBe(true);
  });

  test('of another device cannot be given back', async () => {
    const { mai, one, other } = await rung(2);
    await push.respond(one.ring, 'answer');
    expect(await push.respond(other.ring, 'answer', { release: true })).toMatchObject({ status: 410 });
    await expectNo(mai, isFinal);
  });

  test('by a device whose page rings already does not send it the call again', async () => {
    const { mai, one } = await rung();
    const page = await push.wakeUp(one);
    const incoming = await page.expectRequest('INVITE');
    page.respond(incoming, 180);
    await mai.expectResponse(180);
    await push.respond(one.ring, 'answer');
    await expectNo(page, (m) => m.kind === 'request');
    page.respond(incoming, 200);
    await mai.expectResponse(200, 'INVITE');
  });

  test('loses against an answer that crosses it: somebody talks there', async () => {
    const { mai, one } = await rung();
    const laptop = await push.harness.phone('102');
    const incoming = await laptop.expectRequest('INVITE');
    laptop.respond(incoming, 180);
    await mai.expectResponse(180);
    await push.respond(one.ring, 'answer');
    await laptop.expectRequest('CANCEL');
    laptop.respond(incoming, 200);
    await mai.expectResponse(200, 'INVITE');
    const { payload } = await push.service.expect(one.device, 'cancel');
    expect(payload).toMatchObject({ response: 'answeredElsewhere', endCode: 200 });
  });

  test('ends when the caller gives up: both have missed the call', async () => {
    const { mai, sent, one, other } = await rung(2);
    await push.respond(one.ring, 'answer');
    mai.cancel(sent);
    await mai.expectResponse(487, 'INVITE');
    expect((await push.service.expect(one.device, 'cancel')).payload).toMatchObject({ response: 'canceled' });
    await push.service.expect(other.device, 'missed');
  });

  test('may still be declined: 486', async () => {
    const { mai, one } = await rung(2);
    await push.respond(one.ring, 'answer');
    expect(await push.respond(one.ring, 'decline')).toMatchObject({ state: 'declined' });
    await mai.expectResponse(486, 'INVITE');
  });
});

describe('a token', () => {
  const expectUntouched = async (mai: Awaited<ReturnType<typeof rung>>['mai']): Promise<void> => {
    await expectNo(mai, (m) => isFinal(m) || (m.kind === 'response' && m.status === 180));
  };

  test.each(['ringing', 'answer', 'decline'])(
    'that is forged or missing: 403 for %s, and nothing happens',
    async (what) => {
      const { mai, one } = await rung();
      const path = `/api/calls/${encodeURIComponent(one.ring.callId)}/${what}`;
      const { token } = one.ring.respond;
      const tokens = [`${token.slice(0, -2)}xx`, token.replace(/^./u, (c) => (c === '0' ? '1' : '0')), 'x'.repeat(600)];
      const headers = [
        ...tokens.map((each) => ({ authorization: `Bearer ${each}` })),
        { authorization: token },
        { authorization: `Bearer ${token} x` },
        {},
      ];
      for (const each of headers) {
        const response = await push.harness.fetch(path, { method: 'POST', headers: { ...each } });
        expect(response.status).toBe(403);
        expect(await response.json()).toMatchObject({ error: { code: 'notAllowed' } });
      }
      // A session is no replacement for it.
      expect((await push.harness.fetch(path, { method: 'POST', cookie: one.cookie })).status).toBe(403);
      await expectUntouched(mai);
    },
  );

  test('of another call is 403, and neither call hears of it', async () => {
    const { mai, one } = await rung();
    const linh = await push.harness.phone('103');
    await invite(linh, '102');
    await expect.poll(() => new Set(push.service.to(one.device).map(({ payload }) => payload.callId)).size).toBe(2);
    const second = push.service.to(one.device).find(({ payload }) => payload.callId !== one.ring.callId);
    if (second?.payload.type !== 'ring') throw new Error('a ring is expected');
    const crossed = { ...one.ring, respond: { ...one.ring.respond, token: second.payload.respond.token } };
    expect(await push.respond(crossed, 'decline')).toMatchObject({ status: 403 });
    await expectUntouched(mai);
    await expectUntouched(linh);
  });

  test('of an earlier ring is of no use for a later one of the same Call-ID', async () => {
    const { mai, sent, one } = await rung();
    mai.cancel(sent);
    await mai.expectResponse(487, 'INVITE');
    const again = await invite(mai, '102', [`Call-ID: ${one.ring.callId}`]);
    expect(headerValue(again, 'call-id')).toBe(one.ring.callId);
    await expect
      .poll(
        () =>
          push.service
            .to(one.device)
            .filter(({ payload }) => payload.type === 'ring')
            .at(-1)?.payload,
      )
      .not.toMatchObject({ respond: one.ring.respond });
    expect(await push.respond(one.ring, 'decline')).toMatchObject({ status: 410 });
    await expectNo(mai, isFinal);
  });

  test('after the end is 410', async () => {
    const { mai, sent, one } = await rung();
    mai.cancel(sent);
    await mai.expectResponse(487, 'INVITE');
    for (const what of ['ringing', 'answer', 'decline']) {
      expect(await push.respond(one.ring, what)).toMatchObject({ status: 410, error: { code: 'tooLate' } });
    }
  });

  test('works with a Call-ID of any length and letters', async () => {
    const hung = await push.sleeper('102');
    const mai = await push.harness.phone('101');
    await invite(mai, '102', [`Call-ID: ${'a/b%?#'.repeat(40)}`]);
    const { ring } = await push.service.expectRing(hung.device);
    expect(await push.respond(ring, 'ringing')).toMatchObject({ status: 200 });
    await mai.expectResponse(180);
  });
});
