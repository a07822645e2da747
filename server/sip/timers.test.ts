/** The timers of RFC 3261 17 and 16.6, with limits that a test can wait for. */
import { afterEach, expect, test } from 'vitest';
import { headerValue } from './headers.ts';
import { establish, inDialog, invite, uriOf } from './testing/dialogs.ts';
import { Harness } from './testing/harness.ts';

const SHORT_MS = 60;
const LONG_MS = 60_000;
const WAIT_MS = 4000;

let harness: Harness;
afterEach(() => harness.stop());

async function twoPhones(limits: { transactionMs: number; timerCMs: number }) {
  harness = await Harness.start({ limits });
  return [await harness.phone('101'), await harness.phone('102')] as const;
}

/** Nothing is waited for any more: neither an ACK nor a late answer. */
const expectIdle = () =>
  expect
    .poll(() => harness.board.stats, { timeout: WAIT_MS })
    .toMatchObject({ serverTransactions: 0, clientTransactions: 0, rings: 0, devices: 2 });

test('timer B: a phone that says nothing to an INVITE is 408, and its answer after that is ended', async () => {
  const [mai, hung] = await twoPhones({ transactionMs: 300, timerCMs: LONG_MS });
  await invite(mai, '102');
  const incoming = await hung.expectRequest('INVITE');
  await mai.expectResponse(408, 'INVITE');
  hung.respond(incoming, 200);
  await hung.expectRequest('BYE');
  await expectIdle();
});

test('timer F: a phone that says nothing to a MESSAGE is 408', async () => {
  const [mai] = await twoPhones({ transactionMs: SHORT_MS, timerCMs: LONG_MS });
  await mai.sendAuthenticated('MESSAGE', uriOf('102'), [], 'hello');
  await mai.expectResponse(408, 'MESSAGE');
  await expectIdle();
});

test('timer C: a re-INVITE that rings for ever is cancelled, and 408', async () => {
  const [mai, hung] = await twoPhones({ transactionMs: LONG_MS, timerCMs: SHORT_MS });
  const dialog = await establish(mai, hung);
  mai.sendRaw(inDialog(mai, dialog.sent, dialog.ok, 'INVITE', 3));
  hung.respond(await hung.expectRequest('INVITE'), 180);
  await hung.expectRequest('CANCEL');
  await mai.expectResponse(408, 'INVITE');
});

test('a phone that does not answer the CANCELled INVITE is given up after 64*T1', async () => {
  const [mai, hung] = await twoPhones({ transactionMs: SHORT_MS, timerCMs: LONG_MS });
  const sent = await invite(mai, '102');
  hung.respond(await hung.expectRequest('INVITE'), 180);
  await mai.expectResponse(180);
  mai.cancel(sent);
  expect(headerValue(await mai.expectResponse(487, 'INVITE'), 'call-id')).toBe(headerValue(sent, 'call-id'));
  await hung.expectRequest('CANCEL');
  await expectIdle();
});

test('timer H: an ACK that never comes is not waited for longer than 64*T1', async () => {
  const [mai] = await twoPhones({ transactionMs: SHORT_MS, timerCMs: LONG_MS });
  mai.sendRaw(mai.request('INVITE', uriOf('102')));
  await mai.expectResponse(407, 'INVITE');
  expect(harness.board.stats.serverTransactions).toBe(1);
  await expectIdle();
});
