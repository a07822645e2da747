import { expect, test } from 'vitest';
import type { Sleeper } from '../../push/testing/pushHarness.ts';
import { headerValue } from '../headers.ts';
import { invite, pickUp } from '../testing/dialogs.ts';
import { expectNo, isCall, isFinal } from '../testing/rings.ts';
import { describeOnBothServers, type ServerUnderTest } from './servers.ts';

const ELSEWHERE = 'SIP;cause=200;text="Call completed elsewhere"';
/** Milliseconds: fast, and still far more than a message takes. */
const FAST = { pushSilenceMs: 400, pushResendMs: 300, pushResendMaxMs: 600, claimMs: 1200 };

/** Mai calls Hung, whose devices sleep. */
async function rung(server: ServerUnderTest, sleepers = 1) {
  const asleep: Sleeper[] = [];
  for (let n = 0; n < sleepers; n += 1) asleep.push(await server.push.sleeper('102'));
  const mai = await server.harness.phone('101');
  const sent = await invite(mai, '102');
  const rings = await Promise.all(
    asleep.map(async (sleeper) => ({ ...sleeper, ...(await server.push.service.expectRing(sleeper.device)) })),
  );
  const at = (n: number) => {
    const one = rings[n];
    if (!one) throw new Error('there are not so many devices');
    return one;
  };
  return { mai, sent, at };
}

const isRinging = (m: { kind: string; status?: number }): boolean => m.kind === 'response' && m.status === 180;

