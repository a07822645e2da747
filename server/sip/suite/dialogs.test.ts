import { expect, test } from 'vitest';
import { headerValue } from '../headers.ts';
import { DOMAIN, establish, fromCallee, inDialog, uriOf } from '../testing/dialogs.ts';
import { expectNo } from '../testing/rings.ts';
import { placeIn, takePlace } from '../testing/transfers.ts';
import { describeOnBothServers, type ServerUnderTest } from './servers.ts';

async function talking(server: ServerUnderTest) {
  const [mai, hung] = [await server.harness.phone('101'), await server.harness.phone('102')];
  return { mai, hung, dialog: await establish(mai, hung) };
}

describeOnBothServers('in a dialog', (server) => {
  test.each(['INFO', 'INVITE', 'UPDATE', 'REFER', 'NOTIFY', 'MESSAGE', 'OPTIONS'])(
    '%s goes both ways, with its body and its own headers',
    async (method) => {
      const { mai, hung, dialog } = await talking(server);
      const extra = [`Refer-To: <sip:103@${DOMAIN}>`, 'Session-Expires: 90;refresher=uac'];
      mai.sendRaw(inDialog(mai, dialog.sent, dialog.ok, method, 3, extra));
      const incoming = await hung.expectRequest(method);
      expect(headerValue(incoming, 'refer-to')).toBe(`<sip:103@${DOMAIN}>`);
      expect(headerValue(incoming, 'session-expires')).toBe('90;refresher=uac');
      hung.respond(incoming, method === 'REFER' ? 202 : 200);
      await mai.expectResponse([200, 202], method);
      hung.sendRaw(fromCallee(hung, dialog, method, 1));
      mai.respond(await mai.expectRequest(method), 200);
      await hung.expectResponse(200, method);
    },
  );

  test('a re-INVITE is ACKed end to end, and refused without ending the call', async () => {
    const { mai, hung, dialog } = await talking(server);
    mai.sendRaw(inDialog(mai, dialog.sent, dialog.ok, 'INVITE', 3));
    hung.respond(await hung.expectRequest('INVITE'), 488);
    const refused = await mai.expectResponse(488, 'INVITE');
    expect(headerValue(refused, 'call-id')).toBe(headerValue(dialog.sent, 'call-id'));
    mai.sendRaw(inDialog(mai, dialog.sent, dialog.ok, 'INFO', 4));
    hung.respond(await hung.expectRequest('INFO'), 200);
    await mai.expectResponse(200, 'INFO');
  });

  test('nobody else can speak: another From is 403', async () => {
    const { mai, hung, dialog } = await talking(server);
    const ben = await server.harness.phone('104');
    ben.sendRaw(inDialog(mai, dialog.sent, dialog.ok, 'BYE', 3));
    await ben.expectResponse(403, 'BYE');
    await expectNo(hung, (m) => m.kind === 'request');
  });

  test('a Route that leads elsewhere is not followed', async () => {
    const { mai, hung, dialog } = await talking(server);
    const extra = ['Route: <sip:127.0.0.1:9;transport=udp;lr>'];
    mai.sendRaw(inDialog(mai, dialog.sent, dialog.ok, 'INFO', 3, extra));
    await mai.expectResponse(403, 'INFO');
    await expectNo(hung, (m) => m.kind === 'request');
  });
});

