/** What Kamailio tells the gateway of calls that go on, and in which order. */
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { headerValue } from '../sip/headers.ts';
import { establish, inDialog } from '../sip/testing/dialogs.ts';
import { Harness, testConfig } from '../sip/testing/harness.ts';
import type { RawClient } from '../sip/testing/rawClient.ts';
import { placeIn, takePlace } from '../sip/testing/transfers.ts';
import { type Pbx, startPbx } from './pbx.ts';
import { missingForPbx } from './testing/missing.ts';

/** Milliseconds: three servers start for it. */
const TIMEOUT = 60_000;
const POLL = { timeout: 10_000 };

const { isLeftOut, hint } = missingForPbx();

// Skipped only where something is not installed, with its name, and never in CI.
describe.skipIf(isLeftOut)(`of a call that goes on, Kamailio tells${hint}`, { timeout: TIMEOUT }, () => {
  /** In the gateway's place, to see what it is told, and to be slow. */
  let ear: Server;
  let told: Record<string, string>[];
  let answer: (event: Record<string, string>, response: ServerResponse) => void;
  let pbx: Pbx;
  let harness: Harness;

  beforeEach(async () => {
    told = [];
    answer = (_event, response) => response.end();
    ear = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const event = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
        told.push(event);
        answer(event, response);
      });
    }).listen(0, '127.0.0.1');
    await once(ear, 'listening');
    const gatewayUrl = `http://127.0.0.1:${(ear.address() as AddressInfo).port}/`;
    pbx = await startPbx({ gateway: testConfig(), kamailio: { gatewayUrl } });
    harness = Harness.over(pbx.gateway, pbx.kamailio.url);
  }, TIMEOUT);
  afterEach(async () => {
    harness.disconnect();
    await pbx.stop();
    ear.close();
    ear.closeAllConnections();
  }, TIMEOUT);

  const phones = (...extensions: string[]) => Promise.all(extensions.map((extension) => harness.phone(extension)));
  const events = (...names: string[]) => told.map(({ event }) => event ?? '').filter((name) => names.includes(name));

  test('who talks, on which devices, and where others of them reach the far side', async () => {
    const [mai, hung] = (await phones('101', '102')) as [RawClient, RawClient];
    const dialog = await establish(mai, hung);
    await expect.poll(() => events('confirmed'), POLL).toEqual(['confirmed']);
    const tag = (header: string | undefined) => header?.split(';tag=')[1];
    expect(told.find(({ event }) => event === 'confirmed')).toEqual({
      event: 'confirmed',
      callId: headerValue(dialog.sent, 'call-id'),
      caller: '101',
      callerDevice: mai.credentials.device,
      callerTag: tag(headerValue(dialog.sent, 'from')),
      callerTarget: mai.gruu,
      callee: '102',
      calleeDevice: hung.credentials.device,
      calleeTag: tag(headerValue(dialog.ok, 'to')),
      calleeTarget: hung.gruu,
      replaced: '-',
      expires: '0',
    });
    await takePlace(mai, hung, placeIn(dialog));
    hung.respond(await hung.expectRequest('INVITE'), 200, { extra: ['Session-Expires: 90;refresher=uas'] });
    await mai.expectResponse(200, 'INVITE');
    const replaced = headerValue(dialog.sent, 'call-id');
    await expect
      .poll(() => told.filter(({ event }) => event === 'confirmed')[1], POLL)
      .toMatchObject({
        replaced,
        expires: '90',
      });
  });

  test('its end again, where that overtook its beginning', async () => {
    const [mai, hung] = (await phones('101', '102')) as [RawClient, RawClient];
    let begin = (): void => undefined;
    answer = (event, response) => {
      if (event.event === 'confirmed') begin = () => response.end();
      else response.end();
    };
    const dialog = await establish(mai, hung);
    // At once: Kamailio waits two seconds for an answer (gateway.cfg).
    mai.sendRaw(inDialog(mai, dialog.sent, dialog.ok, 'BYE', 3));
    await hung.expectRequest('BYE');
    await expect
      .poll(() => events('confirmed', 'hangUp'), POLL)
      .toEqual(expect.arrayContaining(['confirmed', 'hangUp']));
    begin();
    const callId = headerValue(dialog.sent, 'call-id');
    await expect
      .poll(() => told.filter(({ event }) => event === 'hangUp'), POLL)
      .toEqual([
        { event: 'hangUp', callId, from: '101' },
        { event: 'hangUp', callId, from: '101' },
      ]);
  });

  test('only what its parties do', async () => {
    const [mai, hung, alice] = (await phones('101', '102', '103')) as [RawClient, RawClient, RawClient];
    const dialog = await establish(mai, hung);
    for (const method of ['UPDATE', 'BYE']) {
      const forged = inDialog(alice, dialog.sent, dialog.ok, method, 3, ['Session-Expires: 90']);
      alice.sendRaw(forged.replaceAll('101@', '103@'));
      hung.respond(await hung.expectRequest(method), 481);
      await alice.expectResponse(481, method);
    }
    mai.sendRaw(inDialog(mai, dialog.sent, dialog.ok, 'BYE', 3));
    await hung.expectRequest('BYE');
    await expect.poll(() => events('hangUp'), POLL).toContain('hangUp'); // or twice, see above
    expect(told.filter(({ from, event }) => event !== 'invite' && from !== undefined && from !== '101')).toEqual([]);
    expect(events('refreshed')).toEqual([]);
  });
});
