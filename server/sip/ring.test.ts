import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { headerValue } from './headers.ts';
import { inDialog, invite, uriOf } from './testing/dialogs.ts';
import { Harness } from './testing/harness.ts';
import type { RawClient } from './testing/rawClient.ts';
import { drop, expectNo, expectSameCall, isCall, isFinal, ringing } from './testing/rings.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start();
});
afterEach(() => harness.stop());

describe('a ringing device whose socket closes', () => {
  test('is called again when it is back: the same INVITE on a new branch, and its answer counts', async () => {
    const { mai, hung, sent, incoming, device } = await ringing(harness);
    await drop(harness, hung);
    await expectNo(mai, isFinal);
    const back = await harness.phone('102', { device });
    const again = await back.expectRequest('INVITE');
    expectSameCall(again, incoming);
    expect(again.uri).toBe(back.contact);
    back.respond(again, 180);
    back.respond(again, 200);
    const ok = await mai.expectResponse(200, 'INVITE');
    mai.sendRaw(inDialog(mai, sent, ok, 'ACK', 2));
    await back.expectRequest('ACK');
    expect(harness.board.stats.rings).toBe(0);
    const records = await harness.board.callRecords(incoming.envelope.callId);
    expect(records).toMatchObject([{ finalCode: 200, callee: '102' }]);
  });

  test('gets it right after the 200 to its REGISTER', async () => {
    const { hung, device } = await ringing(harness);
    await drop(harness, hung);
    const back = await harness.phone('102', { device });
    await back.expectRequest('INVITE');
    const [ok, call] = back.frames.slice(-2);
    expect(ok).toMatch(/^SIP\/2\.0 200 .*\r\nCSeq: \d+ REGISTER/su);
    expect(call).toMatch(/^INVITE /u);
  });

  test('may be away more than once, and before it has said anything', async () => {
    const [mai, hung] = [await harness.phone('101'), await harness.phone('102')];
    const { device } = hung.credentials;
    await invite(mai, '102');
    await hung.expectRequest('INVITE');
    await drop(harness, hung);
    const second = await harness.phone('102', { device });
    await second.expectRequest('INVITE');
    await drop(harness, second);
    const third = await harness.phone('102', { device });
    third.respond(await third.expectRequest('INVITE'), 200);
    await mai.expectResponse(200, 'INVITE');
  });

  test('cannot be recognised without +sip.instance, and is 480 at once', async () => {
    const [mai, hung] = [await harness.phone('101'), await harness.phone('102', { register: false })];
    await hung.register({ contact: `<${hung.contact}>` });
    await invite(mai, '102');
    hung.respond(await hung.expectRequest('INVITE'), 180);
    await mai.expectResponse(180);
    hung.ws.terminate();
    await mai.expectResponse(480, 'INVITE');
    expect(harness.board.stats.rings).toBe(0);
  });

  test.each([
    ['that has unregistered', (hung: RawClient) => hung.register({ contact: '*' })],
    [
      'that was logged out',
      async (hung: RawClient) => {
        const cookie = await harness.logIn('102');
        await harness.fetch('/api/logout-everywhere', { method: 'POST', cookie });
        await hung.closed;
      },
    ],
  ])('%s is not waited for: 480', async (_what, leave) => {
    const { mai, hung } = await ringing(harness);
    await leave(hung);
    hung.ws.terminate();
    await mai.expectResponse(480, 'INVITE');
  });

  test('keeps the call ringing until the ring deadline, and no longer: 408', async () => {
    await harness.stop();
    harness = await Harness.start({ ringSeconds: 0.3 });
    const { mai, hung, sent, device } = await ringing(harness);
    await drop(harness, hung);
    await mai.expectResponse(408, 'INVITE');
    expect(harness.board.stats.rings).toBe(0);
    const back = await harness.phone('102', { device });
    await expectNo(back, isCall);
    expect(await harness.board.callRecords(headerValue(sent, 'call-id') ?? '')).toMatchObject([{ finalCode: 408 }]);
  });

  test('of an INVITE alone: a MESSAGE fails with 480', async () => {
    const [mai, hung] = [await harness.phone('101'), await harness.phone('102')];
    await mai.sendAuthenticated('MESSAGE', uriOf('102'), [], 'hello');
    await hung.expectRequest('MESSAGE');
    hung.ws.terminate();
    await mai.expectResponse(480, 'MESSAGE');
  });

  test('is called again only as often as the limit has it', async () => {
    await harness.stop();
    harness = await Harness.start({ limits: { maxBranchesPerRequest: 2 } });
    const { hung, device } = await ringing(harness);
    await drop(harness, hung);
    const second = await harness.phone('102', { device });
    await second.expectRequest('INVITE');
    await drop(harness, second);
    await expectNo(await harness.phone('102', { device }), isCall);
  });
});