describeOnBothServers(
  'a device that sleeps',
  (server) => {
    test('is woken by push, registers, gets the INVITE and answers; 180 comes when it rings, not before', async () => {
      const { mai, sent, at } = await rung(server);
      expect(at(0).ring).toMatchObject({ account: '102', callType: 'audio', peer: { handle: '101' } });
      expect(at(0).ring.callId).toBe(headerValue(sent, 'call-id'));
      await expectNo(mai, (m) => isFinal(m) || isRinging(m));
      expect(await server.push.respond(at(0).ring, 'ringing')).toMatchObject({ status: 200, state: 'ringing' });
      await mai.expectResponse(180);
      const page = await server.push.wakeUp(at(0));
      const incoming = await page.expectRequest('INVITE');
      expect(incoming.envelope.callId).toBe(headerValue(sent, 'call-id'));
      await pickUp(mai, sent, page, incoming);
      const { callId } = at(0).ring;
      await expect.poll(() => server.harness.board.callRecords(callId)).toMatchObject([{ finalCode: 200 }]);
    });

    test('declines for itself: 486 with the cause (Q.850 21)', async () => {
      const { mai, at } = await rung(server);
      expect(await server.push.respond(at(0).ring, 'decline')).toMatchObject({ status: 200, state: 'declined' });
      expect(headerValue(await mai.expectResponse(486, 'INVITE'), 'reason')).toContain('Q.850;cause=21');
      await expectNo(await server.push.wakeUp(at(0)), isCall);
    });

    test('declines for all: 603, CANCEL for the page that rings, a push for the other device', async () => {
      const { mai, at } = await rung(server, 2);
      const page = await server.push.wakeUp(at(1));
      page.respond(await page.expectRequest('INVITE'), 180);
      await mai.expectResponse(180);
      await server.push.respond(at(0).ring, 'decline', { everywhere: true });
      await mai.expectResponse(603, 'INVITE');
      expect(headerValue(await page.expectRequest('CANCEL'), 'reason')).toContain('cause=603');
      const { payload } = await server.push.service.expect(at(1).device, 'cancel');
      expect(payload).toMatchObject({ response: 'declinedElsewhere' });
    });

    test('of one of two leaves the other ringing', async () => {
      const { mai, at } = await rung(server, 2);
      await server.push.respond(at(0).ring, 'decline');
      await expectNo(mai, isFinal);
      const page = await server.push.wakeUp(at(1));
      page.respond(await page.expectRequest('INVITE'), 200);
      await mai.expectResponse(200, 'INVITE');
    });

    test('claims the call: who rings on a socket stops, and only the claimer can answer', async () => {
      const desk = await server.harness.phone('102');
      const { mai, at } = await rung(server, 2);
      desk.respond(await desk.expectRequest('INVITE'), 180);
      await mai.expectResponse(180);
      expect(await server.push.respond(at(0).ring, 'answer')).toMatchObject({ status: 200, state: 'claimed' });
      expect(headerValue(await desk.expectRequest('CANCEL'), 'reason')).toBe(ELSEWHERE);
      const { payload } = await server.push.service.expect(at(1).device, 'cancel');
      expect(payload).toMatchObject({ response: 'answeredElsewhere' });
      await expectNo(await server.push.wakeUp(at(1)), isCall);
      const page = await server.push.wakeUp(at(0));
      page.respond(await page.expectRequest('INVITE'), 200);
      await mai.expectResponse(200, 'INVITE');
    });

    test('claims and never comes: 480, and the other has missed the call', async () => {
      const { mai, at } = await rung(server, 2);
      await server.push.respond(at(0).ring, 'answer');
      await mai.expectResponse(480, 'INVITE');
      await server.push.service.expect(at(1).device, 'missed');
    });

    test('gives its claim back: 480', async () => {
      const { mai, at } = await rung(server);
      await server.push.respond(at(0).ring, 'answer');
      expect(await server.push.respond(at(0).ring, 'answer', { release: true })).toMatchObject({ state: 'released' });
      await mai.expectResponse(480, 'INVITE');
    });

    test('is told when the caller gives up', async () => {
      const { mai, sent, at } = await rung(server);
      mai.cancel(sent);
      await mai.expectResponse(487, 'INVITE');
      const { payload } = await server.push.service.expect(at(0).device, 'cancel');
      expect(payload).toMatchObject({ response: 'canceled' });
      await expectNo(await server.push.wakeUp(at(0)), isCall);
    });

    test('is told when somebody else has answered', async () => {
      const desk = await server.harness.phone('102');
      const { mai, at } = await rung(server);
      desk.respond(await desk.expectRequest('INVITE'), 200);
      await mai.expectResponse(200, 'INVITE');
      const { payload } = await server.push.service.expect(at(0).device, 'cancel');
      expect(payload).toMatchObject({ response: 'answeredElsewhere' });
    });

    test('is told nothing while its own socket rings, and its other device is', async () => {
      const [hung, other] = [await server.push.sleeper('102'), await server.push.sleeper('102')];
      const awake = await server.push.wakeUp(hung);
      const mai = await server.harness.phone('101');
      await invite(mai, '102');
      awake.respond(await awake.expectRequest('INVITE'), 180);
      await mai.expectResponse(180);
      // The other device is the clock: by its second push, the first one of this device would have come.
      await server.push.service.expectRing(other.device, 2);
      expect(server.push.service.to(hung.device)).toEqual([]);
    });

    test('is waited for although all sockets have refused', async () => {
      const desk = await server.harness.phone('102');
      const { mai, at } = await rung(server);
      const incoming = await desk.expectRequest('INVITE');
      desk.respond(incoming, 486);
      await desk.expectRequest('ACK');
      await expectNo(mai, isFinal);
      const page = await server.push.wakeUp(at(0));
      page.respond(await page.expectRequest('INVITE'), 200);
      await mai.expectResponse(200, 'INVITE');
    });

    test('is woken too when its socket only looks open', async () => {
      const hung = await server.push.sleeper('102');
      const frozen = await server.push.wakeUp(hung);
      frozen.ws.pause();
      const mai = await server.harness.phone('101');
      await invite(mai, '102');
      await server.push.service.expectRing(hung.device);
      const page = await server.push.wakeUp(hung);
      page.respond(await page.expectRequest('INVITE'), 200);
      await mai.expectResponse(200, 'INVITE');
    });
  },
  { limits: FAST },
);

describeOnBothServers(
  'a device that sleeps on',
  (server) => {
    test('has missed the call: 408, and a push that waits for it', async () => {
      const { mai, at } = await rung(server);
      await mai.expectResponse(408, 'INVITE');
      const { payload } = await server.push.service.expect(at(0).device, 'cancel');
      expect(payload).toMatchObject({ response: 'missed' });
      const { callId } = at(0).ring;
      await expect.poll(() => server.harness.board.callRecords(callId)).toMatchObject([{ finalCode: 408 }]);
    });
  },
  { limits: FAST, ringSeconds: 2 },
);
