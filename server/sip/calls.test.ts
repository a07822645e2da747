import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { headerValue, headerValues } from './headers.ts';
import { DOMAIN, inDialog, invite, uriOf } from './testing/dialogs.ts';
import { Harness } from './testing/harness.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start();
});
afterEach(() => harness.stop());

describe('a call', () => {
  test('rings, is answered and is hung up', async () => {
    const [mai, hung] = [await harness.phone('101'), await harness.phone('102')];
    const sent = await invite(mai, '102', ['P-Asserted-Identity: "Boss" <sip:1@evil.example>']);
    const incoming = await hung.expectRequest('INVITE');
    expect(incoming.body).toBe('v=0');
    expect(headerValues(incoming, 'p-asserted-identity')).toEqual([`"Nguyễn Thị Mai" <sip:101@${DOMAIN}>`]);
    expect(headerValue(incoming, 'proxy-authorization')).toBeUndefined();
    expect(headerValue(incoming, 'max-forwards')).toBe('69');
    expect(incoming.uri).toBe(hung.contact);
    hung.respond(incoming, 180, { extra: ['P-Asserted-Identity: "Boss" <sip:1@evil.example>'] });
    expect(headerValue(await mai.expectResponse(180), 'p-asserted-identity')).toBeUndefined();
    hung.respond(incoming, 200, { extra: ['P-Asserted-Identity: "Boss" <sip:1@evil.example>'] });
    const ok = await mai.expectResponse(200, 'INVITE');
    expect(headerValues(ok, 'p-asserted-identity')).toEqual([`"Trần Văn Hùng" <sip:102@${DOMAIN}>`]);
    expect(headerValues(ok, 'via')).toHaveLength(1);
    mai.sendRaw(inDialog(mai, sent, ok, 'ACK', 2));
    await hung.expectRequest('ACK');
    mai.sendRaw(inDialog(mai, sent, ok, 'BYE', 3));
    const bye = await hung.expectRequest('BYE');
    expect(headerValue(bye, 'route')).toBeUndefined();
    hung.respond(bye, 200);
    await mai.expectResponse(200, 'BYE');
    const [record] = await harness.board.callRecords(headerValue(sent, 'call-id') ?? '');
    expect(record).toMatchObject({ caller: '101', callee: '102', finalCode: 200 });
    expect(record?.endedAt).toBeGreaterThanOrEqual(record?.answeredAt ?? Number.POSITIVE_INFINITY);
  });
});

describe('an unreachable callee', () => {
  test('is 404 when nobody has the number', async () => {
    const mai = await harness.phone('101');
    const sent = await invite(mai, '999');
    await mai.expectResponse(404, 'INVITE');
    expect(await harness.board.callRecords(headerValue(sent, 'call-id') ?? '')).toMatchObject([
      { callee: '999', finalCode: 404, answeredAt: null },
    ]);
  });

  test('is 480 when no device is registered', async () => {
    const mai = await harness.phone('101');
    await harness.phone('102', { register: false });
    await invite(mai, '102');
    await mai.expectResponse(480, 'INVITE');
  });

  test('is refused when it is not of this domain', async () => {
    const mai = await harness.phone('101');
    await mai.sendAuthenticated('INVITE', 'sip:102@elsewhere.example');
    await mai.expectResponse(403, 'INVITE');
  });

  test('rings no longer than the ring time: 408, and a CANCEL that says so', async () => {
    await harness.stop();
    harness = await Harness.start({ ringSeconds: 0.2 });
    const [mai, hung] = [await harness.phone('101'), await harness.phone('102')];
    await invite(mai, '102');
    const incoming = await hung.expectRequest('INVITE');
    hung.respond(incoming, 180);
    await mai.expectResponse(408, 'INVITE');
    const cancel = await hung.expectRequest('CANCEL');
    expect(headerValue(cancel, 'reason')).toContain('cause=408');
    expect(headerValue(cancel, 'via')).toBe(headerValue(incoming, 'via'));
  });
});

