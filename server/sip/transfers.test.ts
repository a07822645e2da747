import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { headerValue, headerValues } from './headers.ts';
import { DOMAIN, establish, fromCallee, inDialog, invite, uriOf } from './testing/dialogs.ts';
import { Harness } from './testing/harness.ts';
import type { RawClient } from './testing/rawClient.ts';
import { FORGED, placeIn, send, takePlace } from './testing/transfers.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start();
});
afterEach(() => harness.stop());

const phones = () => Promise.all(['101', '102', '103', '104'].map((extension) => harness.phone(extension)));
describe('REFER in a dialog', () => {
  test('is passed, with its sender as who has sent, and its NOTIFYs come back', async () => {
    const [mai, hung] = (await phones()) as [RawClient, RawClient];
    const dialog = await establish(mai, hung);
    const refer = await send(mai, hung, dialog, `<${uriOf('103')}>`);
    expect(headerValues(refer, 'referred-by')).toEqual([`<sip:101@${DOMAIN}>`]);
    expect(headerValue(refer, 'refer-to')).toBe(`<${uriOf('103')}>`);
    hung.sendRaw(fromCallee(hung, dialog, 'NOTIFY', 1, ['Event: refer', 'Subscription-State: active']));
    mai.respond(await mai.expectRequest('NOTIFY'), 200);
    await hung.expectResponse(200, 'NOTIFY');
  });

  test('is what a Referred-By in an INVITE is written for, and nothing else is', async () => {
    const [mai, hung, alice, ben] = (await phones()) as [RawClient, RawClient, RawClient, RawClient];
    const dialog = await establish(mai, hung);
    await send(mai, hung, dialog, `<${uriOf('103')}>`);
    await invite(hung, '103', [FORGED]);
    const incoming = await alice.expectRequest('INVITE');
    expect(headerValues(incoming, 'referred-by')).toEqual([`<sip:101@${DOMAIN}>`]);
    expect(headerValue(incoming, 'p-asserted-identity')).toContain('sip:102@');
    await invite(ben, '103', [FORGED]);
    expect(headerValues(await alice.expectRequest('INVITE'), 'referred-by')).toEqual([]);
  });

  test.each([
    ['whom', 'sip:103@[::'],
    ['a scheme that is not ours', 'tel:103'],
  ])('that does not say %s is 400', async (_, referTo) => {
    const [mai, hung] = (await phones()) as [RawClient, RawClient];
    const dialog = await establish(mai, hung);
    mai.sendRaw(inDialog(mai, dialog.sent, dialog.ok, 'REFER', 3, [`Refer-To: <${referTo}>`]));
    await mai.expectResponse(400, 'REFER');
  });
});

describe('INVITE with Replaces', () => {
  test('reaches the one device, and says who has sent; of a party, or of whom one has sent, only', async () => {
    const [mai, hung, alice, ben] = (await phones()) as [RawClient, RawClient, RawClient, RawClient];
    const [first, consulted] = [await establish(mai, hung), await establish(mai, alice)];
    const place = placeIn(consulted);
    await send(mai, hung, first, `<${alice.gruu}?Replaces=${encodeURIComponent(place)}>`);
    await takePlace(hung, alice, place);
    const incoming = await alice.expectRequest('INVITE');
    expect(headerValue(incoming, 'replaces')).toBe(place);
    expect(headerValues(incoming, 'referred-by')).toEqual([`<sip:101@${DOMAIN}>`]);
    await takePlace(ben, alice, place);
    expect((await ben.expectResponse(403, 'INVITE')).reason).toBe('Not a party of this call');
    await takePlace(mai, alice, place);
    expect(headerValues(await alice.expectRequest('INVITE'), 'referred-by')).toEqual([]);
  });
});

describe('MESSAGE', () => {
  test('is passed with its body, up to the length of a message', async () => {
    const [mai, hung] = (await phones()) as [RawClient, RawClient];
    const text = 'Xin chào! '.repeat(1_000);
    await mai.sendAuthenticated('MESSAGE', uriOf('102'), ['Content-Type: text/plain;charset=utf-8'], text);
    const incoming = await hung.expectRequest('MESSAGE');
    expect(incoming.body).toBe(text);
    expect(headerValue(incoming, 'p-asserted-identity')).toContain('sip:101@');
    hung.respond(incoming, 200);
    await mai.expectResponse(200, 'MESSAGE');
  });

  test('that is longer closes the socket, and reaches nobody', async () => {
    const [mai, hung] = (await phones()) as [RawClient, RawClient];
    mai.sendRaw(mai.request('MESSAGE', uriOf('102'), [], 'x'.repeat(64 * 1024)));
    expect((await mai.closed).code).toBe(1009);
    await hung.settle();
    expect(hung.has((message) => message.kind === 'request')).toBe(false);
  });
});