describe('what the caller hears', () => {
  test('180 once, however often the device comes back', async () => {
    const { mai, hung, device } = await ringing(harness);
    await drop(harness, hung);
    const back = await harness.phone('102', { device });
    back.respond(await back.expectRequest('INVITE'), 180);
    await back.settle();
    await expectNo(mai, (m) => m.kind === 'response' && m.status === 180);
  });

  test('nothing lower than before, but what wants a PRACK', async () => {
    const { mai, hung, incoming, device } = await ringing(harness);
    hung.respond(incoming, 183);
    await mai.expectResponse(183);
    await drop(harness, hung);
    const back = await harness.phone('102', { device });
    const again = await back.expectRequest('INVITE');
    back.respond(again, 180);
    await back.settle();
    await expectNo(mai, (m) => m.kind === 'response' && m.status === 180);
    back.respond(again, 180, { extra: ['Require: 100rel', 'RSeq: 1'] });
    expect(headerValue(await mai.expectResponse(180), 'rseq')).toBe('1');
  });
});

describe('a device that registers on a new socket while the old one still looks open', () => {
  test('rings on the new one; the old one is told that the call has moved', async () => {
    const { mai, hung, incoming, device } = await ringing(harness);
    const fresh = await harness.phone('102', { device });
    const again = await fresh.expectRequest('INVITE');
    expectSameCall(again, incoming);
    const cancel = await hung.expectRequest('CANCEL');
    expect(headerValue(cancel, 'reason')).toBe('SIP;cause=302;text="Moved to a newer connection"');
    expect(headerValue(cancel, 'via')).toBe(headerValue(incoming, 'via'));
    hung.respond(incoming, 487);
    await hung.expectRequest('ACK');
    await expectNo(mai, isFinal);
    fresh.respond(again, 200);
    await mai.expectResponse(200, 'INVITE');
  });

  test.each([183, 486, 603])('what the old one still says (%i) is not counted', async (status) => {
    const { mai, hung, incoming, device } = await ringing(harness);
    const fresh = await harness.phone('102', { device });
    const again = await fresh.expectRequest('INVITE');
    hung.respond(incoming, status);
    await hung.settle();
    await expectNo(mai, (m) => m.kind === 'response' && m.envelope.cseq.method === 'INVITE');
    fresh.respond(again, 200);
    await mai.expectResponse(200, 'INVITE');
  });

  test.each(['before', 'after'])(
    'a 200 of the old one %s that of the new one is ended with ACK and BYE',
    async (when) => {
      const { mai, hung, incoming, device } = await ringing(harness);
      const fresh = await harness.phone('102', { device });
      const again = await fresh.expectRequest('INVITE');
      if (when === 'after') {
        fresh.respond(again, 200, { tag: 'fresh' });
        await fresh.settle();
      }
      hung.respond(incoming, 200, { tag: 'old' });
      for (const method of ['ACK', 'BYE']) {
        expect((await hung.expectRequest(method)).envelope.to.params.get('tag')).toBe('old');
      }
      if (when === 'before') fresh.respond(again, 200, { tag: 'fresh' });
      expect((await mai.expectResponse(200, 'INVITE')).envelope.to.params.get('tag')).toBe('fresh');
      await hung.settle();
      await expectNo(mai, isFinal);
    },
  );

  test('does not ring again when only the old socket closes', async () => {
    const { mai, hung, device } = await ringing(harness);
    const fresh = await harness.phone('102', { device });
    await fresh.expectRequest('INVITE');
    await drop(harness, hung);
    await expectNo(fresh, isCall);
    await expectNo(mai, isFinal);
  });
});
