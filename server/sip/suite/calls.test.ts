import { expect, test } from 'vitest';
import { headerValue, headerValues } from '../headers.ts';
import { DOMAIN, establish, inDialog, invite, uriOf } from '../testing/dialogs.ts';
import type { RawClient } from '../testing/rawClient.ts';
import { expectNo, expectSameCall, isCall, isFinal } from '../testing/rings.ts';
import { describeOnBothServers, type ServerUnderTest } from './servers.ts';

const ELSEWHERE = 'SIP;cause=200;text="Call completed elsewhere"';

/** Mai's call rings at each of Hung's phones. */
async function ringing(server: ServerUnderTest, phones = 1) {
  const mai = await server.harness.phone('101');
  const all: RawClient[] = [];
  for (let n = 0; n < phones; n += 1) all.push(await server.harness.phone('102'));
  const sent = await invite(mai, '102');
  const incoming = await Promise.all(all.map((phone) => phone.expectRequest('INVITE')));
  all.forEach((phone, n) => {
    const call = incoming[n];
    if (call) phone.respond(call, 180);
  });
  // Seen by the server, each of them: a branch that has said nothing cannot be canceled yet (RFC 3261 9.1), and Kamailio
  // leaves the reason out when it does so later.
  for (const phone of all) await phone.settle();
  await mai.expectResponse(180);
  const at = (n: number) => {
    const [phone, call] = [all[n], incoming[n]];
    if (!phone || !call) throw new Error('there are not so many phones');
    return { phone, incoming: call, device: phone.credentials.device };
  };
  return { mai, sent, at };
}

describeOnBothServers('a call', (server) => {
  test('is set up, with the caller as the server knows him, and hung up by the caller', async () => {
    const [mai, hung] = [await server.harness.phone('101'), await server.harness.phone('102')];
    const { sent, incoming, ok } = await establish(mai, hung);
    expect(headerValues(incoming, 'p-asserted-identity')).toEqual([`"Nguyễn Thị Mai" <sip:101@${DOMAIN}>`]);
    expect(incoming.uri).toContain(hung.host);
    expect(incoming.body).toBe('v=0');
    mai.sendRaw(inDialog(mai, sent, ok, 'BYE', 3));
    hung.respond(await hung.expectRequest('BYE'), 200);
    await mai.expectResponse(200, 'BYE');
  });

  test('cannot pretend to be somebody else: identities of the client are taken away (RFC 3325 5)', async () => {
    const [mai, hung] = [await server.harness.phone('101'), await server.harness.phone('102')];
    await invite(mai, '102', ['P-Asserted-Identity: <sip:boss@example.com>', 'P-Preferred-Identity: <sip:boss@x>']);
    const incoming = await hung.expectRequest('INVITE');
    expect(headerValues(incoming, 'p-asserted-identity')).toEqual([`"Nguyễn Thị Mai" <sip:101@${DOMAIN}>`]);
    expect(headerValue(incoming, 'p-preferred-identity')).toBeUndefined();
    expect(headerValue(incoming, 'proxy-authorization')).toBeUndefined();
  });

  test.each([
    ['nobody has that number', '999', 404],
    ['nobody is there', '102', 480],
  ])('when %s', async (_what, number, status) => {
    const mai = await server.harness.phone('101');
    await mai.sendAuthenticated('INVITE', uriOf(number), [`Contact: <${mai.gruu}>`], 'v=0');
    await mai.expectResponse(status, 'INVITE');
  });

  test.each([486, 480, 488, 603, 302])('that the only device answers %i ends with it', async (status) => {
    const { mai, sent, at } = await ringing(server);
    at(0).phone.respond(at(0).incoming, status);
    mai.ackHop(sent, await mai.expectResponse(status, 'INVITE'));
    await at(0).phone.expectRequest('ACK');
  });

  test('is canceled: 200 to the CANCEL, 487 to the INVITE, CANCEL to the device', async () => {
    const { mai, sent, at } = await ringing(server);
    mai.cancel(sent);
    await mai.expectResponse(200, 'CANCEL');
    await at(0).phone.expectRequest('CANCEL');
    at(0).phone.respond(at(0).incoming, 487);
    mai.ackHop(sent, await mai.expectResponse(487, 'INVITE'));
  });

  test('CANCEL of nothing is 481', async () => {
    const mai = await server.harness.phone('101');
    mai.sendRaw(mai.request('CANCEL', uriOf('102')));
    await mai.expectResponse(481, 'CANCEL');
  });
});

