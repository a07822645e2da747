import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { headerValue } from './headers.ts';
import { type Established, establish, fromCallee, inDialog, invite, uriOf } from './testing/dialogs.ts';
import { Harness } from './testing/harness.ts';
import type { RawClient } from './testing/rawClient.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start();
});
afterEach(() => harness.stop());

async function talking() {
  const [mai, hung] = [await harness.phone('101'), await harness.phone('102')];
  return { mai, hung, dialog: await establish(mai, hung) };
}

describe('after a socket was replaced', () => {
  test.each(['INFO', 'INVITE', 'UPDATE', 'REFER', 'NOTIFY', 'MESSAGE', 'OPTIONS', 'BYE'])(
    "%s reaches the callee's new socket",
    async (method) => {
      const { mai, hung, dialog } = await talking();
      await hung.close();
      const again = await harness.phone('102', { device: hung.credentials.device });
      mai.sendRaw(inDialog(mai, dialog.sent, dialog.ok, method, 3));
      const incoming = await again.expectRequest(method);
      expect(incoming.uri).toBe(again.contact);
      again.respond(incoming, 200);
      await mai.expectResponse(200, method);
    },
  );

  test('the newest socket of a device counts while the old one still looks open, and after it has closed', async () => {
    const { mai, hung, dialog } = await talking();
    const again = await harness.phone('102', { device: hung.credentials.device });
    mai.sendRaw(inDialog(mai, dialog.sent, dialog.ok, 'INFO', 3));
    again.respond(await again.expectRequest('INFO'), 200);
    await mai.expectResponse(200, 'INFO');
    await hung.close();
    await expect.poll(() => harness.board.stats.sockets).toBe(2);
    mai.sendRaw(inDialog(mai, dialog.sent, dialog.ok, 'BYE', 4));
    again.respond(await again.expectRequest('BYE'), 200);
    await mai.expectResponse(200, 'BYE');
  });

  test('what was sent to a socket that nobody reads is 480 when its device is back on another', async () => {
    const { mai, hung, dialog } = await talking();
    mai.sendRaw(inDialog(mai, dialog.sent, dialog.ok, 'INVITE', 3));
    await hung.expectRequest('INVITE'); // and says nothing: it is dead
    await harness.phone('102', { device: hung.credentials.device });
    await mai.expectResponse(480, 'INVITE');
  });

  test('what the old socket has begun to answer is still its own', async () => {
    const { mai, hung, dialog } = await talking();
    mai.sendRaw(inDialog(mai, dialog.sent, dialog.ok, 'INVITE', 3));
    const incoming = await hung.expectRequest('INVITE');
    hung.respond(incoming, 100);
    hung.respond(incoming, 180);
    await mai.expectResponse(180, 'INVITE');
    await harness.phone('102', { device: hung.credentials.device });
    hung.respond(incoming, 200);
    await mai.expectResponse(200, 'INVITE');
  });

  test('the callee reaches the caller on its new socket, once it has shown who it is', async () => {
    const { mai, hung, dialog } = await talking();
    await mai.close();
    const back = await harness.phone('101', { device: mai.credentials.device });
    hung.sendRaw(fromCallee(hung, dialog, 'BYE', 1));
    back.respond(await back.expectRequest('BYE'), 200);
    await hung.expectResponse(200, 'BYE');
    const [record] = await harness.board.callRecords(headerValue(dialog.sent, 'call-id') ?? '');
    expect(record?.endedAt).not.toBeNull();
  });

  test('a socket that has not registered yet is asked who it is, and may then hang up', async () => {
    const { mai, hung, dialog } = await talking();
    await mai.close();
    const back = await harness.phone('101', { device: mai.credentials.device, register: false });
    const target = hung.gruu;
    const lines = (cseq: number) => [
      `From: ${headerValue(dialog.sent, 'from')}`,
      `To: ${headerValue(dialog.ok, 'to')}`,
      `Call-ID: ${headerValue(dialog.sent, 'call-id')}`,
      `CSeq: ${cseq} BYE`,
    ];
    back.sendRaw(back.request('BYE', target, lines(3)));
    const challenge = await back.expectResponse(407, 'BYE');
    back.sendRaw(back.request('BYE', target, [...lines(4), back.answer(challenge, 'BYE', target)]));
    hung.respond(await hung.expectRequest('BYE'), 200);
    await back.expectResponse(200, 'BYE');
  });
});