describeOnBothServers('a GRUU (RFC 5627)', (server) => {
  test.each(['INFO', 'INVITE', 'UPDATE', 'REFER', 'BYE'])(
    "%s reaches the callee's new socket after the old one was replaced",
    async (method) => {
      const { mai, hung, dialog } = await talking(server);
      await server.drop(hung);
      const again = await server.harness.phone('102', { device: hung.credentials.device });
      mai.sendRaw(inDialog(mai, dialog.sent, dialog.ok, method, 3));
      const incoming = await again.expectRequest(method);
      again.respond(incoming, 200);
      await mai.expectResponse(200, method);
    },
  );

  test("reaches the caller's new socket too, and while the old one still looks open", async () => {
    const { mai, hung, dialog } = await talking(server);
    const back = await server.harness.phone('101', { device: mai.credentials.device });
    hung.sendRaw(fromCallee(hung, dialog, 'BYE', 1));
    back.respond(await back.expectRequest('BYE'), 200);
    await hung.expectResponse(200, 'BYE');
  });

  test('of a device that is away is 480 in a dialog', async () => {
    const { mai, hung, dialog } = await talking(server);
    await server.drop(hung);
    mai.sendRaw(inDialog(mai, dialog.sent, dialog.ok, 'BYE', 3));
    await mai.expectResponse(480, 'BYE');
  });

  test('rings one device of an account', async () => {
    const [mai, desk] = [await server.harness.phone('101'), await server.harness.phone('102')];
    const laptop = await server.harness.phone('102');
    await mai.sendAuthenticated('INVITE', desk.gruu, [`Contact: <${mai.gruu}>`], 'v=0');
    desk.respond(await desk.expectRequest('INVITE'), 200);
    await mai.expectResponse(200, 'INVITE');
    await expectNo(laptop, (m) => m.kind === 'request');
  });

  test('takes an INVITE with Replaces of a party to the device whose dialog it names (RFC 3891)', async () => {
    const { mai, hung, dialog } = await talking(server);
    const other = await server.harness.phone('101');
    const place = placeIn(dialog);
    const extra = [
      `Contact: <${other.gruu}>`,
      `Replaces: ${place}`,
      'Require: replaces',
      `Referred-By: <sip:104@${DOMAIN}>`,
    ];
    await other.sendAuthenticated('INVITE', hung.gruu, extra, 'v=0');
    const incoming = await hung.expectRequest('INVITE');
    expect(headerValue(incoming, 'replaces')).toBe(place);
    expect(headerValue(incoming, 'require')).toBe('replaces');
    expect(headerValue(incoming, 'p-asserted-identity')).toContain(`sip:101@${DOMAIN}`);
    // Nobody has sent him, whatever he says.
    expect(headerValue(incoming, 'referred-by')).toBeUndefined();
    hung.respond(incoming, 200);
    const ok = await other.expectResponse(200, 'INVITE');
    expect(headerValue(ok, 'p-asserted-identity')).toContain(`<sip:102@${DOMAIN}>`);
    mai.sendRaw(inDialog(mai, dialog.sent, dialog.ok, 'BYE', 3));
    await hung.expectRequest('BYE');
  });

  test('refuses a third account that sends the same Replaces: 403', async () => {
    const { hung, dialog } = await talking(server);
    const ben = await server.harness.phone('104');
    const extra = [`Contact: <${ben.gruu}>`, `Replaces: ${placeIn(dialog)}`, `Referred-By: <sip:101@${DOMAIN}>`];
    await ben.sendAuthenticated('INVITE', hung.gruu, extra, 'v=0');
    await ben.expectResponse(403, 'INVITE');
    await expectNo(hung, (m) => m.kind === 'request');
  });

  test('refuses it whatever else a third account does with these ids, and lets the party in still', async () => {
    const { mai, hung, dialog } = await talking(server);
    const [alice, ben] = [await server.harness.phone('103'), await server.harness.phone('104')];
    const callId = `Call-ID: ${headerValue(dialog.sent, 'call-id')}`;
    const tags = [
      `From: ${headerValue(dialog.sent, 'from')}`.replace('101@', '103@'),
      `To: ${headerValue(dialog.ok, 'to')}`,
    ];
    alice.sendRaw(alice.request('BYE', hung.gruu, [...tags, callId, 'CSeq: 9 BYE']));
    hung.respond(await hung.expectRequest('BYE'), 481);
    await alice.expectResponse(481, 'BYE');
    // A call between strangers that has the same Call-ID.
    await alice.sendAuthenticated('INVITE', ben.gruu, [`Contact: <${alice.gruu}>`, callId], 'v=0');
    ben.respond(await ben.expectRequest('INVITE'), 200);
    await alice.expectResponse(200, 'INVITE');
    await takePlace(alice, hung, placeIn(dialog));
    await alice.expectResponse(403, 'INVITE');
    await takePlace(mai, hung, placeIn(dialog));
    expect(headerValue(await hung.expectRequest('INVITE'), 'replaces')).toBe(placeIn(dialog));
  });

  test('lets a third account in that a party has sent, and says who has sent it (RFC 3892)', async () => {
    const { mai, hung, dialog } = await talking(server);
    const ben = await server.harness.phone('104');
    const toBen = await establish(mai, ben);
    const place = placeIn(dialog);
    const refer = [`Refer-To: <sip:102@${DOMAIN}?Replaces=${encodeURIComponent(place)}>`];
    mai.sendRaw(inDialog(mai, toBen.sent, toBen.ok, 'REFER', 3, refer));
    ben.respond(await ben.expectRequest('REFER'), 202);
    await mai.expectResponse(202, 'REFER');
    await ben.sendAuthenticated('INVITE', hung.gruu, [`Contact: <${ben.gruu}>`, `Replaces: ${place}`], 'v=0');
    const incoming = await hung.expectRequest('INVITE');
    expect(headerValue(incoming, 'p-asserted-identity')).toContain(`sip:104@${DOMAIN}`);
    expect(headerValue(incoming, 'referred-by')).toBe(`<sip:101@${DOMAIN}>`);
  });

  test('that is away is not woken for a call that is up', async () => {
    const { mai, hung, dialog } = await talking(server);
    const sleeper = await server.push.sleeper('102', { device: hung.credentials.device });
    await server.drop(hung);
    await mai.sendAuthenticated('INVITE', hung.gruu, [`Contact: <${mai.gruu}>`, `Replaces: ${placeIn(dialog)}`], 'v=0');
    await mai.expectResponse(480, 'INVITE');
    expect(server.push.service.to(sleeper.device)).toEqual([]);
  });
});

