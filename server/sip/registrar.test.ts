import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { headerValue, headerValues } from './headers.ts';
import { DOMAIN, uriOf } from './testing/dialogs.ts';
import { Harness } from './testing/harness.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start({ limits: { nonceMs: 60_000 } });
});
afterEach(() => harness.stop());

describe('REGISTER', () => {
  test('gives the contact back with its GRUU and time', async () => {
    const mai = await harness.phone('101', { register: false });
    const contact = headerValue(await mai.register({ expires: 300 }), 'contact');
    const { device } = mai.credentials;
    expect(contact).toBe(
      `<${mai.contact}>;reg-id=1;+sip.instance="<urn:uuid:${device}>";expires=300;pub-gruu="sip:101@${DOMAIN};gr=urn:uuid:${device}"`,
    );
  });

  test('keeps one binding per device, and one for each device', async () => {
    const desk = await harness.phone('102');
    const laptop = await harness.phone('102');
    const again = await laptop.register();
    expect(headerValues(again, 'contact')).toHaveLength(2);
    expect(headerValues(again, 'contact').some((each) => each.includes(desk.host))).toBe(true);
  });

  test('a second page of the same device replaces the first, whose later unregistration changes nothing', async () => {
    const old = await harness.phone('102');
    const fresh = await harness.phone('102', { device: old.credentials.device });
    // The old page's credentials were replaced, so all it can do is close.
    await old.close();
    const contacts = headerValues(await fresh.register(), 'contact');
    expect(contacts).toHaveLength(1);
    expect(contacts[0]).toContain(fresh.host);
  });

  test.each([
    ['expires=0', (contact: string) => `<${contact}>;expires=0`],
    ['the star', () => '*'],
  ])('is undone by %s', async (_what, contact) => {
    const mai = await harness.phone('101');
    const response = await mai.register({ contact: contact(mai.contact) });
    expect(response.status).toBe(200);
    expect(headerValues(response, 'contact')).toEqual([]);
  });

  test('without Contact asks for what there is', async () => {
    const mai = await harness.phone('101');
    await mai.sendAuthenticated('REGISTER', `sip:${DOMAIN}`, [`To: <${mai.aor}>`]);
    expect(headerValues(await mai.expectResponse(200, 'REGISTER'), 'contact')).toHaveLength(1);
  });

  test('is limited in time at both ends', async () => {
    const mai = await harness.phone('101', { register: false });
    const tooShort = await mai.register({ expires: 5 });
    expect([tooShort.status, headerValue(tooShort, 'min-expires')]).toEqual([423, '60']);
    expect(headerValue(await mai.register({ expires: 86_400 }), 'contact')).toContain('expires=3600');
  });

  test('of a device that is not that of the credentials is refused', async () => {
    const mai = await harness.phone('101', { register: false });
    expect((await mai.register({ instance: randomUUID() })).status).toBe(403);
    expect(harness.board.stats.devices).toBe(0);
  });

  test('for another account is refused', async () => {
    const mai = await harness.phone('101', { register: false });
    await mai.sendAuthenticated('REGISTER', `sip:${DOMAIN}`, [`To: <${uriOf('102')}>`]);
    await mai.expectResponse(403, 'REGISTER');
  });

  test('that requires what there is not is 420', async () => {
    const mai = await harness.phone('101', { register: false });
    mai.sendRaw(mai.request('REGISTER', `sip:${DOMAIN}`, ['Require: magic']));
    expect(headerValue(await mai.expectResponse(420), 'unsupported')).toBe('magic');
  });

  test('is forgotten with its socket', async () => {
    const mai = await harness.phone('101');
    expect(harness.board.stats).toMatchObject({ devices: 1, sockets: 1 });
    await mai.close();
    await expect.poll(() => harness.board.stats).toMatchObject({ devices: 0, sockets: 0 });
  });
});

describe('digest', () => {
  test('a wrong password is challenged again and never let in', async () => {
    const mai = await harness.phone('101', { register: false });
    const uri = `sip:${DOMAIN}`;
    mai.sendRaw(mai.request('REGISTER', uri));
    const challenge = await mai.expectResponse(401);
    mai.sendRaw(mai.request('REGISTER', uri, [mai.answer(challenge, 'REGISTER', uri, { password: 'guess' })]));
    expect(headerValue(await mai.expectResponse(401), 'www-authenticate')).not.toContain('stale');
  });

  test('a nonce count that was used is refused as stale, a higher one is fine', async () => {
    const [mai, hung] = [await harness.phone('101'), await harness.phone('102')];
    const uri = uriOf('102');
    mai.sendRaw(mai.request('OPTIONS', uri));
    const challenge = await mai.expectResponse(407);
    const answer = mai.answer(challenge, 'OPTIONS', uri);
    mai.sendRaw(mai.request('OPTIONS', uri, [answer]));
    hung.respond(await hung.expectRequest('OPTIONS'), 200);
    await mai.expectResponse(200, 'OPTIONS');
    mai.sendRaw(mai.request('OPTIONS', uri, [answer]));
    expect(headerValue(await mai.expectResponse(407), 'proxy-authenticate')).toContain('stale=true');
    mai.sendRaw(mai.request('OPTIONS', uri, [mai.answer(challenge, 'OPTIONS', uri, { nc: '00000002' })]));
    hung.respond(await hung.expectRequest('OPTIONS'), 200);
    await mai.expectResponse(200, 'OPTIONS');
  });

  test('an answer to an expired nonce is stale', async () => {
    await harness.stop();
    harness = await Harness.start({ limits: { nonceMs: -1 } });
    const mai = await harness.phone('101', { register: false });
    const uri = `sip:${DOMAIN}`;
    mai.sendRaw(mai.request('REGISTER', uri));
    const challenge = await mai.expectResponse(401);
    mai.sendRaw(mai.request('REGISTER', uri, [mai.answer(challenge, 'REGISTER', uri)]));
    expect(headerValue(await mai.expectResponse(401), 'www-authenticate')).toContain('stale=true');
  });

  test('an answer for another URI is malformed', async () => {
    const mai = await harness.phone('101');
    mai.sendRaw(mai.request('OPTIONS', uriOf('102')));
    const challenge = await mai.expectResponse(407);
    mai.sendRaw(mai.request('OPTIONS', uriOf('102'), [mai.answer(challenge, 'OPTIONS', uriOf('103'))]));
    await mai.expectResponse(400, 'OPTIONS');
  });

  test('credentials that were issued again stop the older ones', async () => {
    const cookie = await harness.logIn('101');
    const mai = await harness.phone('101', { cookie, register: false });
    await harness.credentials('101', cookie, mai.credentials.device);
    const uri = `sip:${DOMAIN}`;
    mai.sendRaw(mai.request('REGISTER', uri));
    const challenge = await mai.expectResponse(401);
    mai.sendRaw(mai.request('REGISTER', uri, [mai.answer(challenge, 'REGISTER', uri)]));
    await mai.expectResponse(401);
  });

  test("another account's credentials are no use on this session's socket", async () => {
    const foreign = await harness.credentials('102', await harness.logIn('102'));
    const mai = await harness.phone('101', { register: false });
    Object.assign(mai.credentials, foreign);
    expect((await mai.register()).status).toBe(403);
  });
});