describe('while the callee is away for a moment', () => {
  const endedAt = async (dialog: Established) =>
    (await harness.board.callRecords(headerValue(dialog.sent, 'call-id') ?? ''))[0]?.endedAt;

  /** Once both have gone, nothing is left of the call or of them. */
  async function expectOver(mai: RawClient, again: RawClient): Promise<void> {
    await Promise.all([mai.close(), again.close()]);
    await expect
      .poll(() => harness.board.stats, { timeout: 4000 })
      .toMatchObject({ sockets: 0, devices: 0, serverTransactions: 0, clientTransactions: 0, rings: 0 });
  }

  test('a BYE is 480, and one that is sent again reaches its next socket; the call has ended with the first', async () => {
    const { mai, hung, dialog } = await talking();
    await hung.close();
    mai.sendRaw(inDialog(mai, dialog.sent, dialog.ok, 'BYE', 3));
    await mai.expectResponse(480, 'BYE');
    const at = await endedAt(dialog);
    expect(at).not.toBeNull();
    const again = await harness.phone('102', { device: hung.credentials.device });
    await again.settle();
    expect(again.has((m) => m.kind === 'request')).toBe(false);
    mai.sendRaw(inDialog(mai, dialog.sent, dialog.ok, 'BYE', 4));
    again.respond(await again.expectRequest('BYE'), 200);
    await mai.expectResponse(200, 'BYE');
    expect(await endedAt(dialog)).toBe(at);
    await expectOver(mai, again);
  });

  test('a BYE that is under way when the socket closes is 480', async () => {
    const { mai, hung, dialog } = await talking();
    mai.sendRaw(inDialog(mai, dialog.sent, dialog.ok, 'BYE', 3));
    await hung.expectRequest('BYE');
    hung.ws.terminate();
    await mai.expectResponse(480, 'BYE');
    await expectOver(mai, await harness.phone('102', { device: hung.credentials.device }));
  });

  test('a BYE to a socket that only looks open is 408', async () => {
    await harness.stop();
    harness = await Harness.start({ limits: { transactionMs: 100 } });
    const { mai, hung, dialog } = await talking();
    hung.ws.pause();
    mai.sendRaw(inDialog(mai, dialog.sent, dialog.ok, 'BYE', 3));
    await mai.expectResponse(408, 'BYE');
    hung.ws.terminate();
    await expectOver(mai, await harness.phone('102', { device: hung.credentials.device }));
  });

  test('a BYE to a plain Contact is 404: nobody else may ever be meant by it', async () => {
    const [mai, hung] = [await harness.phone('101'), await harness.phone('102')];
    const sent = await invite(mai, '102');
    hung.respond(await hung.expectRequest('INVITE'), 200, { contact: hung.contact });
    const ok = await mai.expectResponse(200, 'INVITE');
    await hung.close();
    mai.sendRaw(inDialog(mai, sent, ok, 'BYE', 3));
    await mai.expectResponse(404, 'BYE');
  });

  test('a re-INVITE is 480 and does not ring again when the device is back', async () => {
    const { mai, hung, dialog } = await talking();
    mai.sendRaw(inDialog(mai, dialog.sent, dialog.ok, 'INVITE', 3));
    await hung.expectRequest('INVITE');
    hung.ws.terminate();
    await mai.expectResponse(480, 'INVITE');
    const again = await harness.phone('102', { device: hung.credentials.device });
    await again.settle();
    expect(again.has((m) => m.kind === 'request')).toBe(false);
    await expectOver(mai, again);
  });
});

