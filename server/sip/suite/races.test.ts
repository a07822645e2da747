import { expect, test } from 'vitest';
import { uriOf } from '../testing/dialogs.ts';
import { isCall } from '../testing/rings.ts';
import { describeOnBothServers } from './servers.ts';

/** Enough to hit each order of the two. */
const ROUNDS = 15;
/** Milliseconds: each round is a log-in and a call, on a machine that does other things too. */
const TIMEOUT = 60_000;

describeOnBothServers('REGISTER against INVITE', (server) => {
  test('a phone that registers in the moment of a call gets it, once', { timeout: TIMEOUT }, async () => {
    const mai = await server.harness.phone('101');
    const desk = await server.harness.phone('102');
    for (let round = 0; round < ROUNDS; round += 1) {
      const late = await server.harness.phone('102', { register: false });
      const register = await late.prepareRegister();
      const called = mai.sendAuthenticated('INVITE', uriOf('102'), [`Contact: <${mai.gruu}>`], 'v=0');
      // Now before the INVITE, now after it: the challenge in between takes about a millisecond.
      if (round % 2 === 0) await called;
      register();
      await called;
      const atDesk = await desk.expectRequest('INVITE');
      desk.respond(atDesk, 180);
      await mai.expectResponse(180);
      const atLate = await late.expectRequest('INVITE');
      await late.expectResponse(200, 'REGISTER');
      late.respond(atLate, 200, { tag: `t${round}` });
      await mai.expectResponse(200, 'INVITE');
      await desk.expectRequest('CANCEL');
      desk.respond(atDesk, 487);
      await late.settle();
      expect(late.has(isCall)).toBe(false);
      await late.register({ contact: '*' });
      await desk.register();
    }
  });

  test('a sleeping phone that registers in the moment of a call gets it, once', { timeout: TIMEOUT }, async () => {
    const mai = await server.harness.phone('101');
    for (let round = 0; round < ROUNDS; round += 1) {
      const hung = await server.push.sleeper('102');
      const page = await server.harness.phone('102', { ...hung, register: false });
      const register = await page.prepareRegister();
      const called = mai.sendAuthenticated('INVITE', uriOf('102'), [`Contact: <${mai.gruu}>`], 'v=0');
      if (round % 2 === 0) await called;
      register();
      await called;
      const incoming = await page.expectRequest('INVITE');
      page.respond(incoming, 200, { tag: `t${round}` });
      await mai.expectResponse(200, 'INVITE');
      await page.settle();
      expect(page.has(isCall)).toBe(false);
      await server.harness.fetch(`/api/push/subscription?device=${hung.device}`, {
        method: 'DELETE',
        cookie: hung.cookie,
      });
      await server.drop(page);
    }
  });
});
