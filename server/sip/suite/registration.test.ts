import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { headerValue, headerValues } from '../headers.ts';
import { DOMAIN, invite, uriOf } from '../testing/dialogs.ts';
import { describeOnBothServers } from './servers.ts';

describeOnBothServers('registration', (server) => {
  test('gives the contact back with its time, and a GRUU that names the device (RFC 5627 5.2)', async () => {
    const mai = await server.harness.phone('101', { register: false });
    const contact = headerValue(await mai.register({ expires: 300 }), 'contact') ?? '';
    expect(contact).toContain(`<${mai.contact}>`);
    expect(contact).toMatch(/;expires=300(;|$)/u);
    expect(contact).toContain(`;+sip.instance="<urn:uuid:${mai.credentials.device}>"`);
    expect(contact).toContain(`;pub-gruu="sip:101@${DOMAIN};gr=urn:uuid:${mai.credentials.device}"`);
  });

  test('is one binding per device, and one for each device', async () => {
    const desk = await server.harness.phone('102');
    const laptop = await server.harness.phone('102');
    const fresh = await server.harness.phone('102', { device: desk.credentials.device });
    const contacts = headerValues(await laptop.register(), 'contact').join();
    expect(contacts).toContain(laptop.host);
    expect(contacts).toContain(fresh.host);
    expect(contacts).not.toContain(desk.host);
  });

  test.each([
    ['expires=0', (contact: string) => `<${contact}>;expires=0`],
    ['the star', () => '*'],
  ])('is undone by %s; the phone can be called no more', async (_what, contact) => {
    const [mai, hung] = [await server.harness.phone('101'), await server.harness.phone('102')];
    expect((await hung.register({ contact: contact(hung.contact) })).status).toBe(200);
    await invite(mai, '102');
    await mai.expectResponse(480, 'INVITE');
  });

  test('is refused below the shortest time: 423 (RFC 3261 10.2.8)', async () => {
    const mai = await server.harness.phone('101', { register: false });
    const answer = await mai.register({ expires: 5 });
    expect([answer.status, headerValue(answer, 'min-expires')]).toEqual([423, '60']);
  });

  test('is cut at the longest time', async () => {
    const mai = await server.harness.phone('101', { register: false });
    expect(headerValue(await mai.register({ expires: 90_000 }), 'contact')).toMatch(/;expires=3600(;|$)/u);
  });

  test('of another account, or with the instance of another device, is 403', async () => {
    const mai = await server.harness.phone('101', { register: false });
    expect((await mai.register({ instance: randomUUID() })).status).toBe(403);
    await mai.sendAuthenticated('REGISTER', `sip:${DOMAIN}`, [`To: <${uriOf('102')}>`, `Contact: <${mai.contact}>`]);
    await mai.expectResponse(403, 'REGISTER');
  });

  test('of a second device over one socket is 403: what comes over it belongs to the first', async () => {
    const mai = await server.harness.phone('101');
    const cookie = await server.harness.logIn('101');
    const other = await server.harness.credentials('101', cookie);
    Object.assign(mai.credentials, other);
    expect((await mai.register()).status).toBe(403);
  });

  test('fetches the bindings when it has no Contact', async () => {
    const mai = await server.harness.phone('101');
    await mai.sendAuthenticated('REGISTER', `sip:${DOMAIN}`, [`To: <${mai.aor}>`]);
    expect(headerValues(await mai.expectResponse(200, 'REGISTER'), 'contact')).toHaveLength(1);
  });

  test('ends with the socket', async () => {
    const [mai, hung] = [await server.harness.phone('101'), await server.harness.phone('102')];
    await server.drop(hung);
    await invite(mai, '102');
    await mai.expectResponse(480, 'INVITE');
  });
});

describeOnBothServers('digest', (server) => {
  test('challenges with MD5 and qop auth: 401 for REGISTER, 407 for the rest (RFC 3261 22)', async () => {
    const mai = await server.harness.phone('101', { register: false });
    mai.sendRaw(mai.request('REGISTER', `sip:${DOMAIN}`, [`To: <${mai.aor}>`]));
    const challenge = headerValue(await mai.expectResponse(401, 'REGISTER'), 'www-authenticate') ?? '';
    expect(challenge).toMatch(new RegExp(`^Digest .*realm="${DOMAIN}"`, 'u'));
    expect(challenge).toMatch(/qop="?auth"?/u);
    mai.sendRaw(mai.request('MESSAGE', uriOf('102')));
    await mai.expectResponse(407, 'MESSAGE');
  });

  test.each([
    ['a wrong password', { password: 'wrong' }],
    ['a nonce that nobody issued', { forged: true }],
  ])('%s is challenged again', async (_what, { password, forged }: { password?: string; forged?: boolean }) => {
    const mai = await server.harness.phone('101', { register: false });
    const uri = `sip:${DOMAIN}`;
    const lines = [`To: <${mai.aor}>`, `Contact: <${mai.contact}>`];
    mai.sendRaw(mai.request('REGISTER', uri, lines));
    const challenge = await mai.expectResponse(401, 'REGISTER');
    const answer = mai.answer(challenge, 'REGISTER', uri, password === undefined ? {} : { password });
    const given = forged ? answer.replace(/ nonce="[^"]+"/u, ' nonce="made-up"') : answer;
    mai.sendRaw(mai.request('REGISTER', uri, [...lines, given]));
    await mai.expectResponse(401, 'REGISTER');
  });

  test('an answer for another device of the account, or another account, does not pass for this one', async () => {
    const [mai, hung] = [await server.harness.phone('101'), await server.harness.phone('102')];
    const from = [`From: <${hung.aor}>;tag=1`, `Contact: <${mai.gruu}>`];
    await mai.sendAuthenticated('MESSAGE', uriOf('102'), from);
    await mai.expectResponse(403, 'MESSAGE');
  });

  test('an answer that is played back is not accepted twice (RFC 7616 5.12)', async () => {
    const mai = await server.harness.phone('101', { register: false });
    const send = await mai.prepareRegister();
    send();
    await mai.expectResponse(200, 'REGISTER');
    const again = mai.frames.length;
    const uri = `sip:${DOMAIN}`;
    const lines = [`To: <${mai.aor}>`, `Contact: <${mai.contact}>`];
    mai.sendRaw(mai.request('REGISTER', uri, lines));
    const challenge = await mai.expectResponse(401, 'REGISTER');
    const answer = mai.answer(challenge, 'REGISTER', uri);
    mai.sendRaw(mai.request('REGISTER', uri, [...lines, answer]));
    await mai.expectResponse(200, 'REGISTER');
    mai.sendRaw(mai.request('REGISTER', uri, [...lines, answer]));
    await mai.expectResponse(401, 'REGISTER');
    expect(mai.frames.length).toBeGreaterThan(again);
  });

  test('credentials that were replaced stop working at once', async () => {
    const cookie = await server.harness.logIn('101');
    const mai = await server.harness.phone('101', { cookie });
    await server.harness.credentials('101', cookie, mai.credentials.device);
    await mai.sendAuthenticated('REGISTER', `sip:${DOMAIN}`, [`To: <${mai.aor}>`, `Contact: <${mai.contact}>`]);
    await mai.expectResponse(401, 'REGISTER');
  });
});