describe('routing', () => {
  test('a plain Contact leads to the device that used it', async () => {
    const [mai, hung] = [await harness.phone('101'), await harness.phone('102')];
    const sent = await invite(mai, '102');
    hung.respond(await hung.expectRequest('INVITE'), 200, { contact: hung.contact });
    const ok = await mai.expectResponse(200, 'INVITE');
    mai.sendRaw(inDialog(mai, sent, ok, 'ACK', 2));
    expect((await hung.expectRequest('ACK')).uri).toBe(hung.contact);
  });

  test('a refused re-INVITE comes back as the device said it', async () => {
    const { mai, hung, dialog } = await talking();
    mai.sendRaw(inDialog(mai, dialog.sent, dialog.ok, 'INVITE', 3));
    await mai.expectResponse(100, 'INVITE');
    hung.respond(await hung.expectRequest('INVITE'), 491);
    await hung.expectRequest('ACK');
    await mai.expectResponse(491, 'INVITE');
  });

  test('CANCEL of a re-INVITE is passed on, and an answer that crosses it still counts', async () => {
    const { mai, hung, dialog } = await talking();
    const text = inDialog(mai, dialog.sent, dialog.ok, 'INVITE', 3);
    mai.sendRaw(text);
    const incoming = await hung.expectRequest('INVITE');
    hung.respond(incoming, 180);
    await mai.expectResponse(180);
    mai.sendRaw(text.replace(/^INVITE/u, 'CANCEL').replace('CSeq: 3 INVITE', 'CSeq: 3 CANCEL'));
    await mai.expectResponse(200, 'CANCEL');
    await hung.expectRequest('CANCEL');
    hung.respond(incoming, 200);
    await mai.expectResponse(200, 'INVITE');
    await hung.settle();
    expect(hung.has((m) => m.kind === 'request' && m.method === 'BYE')).toBe(false);
  });

  test.each([
    ['a Route that leads elsewhere', ['Route: <sip:evil.example;lr>'], 403],
    ['a Request-URI that is nobody of ours', [], 404],
  ])('%s is refused', async (_what, extra, status) => {
    const { mai } = await talking();
    mai.sendRaw(mai.request('INFO', 'sip:x@unknown.invalid', [`To: <${uriOf('102')}>;tag=b`, ...extra]));
    await mai.expectResponse(status, 'INFO');
  });
});

describe('a stranger', () => {
  test('cannot speak in a dialog in the name of another', async () => {
    const { mai, hung, dialog } = await talking();
    const ben = await harness.phone('104');
    ben.sendRaw(
      ben.request('BYE', hung.gruu, [
        `From: ${headerValue(dialog.sent, 'from')}`,
        `To: ${headerValue(dialog.ok, 'to')}`,
        `Call-ID: ${headerValue(dialog.sent, 'call-id')}`,
        'CSeq: 9 BYE',
      ]),
    );
    await ben.expectResponse(403, 'BYE');
    const acksBefore = harness.board.stats.droppedAcks;
    ben.sendRaw(inDialog(mai, dialog.sent, dialog.ok, 'ACK', 2));
    await ben.settle();
    expect(harness.board.stats.droppedAcks).toBe(acksBefore + 1);
    await hung.settle();
    expect(hung.has((m) => m.kind === 'request')).toBe(false);
  });

  test("cannot take over the Contact host of another's device", async () => {
    const [mai, ben] = [await harness.phone('101'), await harness.phone('104')];
    await mai.settle();
    const stolen = `<${mai.contact}>;+sip.instance="<urn:uuid:${ben.credentials.device}>"`;
    expect((await ben.register({ contact: stolen })).status).toBe(403);
    await ben.sendAuthenticated('INVITE', uriOf('101'), [`Contact: <${mai.contact}>`]);
    await ben.expectResponse(403, 'INVITE');
  });
});
