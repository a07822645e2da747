/** What the tests of a call that rings share. */
import { expect } from 'vitest';
import { headerValue, type SipRequest } from '../headers.ts';
import type { Received } from '../message.ts';
import { invite } from './dialogs.ts';
import type { Harness } from './harness.ts';
import type { RawClient } from './rawClient.ts';

export const isCall = (m: Received): boolean => m.kind === 'request' && m.method === 'INVITE';
export const isFinal = (m: Received): boolean =>
  m.kind === 'response' && m.envelope.cseq.method === 'INVITE' && m.status >= 200;

/** Mai calls Hung, whose phone rings. */
export async function ringing(harness: Harness) {
  const [mai, hung] = [await harness.phone('101'), await harness.phone('102')];
  const sent = await invite(mai, '102');
  const incoming = await hung.expectRequest('INVITE');
  hung.respond(incoming, 180);
  await mai.expectResponse(180);
  return { mai, hung, sent, incoming, device: hung.credentials.device };
}

/** The socket is gone, and the switchboard has seen it. */
export async function drop(harness: Harness, phone: RawClient): Promise<void> {
  const { sockets } = harness.board.stats;
  phone.ws.terminate();
  await expect.poll(() => harness.board.stats.sockets, { timeout: 4000 }).toBe(sockets - 1);
}

export async function expectNo(phone: RawClient, fits: (message: Received) => boolean): Promise<void> {
  await phone.settle();
  expect(phone.has(fits)).toBe(false);
}

/** The INVITE again: all that makes it the same call, on a branch of its own. */
export function expectSameCall(again: SipRequest, first: SipRequest): void {
  for (const key of ['call-id', 'from', 'to', 'cseq', 'record-route', 'p-asserted-identity', 'contact']) {
    expect(headerValue(again, key)).toBe(headerValue(first, key));
  }
  expect(again.body).toBe(first.body);
  expect(headerValue(again, 'via')).not.toBe(headerValue(first, 'via'));
}
