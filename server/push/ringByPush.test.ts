import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { headerValue } from '../sip/headers.ts';
import { inDialog, invite } from '../sip/testing/dialogs.ts';
import { expectNo, isCall, isFinal } from '../sip/testing/rings.ts';
import { topicOf } from './policy.ts';
import { PushHarness } from './testing/pushHarness.ts';

const FAST = { pushSilenceMs: 60, pushResendMs: 60, pushResendMaxMs: 120, claimMs: 300 };

let push: PushHarness;
beforeEach(async () => {
  push = await PushHarness.start({ limits: FAST });
});
afterEach(() => push.stop());

const isRinging = (m: { kind: string; status?: number }): boolean => m.kind === 'response' && m.status === 180;

describe('a callee without a socket', () => {
  test('is woken by push, registers, gets the INVITE and answers', async () => {
    const hung = await push.sleeper('102');
    const mai = await push.harness.phone('101');
    const sent = await invite(mai, '102');
    const { ring, push: pushed } = await push.service.expectRing(hung.device);
    const callId = headerValue(sent, 'call-id') ?? '';
    expect(ring).toMatchObject({ callId, account: '102', callType: 'audio', peer: { handle: '101' } });
    expect(ring.peer.displayName).toBe('Nguyễn Thị Mai');
    expect(ring.expiresAt - ring.createdAt).toBe(45_000);
    expect(ring.respond.url).toBe(`${push.harness.board.url}/api/calls/${encodeURIComponent(callId)}`);
    expect(pushed).toMatchObject({ urgency: 'high', topic: topicOf(callId), ttl: 45 });
    await expectNo(mai, (m) => isFinal(m) || isRinging(m));
    const page = await push.wakeUp(hung);
    const incoming = await page.expectRequest('INVITE');
    expect(incoming.envelope.callId).toBe(callId);
    page.respond(incoming, 180);
    await mai.expectResponse(180);
    page.respond(incoming, 200);
    const ok = await mai.expectResponse(200, 'INVITE');
    mai.sendRaw(inDialog(mai, sent, ok, 'ACK', 2));
    await page.expectRequest('ACK');
    expect(push.harness.board.stats).toMatchObject({ rings: 0, pushRings: 0 });
    expect(push.service.to(hung.device).every(({ payload }) => payload.type === 'ring')).toBe(true);
  });

  test('rings for the caller when the worker says so, once', async () => {
    const hung = await push.sleeper('102');
    const mai = await push.harness.phone('101');
    await invite(mai, '102');
    const { ring } = await push.service.expectRing(hung.device);
    await expectNo(mai, isRinging);
    const result = await push.respond(ring, 'ringing');
    expect(result).toMatchObject({ status: 200, state: 'ringing', until: ring.expiresAt });
    await mai.expectResponse(180);
    expect(await push.respond(ring, 'ringing')).toMatchObject({ status: 200, state: 'ringing' });
    await expectNo(mai, isRinging);
  });

  test('is pushed again until the worker acknowledges: the same event, so that it is shown once', async () => {
    const [hung, other] = [await push.sleeper('102'), await push.sleeper('102')];
    const mai = await push.harness.phone('101');
    await invite(mai, '102');
    const { ring } = await push.service.expectRing(hung.device);
    const { ring: third, push: pushed } = await push.service.expectRing(hung.device, 3);
    expect(third).toMatchObject({ eventId: ring.eventId, callId: ring.callId, respond: ring.respond });
    expect(pushed.topic).toBe(topicOf(ring.callId));
    await push.respond(ring, 'ringing');
    const count = push.service.to(hung.device).length;
    // The other device, which stays silent, is the clock: both have the same schedule.
    await push.service.expectRing(other.device, push.service.to(other.device).length + 3);
    expect(push.service.to(hung.device)).toHaveLength(count);
  });

  test('and without a subscription is 480 at once', async () => {
    const mai = await push.harness.phone('101');
    await invite(mai, '102');
    await mai.expectResponse(480, 'INVITE');
  });

  test('is called by two at once: two rings, and one page that gets both', async () => {
    const hung = await push.sleeper('102');
    const callers = [await push.harness.phone('101'), await push.harness.phone('103')];
    for (const caller of callers) await invite(caller, '102');
    await expect.poll(() => new Set(push.service.to(hung.device).map(({ payload }) => payload.callId)).size).toBe(2);
    const page = await push.wakeUp(hung);
    for (const call of [await page.expectRequest('INVITE'), await page.expectRequest('INVITE')])
      page.respond(call, 486);
    for (const caller of callers) await caller.expectResponse(486, 'INVITE');
  });
});

describe('a callee with several devices', () => {
  test('rings at the one with a socket at once, and wakes the other', async () => {
    const [asleep, mai, awake] = [
      await push.sleeper('102'),
      await push.harness.phone('101'),
      await push.harness.phone('102'),
    ];
    await invite(mai, '102');
    await awake.expectRequest('INVITE');
    await push.service.expectRing(asleep.device);
  });

  test('that are both asleep: the one that answers quiets the other, and is not told itself', async () => {
    const [one, other] = [await push.sleeper('102'), await push.sleeper('102')];
    const mai = await push.harness.phone('101');
    await invite(mai, '102');
    await Promise.all([push.service.expectRing(one.device), push.service.expectRing(other.device)]);
    const page = await push.wakeUp(one);
    page.respond(await page.expectRequest('INVITE'), 200);
    await mai.expectResponse(200, 'INVITE');
    const { payload, ttl, topic } = await push.service.expect(other.device, 'cancel');
    expect(payload).toMatchObject({ response: 'answeredElsewhere', endCode: 200 });
    expect({ ttl, topic }).toEqual({ ttl: 30, topic: topicOf(payload.callId) });
    expect(push.service.to(one.device).every((each) => each.payload.type === 'ring')).toBe(true);
  });

  test('the caller is told when none of them can be woken any more: 480', async () => {
    const [one, other] = [await push.sleeper('102'), await push.sleeper('102')];
    push.service.answers.set(one.subscription.endpoint, { status: 410 });
    push.service.answers.set(other.subscription.endpoint, { status: 404 });
    const mai = await push.harness.phone('101');
    await invite(mai, '102');
    await mai.expectResponse(480, 'INVITE');
    const response = await push.harness.fetch('/api/devices', { cookie: one.cookie });
    expect(await response.json()).toEqual({ devices: [] });
  });
});