describe('two devices', () => {
  async function ringing() {
    const [mai, desk, laptop] = [await harness.phone('101'), await harness.phone('102'), await harness.phone('102')];
    const sent = await invite(mai, '102');
    const [atDesk, atLaptop] = [await desk.expectRequest('INVITE'), await laptop.expectRequest('INVITE')];
    desk.respond(atDesk, 180);
    laptop.respond(atLaptop, 180);
    await mai.expectResponse(180);
    await desk.settle();
    await laptop.settle();
    return { mai, desk, laptop, sent, atDesk, atLaptop };
  }

  test('answered on one: the other is told that it was answered elsewhere', async () => {
    const { mai, desk, laptop, atDesk } = await ringing();
    desk.respond(atDesk, 200);
    await mai.expectResponse(200, 'INVITE');
    expect(headerValue(await laptop.expectRequest('CANCEL'), 'reason')).toBe(
      'SIP;cause=200;text="Call completed elsewhere"',
    );
  });

  test('both answered: the later one gets ACK and one BYE, and the caller one answer', async () => {
    const { mai, desk, laptop, atDesk, atLaptop } = await ringing();
    desk.respond(atDesk, 200);
    await mai.expectResponse(200, 'INVITE');
    laptop.respond(atLaptop, 200);
    const ack = await laptop.expectRequest('ACK');
    const bye = await laptop.expectRequest('BYE');
    for (const request of [ack, bye]) {
      expect(request.envelope.to.params.get('tag')).toBe(`t${laptop.credentials.device.slice(0, 8)}`);
      expect(request.envelope.callId).toBe(atLaptop.envelope.callId);
      expect(request.uri).toBe(laptop.gruu);
    }
    expect([ack.envelope.cseq.number, bye.envelope.cseq.number]).toEqual([2, 3]);
    // A phone repeats its 2xx until the ACK: it is acknowledged again, and not hung up again.
    laptop.respond(atLaptop, 200);
    await laptop.expectRequest('ACK');
    await laptop.settle();
    await mai.settle();
    expect(laptop.has((m) => m.kind === 'request' && m.method === 'BYE')).toBe(false);
    expect(mai.has((m) => m.kind === 'response' && m.status === 200)).toBe(false);
  });

  test('a repeated 2xx of the winner reaches the caller again', async () => {
    const { mai, desk, atDesk } = await ringing();
    desk.respond(atDesk, 200);
    await mai.expectResponse(200, 'INVITE');
    desk.respond(atDesk, 200);
    await mai.expectResponse(200, 'INVITE');
  });

  test('declined on one: the other rings on, and its answer counts', async () => {
    const { mai, desk, laptop, atDesk, atLaptop } = await ringing();
    desk.respond(atDesk, 486, { extra: ['Reason: Q.850;cause=21'] });
    await desk.expectRequest('ACK');
    await mai.settle();
    expect(mai.has((m) => m.kind === 'response' && m.status >= 200)).toBe(false);
    laptop.respond(atLaptop, 200);
    await mai.expectResponse(200, 'INVITE');
  });

  test('declined everywhere: 603 at once, and the other stops', async () => {
    const { mai, desk, laptop, atDesk } = await ringing();
    desk.respond(atDesk, 603);
    await mai.expectResponse(603, 'INVITE');
    expect(headerValue(await laptop.expectRequest('CANCEL'), 'reason')).toBe('SIP;cause=603;text="Declined"');
  });

  test('busy on one, nobody at the other: the caller hears busy, with its Reason', async () => {
    const { mai, desk, laptop, atDesk, atLaptop, sent } = await ringing();
    laptop.respond(atLaptop, 480);
    desk.respond(atDesk, 486, { extra: ['Reason: Q.850;cause=21'] });
    const final = await mai.expectResponse(486, 'INVITE');
    expect(headerValue(final, 'reason')).toBe('Q.850;cause=21');
    mai.ackHop(sent, final);
    await mai.settle();
    expect(harness.board.stats.droppedAcks).toBe(0);
  });

  test('the caller gives up: 200 to the CANCEL, 487 to the INVITE, both stop without a Reason', async () => {
    const { mai, desk, laptop, sent, atDesk } = await ringing();
    mai.cancel(sent);
    await mai.expectResponse(200, 'CANCEL');
    await mai.expectResponse(487, 'INVITE');
    for (const phone of [desk, laptop])
      expect(headerValue(await phone.expectRequest('CANCEL'), 'reason')).toBeUndefined();
    desk.respond(atDesk, 487);
    await desk.expectRequest('ACK');
    expect(await harness.board.callRecords(headerValue(sent, 'call-id') ?? '')).toMatchObject([{ finalCode: 487 }]);
  });

  test("the caller's socket closes: both stop", async () => {
    const { mai, desk, laptop } = await ringing();
    mai.ws.terminate();
    await desk.expectRequest('CANCEL');
    await laptop.expectRequest('CANCEL');
  });

  test('a phone that dials its own extension rings the other device only', async () => {
    const [desk, laptop] = [await harness.phone('102'), await harness.phone('102')];
    await invite(desk, '102');
    await laptop.expectRequest('INVITE');
    await desk.settle();
    expect(desk.has((m) => m.kind === 'request')).toBe(false);
  });
});