describeOnBothServers('forking', (server, kind) => {
  test('rings all devices; the first answer wins, and the others are told why they stop (RFC 3326)', async () => {
    const { mai, sent, at } = await ringing(server, 2);
    at(0).phone.respond(at(0).incoming, 200);
    const ok = await mai.expectResponse(200, 'INVITE');
    mai.sendRaw(inDialog(mai, sent, ok, 'ACK', 2));
    await at(0).phone.expectRequest('ACK');
    expect(headerValue(await at(1).phone.expectRequest('CANCEL'), 'reason')).toBe(ELSEWHERE);
  });

  test('waits for the others when one is busy; the caller hears the best of the answers', async () => {
    const { mai, at } = await ringing(server, 2);
    at(0).phone.respond(at(0).incoming, 486);
    await at(0).phone.expectRequest('ACK');
    await expectNo(mai, isFinal);
    at(1).phone.respond(at(1).incoming, 480);
    // A busy person is more than an absent one (RFC 3261 16.7, item 6 leaves the choice within 4xx).
    await mai.expectResponse(486, 'INVITE');
  });

  test('ends for all when one declines with 6xx (RFC 3261 16.7, item 5)', async () => {
    const { mai, at } = await ringing(server, 2);
    at(0).phone.respond(at(0).incoming, 603);
    expect(headerValue(await at(1).phone.expectRequest('CANCEL'), 'reason')).toContain('SIP;cause=603');
    at(1).phone.respond(at(1).incoming, 487);
    await mai.expectResponse(603, 'INVITE');
  });

  test('answers that cross: nobody is left in a call that nobody ends', async () => {
    const { mai, sent, at } = await ringing(server, 2);
    at(0).phone.respond(at(0).incoming, 200, { tag: 'first' });
    at(1).phone.respond(at(1).incoming, 200, { tag: 'second' });
    const first = await mai.expectResponse(200, 'INVITE');
    mai.sendRaw(inDialog(mai, sent, first, 'ACK', 2));
    const [winner, loser] = headerValue(first, 'to')?.includes('first') ? [at(0), at(1)] : [at(1), at(0)];
    await winner.phone.expectRequest('ACK');
    if (kind === 'switchboard') {
      // It knows who lost, and ends that call itself: ACK and BYE (decided for clients that do not).
      await loser.phone.expectRequest('ACK');
      await loser.phone.expectRequest('BYE');
      await expectNo(mai, isFinal);
      return;
    }
    // A proxy passes every 2xx on (RFC 3261 16.7, item 5), and the caller ends the second one (13.2.2.4).
    const second = await mai.expectResponse(200, 'INVITE');
    expect(headerValue(second, 'to')).not.toBe(headerValue(first, 'to'));
    mai.sendRaw(inDialog(mai, sent, second, 'ACK', 2));
    await loser.phone.expectRequest('ACK');
    mai.sendRaw(inDialog(mai, sent, second, 'BYE', 3));
    loser.phone.respond(await loser.phone.expectRequest('BYE'), 200);
    await mai.expectResponse(200, 'BYE');
  });

  test('who dials his own number means his other devices', async () => {
    const [mai, laptop] = [await server.harness.phone('101'), await server.harness.phone('101')];
    await invite(mai, '101');
    laptop.respond(await laptop.expectRequest('INVITE'), 200);
    await mai.expectResponse(200, 'INVITE');
    await expectNo(mai, isCall);
  });
});

describeOnBothServers('while it rings', (server) => {
  test('a device that registers gets the call too', async () => {
    const { mai } = await ringing(server);
    const late = await server.harness.phone('102');
    late.respond(await late.expectRequest('INVITE'), 200);
    await mai.expectResponse(200, 'INVITE');
  });

  test('to register again does not ring a second time', async () => {
    const { at } = await ringing(server);
    await at(0).phone.register();
    await expectNo(at(0).phone, isCall);
  });

  test('a device whose socket closes gets the same call on its next one, and its answer counts', async () => {
    const { mai, sent, at } = await ringing(server);
    const { incoming, device } = at(0);
    await server.drop(at(0).phone);
    await expectNo(mai, isFinal);
    const back = await server.harness.phone('102', { device });
    const again = await back.expectRequest('INVITE');
    expectSameCall(again, incoming);
    back.respond(again, 200);
    const ok = await mai.expectResponse(200, 'INVITE');
    mai.sendRaw(inDialog(mai, sent, ok, 'ACK', 2));
    await back.expectRequest('ACK');
  });

  test('a device that comes back may decline', async () => {
    const { mai, at } = await ringing(server);
    await server.drop(at(0).phone);
    const back = await server.harness.phone('102', { device: at(0).device });
    back.respond(await back.expectRequest('INVITE'), 486);
    await mai.expectResponse(486, 'INVITE');
  });
});

describeOnBothServers(
  'a call that nobody answers',
  (server) => {
    test('is 408 when its time is over, and its device is told', async () => {
      const { mai, at } = await ringing(server);
      await at(0).phone.expectRequest('CANCEL');
      at(0).phone.respond(at(0).incoming, 487);
      await mai.expectResponse(408, 'INVITE');
      await expectNo(await server.harness.phone('102'), isCall);
    });
  },
  { ringSeconds: 1 },
);