describe('a socket that stays silent', () => {
  test('gets a push as well, and the page that was woken takes its place', async () => {
    const hung = await push.sleeper('102');
    const frozen = await push.wakeUp(hung);
    const mai = await push.harness.phone('101');
    const started = Date.now();
    await invite(mai, '102');
    await frozen.expectRequest('INVITE');
    const { push: pushed } = await push.service.expectRing(hung.device);
    expect(pushed.at - started).toBeGreaterThanOrEqual(FAST.pushSilenceMs - 5);
    const page = await push.wakeUp(hung);
    page.respond(await page.expectRequest('INVITE'), 200);
    await mai.expectResponse(200, 'INVITE');
  });

  test('is not silent when it says 100', async () => {
    const hung = await push.sleeper('102');
    const page = await push.wakeUp(hung);
    const [mai, other] = [await push.harness.phone('101'), await push.sleeper('102')];
    await invite(mai, '102');
    page.respond(await page.expectRequest('INVITE'), 100);
    // The second push to the device that is asleep comes after the time in which the other would have been pushed.
    await push.service.expectRing(other.device, 3);
    expect(push.service.to(hung.device)).toEqual([]);
  });

  test('is lost while it rings: the device is woken', async () => {
    const hung = await push.sleeper('102');
    const page = await push.wakeUp(hung);
    const mai = await push.harness.phone('101');
    await invite(mai, '102');
    page.respond(await page.expectRequest('INVITE'), 180);
    await mai.expectResponse(180);
    page.ws.terminate();
    await push.service.expectRing(hung.device);
    const back = await push.wakeUp(hung);
    back.respond(await back.expectRequest('INVITE'), 200);
    await mai.expectResponse(200, 'INVITE');
  });
});

test('a page that took the ring over and is closed: the worker is asked to ring again', async () => {
  const hung = await push.sleeper('102');
  const mai = await push.harness.phone('101');
  await invite(mai, '102');
  const { ring } = await push.service.expectRing(hung.device);
  await push.respond(ring, 'ringing');
  const page = await push.wakeUp(hung);
  page.respond(await page.expectRequest('INVITE'), 180);
  await page.settle();
  const before = push.service.to(hung.device).length;
  page.ws.terminate();
  const { ring: again } = await push.service.expectRing(hung.device, before + 1);
  expect(again.callId).toBe(ring.callId);
  expect(again.eventId).not.toBe(ring.eventId);
  expect(await push.respond(again, 'decline')).toMatchObject({ state: 'declined' });
  await mai.expectResponse(486, 'INVITE');
});

describe('the end of a ring', () => {
  test("by the caller's CANCEL is pushed, and nobody who comes later is called", async () => {
    const hung = await push.sleeper('102');
    const mai = await push.harness.phone('101');
    const sent = await invite(mai, '102');
    const { ring } = await push.service.expectRing(hung.device);
    mai.cancel(sent);
    await mai.expectResponse(487, 'INVITE');
    const { payload, ttl } = await push.service.expect(hung.device, 'cancel');
    expect(payload).toMatchObject({ response: 'canceled', endCode: 487, callId: ring.callId });
    expect(ttl).toBe(86_400);
    await expectNo(await push.wakeUp(hung), isCall);
    const over = { status: 410, error: { code: 'tooLate' }, ended: 'canceled' };
    expect(await push.respond(ring, 'ringing')).toMatchObject(over);
  });

  test('by the deadline is 408 for the caller and missed for the device', async () => {
    await push.stop();
    push = await PushHarness.start({ ringSeconds: 0.3, limits: FAST });
    const hung = await push.sleeper('102');
    const mai = await push.harness.phone('101');
    const sent = await invite(mai, '102');
    await mai.expectResponse(408, 'INVITE');
    const { payload } = await push.service.expect(hung.device, 'cancel');
    expect(payload).toMatchObject({ response: 'missed', endCode: 408 });
    await push.harness.board.callRecords(headerValue(sent, 'call-id') ?? '');
    const missed = await push.harness.fetch('/api/calls/missed?since=0', { cookie: hung.cookie });
    expect(await missed.json()).toMatchObject({ calls: [{ callId: payload.callId, peer: { handle: '101' } }] });
  });

  test('by a device that declines for all is pushed to the others', async () => {
    const hung = await push.sleeper('102');
    const [mai, awake] = [await push.harness.phone('101'), await push.harness.phone('102')];
    await invite(mai, '102');
    await push.service.expectRing(hung.device);
    awake.respond(await awake.expectRequest('INVITE'), 603);
    await mai.expectResponse(603, 'INVITE');
    const { payload } = await push.service.expect(hung.device, 'cancel');
    expect(payload).toMatchObject({ response: 'declinedElsewhere', endCode: 603 });
  });
});