describeOnBothServers('outside a dialog', (server) => {
  test.each([
    ['MESSAGE', 200],
    ['REFER', 202],
    ['OPTIONS', 200],
  ])('%s reaches the callee, and its answer the caller', async (method, status) => {
    const [mai, hung] = [await server.harness.phone('101'), await server.harness.phone('102')];
    await mai.sendAuthenticated(method, uriOf('102'), [`Contact: <${mai.gruu}>`], 'hello');
    const incoming = await hung.expectRequest(method);
    expect(incoming.body).toBe('hello');
    expect(headerValue(incoming, 'p-asserted-identity')).toContain(`sip:101@${DOMAIN}`);
    hung.respond(incoming, status);
    await mai.expectResponse(status, method);
  });

  test('MESSAGE to somebody who is not there is 480', async () => {
    const mai = await server.harness.phone('101');
    await mai.sendAuthenticated('MESSAGE', uriOf('102'), [], 'hello');
    await mai.expectResponse(480, 'MESSAGE');
  });

  test.each([
    ['BYE', 481],
    ['INFO', 481],
    ['UPDATE', 481],
    ['SUBSCRIBE', 405],
    ['PUBLISH', 405],
    ['TELEPORT', 501],
  ])('%s is %i', async (method, status) => {
    const mai = await server.harness.phone('101');
    mai.sendRaw(mai.request(method, uriOf('102')));
    await mai.expectResponse(status, method);
  });

  test('OPTIONS to the server itself is 200', async () => {
    const mai = await server.harness.phone('101');
    await mai.sendAuthenticated('OPTIONS', `sip:${DOMAIN}`);
    await mai.expectResponse(200, 'OPTIONS');
  });

  test('nothing is relayed to strangers: 403', async () => {
    const mai = await server.harness.phone('101');
    await mai.sendAuthenticated('INVITE', 'sip:somebody@elsewhere.example', [`Contact: <${mai.gruu}>`], 'v=0');
    await mai.expectResponse(403, 'INVITE');
  });

  test('no hops are left: 483', async () => {
    const mai = await server.harness.phone('101');
    mai.sendRaw(mai.request('MESSAGE', uriOf('102'), ['Max-Forwards: 0']));
    await mai.expectResponse(483, 'MESSAGE');
  });
});