describe('CANCEL', () => {
  test('waits for a provisional response of the device', async () => {
    const [mai, hung] = [await harness.phone('101'), await harness.phone('102')];
    const sent = await invite(mai, '102');
    const incoming = await hung.expectRequest('INVITE');
    mai.cancel(sent);
    await mai.expectResponse(487, 'INVITE');
    await hung.settle();
    expect(hung.has((m) => m.kind === 'request' && m.method === 'CANCEL')).toBe(false);
    hung.respond(incoming, 100);
    await hung.expectRequest('CANCEL');
  });

  test('of a call that is answered at the same moment ends it at the device', async () => {
    const [mai, hung] = [await harness.phone('101'), await harness.phone('102')];
    const sent = await invite(mai, '102');
    const incoming = await hung.expectRequest('INVITE');
    mai.cancel(sent);
    await mai.expectResponse(487, 'INVITE');
    hung.respond(incoming, 200);
    await hung.expectRequest('ACK');
    await hung.expectRequest('BYE');
  });

  test('of nothing is 481', async () => {
    const mai = await harness.phone('101');
    mai.sendRaw(mai.request('CANCEL', uriOf('102')));
    await mai.expectResponse(481, 'CANCEL');
  });
});

describe('out of a dialog', () => {
  test('MESSAGE reaches every device, and the first success is the answer', async () => {
    const [mai, desk, laptop] = [await harness.phone('101'), await harness.phone('102'), await harness.phone('102')];
    await mai.sendAuthenticated('MESSAGE', uriOf('102'), [], 'hello');
    const [first, second] = [await desk.expectRequest('MESSAGE'), await laptop.expectRequest('MESSAGE')];
    expect(first.body).toBe('hello');
    desk.respond(first, 480);
    laptop.respond(second, 200);
    await mai.expectResponse(200, 'MESSAGE');
  });

  test('a GRUU reaches one device only', async () => {
    const [mai, desk, laptop] = [await harness.phone('101'), await harness.phone('102'), await harness.phone('102')];
    await mai.sendAuthenticated('OPTIONS', desk.gruu);
    desk.respond(await desk.expectRequest('OPTIONS'), 200);
    await mai.expectResponse(200, 'OPTIONS');
    await laptop.settle();
    expect(laptop.has((m) => m.kind === 'request')).toBe(false);
  });

  test.each([
    ['BYE', 481],
    ['SUBSCRIBE', 405],
    ['DANCE', 501],
  ])('%s is %i', async (method, status) => {
    const mai = await harness.phone('101');
    mai.sendRaw(mai.request(method, uriOf('102')));
    await mai.expectResponse(status, method);
  });

  test.each([
    ['Max-Forwards: 0', 483],
    ['Proxy-Require: magic', 420],
    ['Max-Forwards: many', 400],
  ])('%s is %i', async (line, status) => {
    const mai = await harness.phone('101');
    mai.sendRaw(mai.request('INVITE', uriOf('102'), [line]));
    await mai.expectResponse(status, 'INVITE');
  });

  test('what has been here before is a loop, and another scheme is not ours', async () => {
    const mai = await harness.phone('101');
    const via = 'Via: SIP/2.0/WS a.invalid;branch=z9hG4bK1, SIP/2.0/WS switchhook.local;branch=z9hG4bK2';
    mai.sendRaw(mai.request('INVITE', uriOf('102'), [via]));
    await mai.expectResponse(482, 'INVITE');
    mai.sendRaw(mai.request('INVITE', 'tel:102'));
    await mai.expectResponse(416, 'INVITE');
  });
});

describe('identity', () => {
  test('a From that is not the own one is refused', async () => {
    const [mai, hung] = [await harness.phone('101'), await harness.phone('102')];
    await mai.sendAuthenticated('INVITE', uriOf('102'), [`From: "Alice" <${uriOf('103')}>;tag=a`]);
    await mai.expectResponse(403, 'INVITE');
    await hung.settle();
    expect(hung.has((m) => m.kind === 'request')).toBe(false);
  });

  test('a response from a device that was not asked changes nothing', async () => {
    const [mai, hung, ben] = [await harness.phone('101'), await harness.phone('102'), await harness.phone('104')];
    await invite(mai, '102');
    const incoming = await hung.expectRequest('INVITE');
    ben.respond(incoming, 200);
    await ben.settle();
    await mai.settle();
    expect(mai.has((m) => m.kind === 'response' && m.status === 200)).toBe(false);
    expect(harness.board.stats.strayResponses).toBe(1);
    expect(DOMAIN).toBe(harness.board.config.sipDomain);
  });
});
