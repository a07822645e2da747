/** The few sequences that every call test starts with. */
import { headerValue, headerValues, type SipRequest, type SipResponse } from '../headers.ts';
import type { Received } from '../message.ts';
import type { RawClient } from './rawClient.ts';

export const DOMAIN = 'switchhook.local';
export const uriOf = (extension: string): string => `sip:${extension}@${DOMAIN}`;

/** A caller's INVITE, its 100 seen. */
export async function invite(caller: RawClient, callee: string, extra: string[] = []): Promise<SipRequest> {
  const sent = await caller.sendAuthenticated('INVITE', uriOf(callee), [`Contact: <${caller.gruu}>`, ...extra], 'v=0');
  await caller.expectResponse(100, 'INVITE');
  return sent;
}

/** A request of the dialog that `response` made, from the caller's side. */
export function inDialog(
  caller: RawClient,
  sent: SipRequest,
  response: SipResponse,
  method: string,
  cseq: number,
  extra: string[] = [],
): string {
  const target = /<([^>]+)>/u.exec(headerValue(response, 'contact') ?? '')?.[1] ?? '';
  return caller.request(method, target, [
    `From: ${headerValue(sent, 'from')}`,
    `To: ${headerValue(response, 'to')}`,
    `Call-ID: ${headerValue(sent, 'call-id')}`,
    `CSeq: ${cseq} ${method}`,
    ...headerValues(response, 'record-route').map((route) => `Route: ${route}`),
    ...extra,
  ]);
}

export interface Established {
  sent: SipRequest;
  incoming: Received<SipRequest>;
  ok: Received<SipResponse>;
}

/** An answered call with its ACK through. */
export async function establish(caller: RawClient, callee: RawClient): Promise<Established> {
  const sent = await invite(caller, callee.credentials.extension);
  const incoming = await callee.expectRequest('INVITE');
  callee.respond(incoming, 180);
  await caller.expectResponse(180);
  return pickUp(caller, sent, callee, incoming);
}

/** What rings is answered. */
export async function pickUp(
  caller: RawClient,
  sent: SipRequest,
  callee: RawClient,
  incoming: Established['incoming'],
): Promise<Established> {
  callee.respond(incoming, 200);
  const ok = await caller.expectResponse(200, 'INVITE');
  caller.sendRaw(inDialog(caller, sent, ok, 'ACK', 2));
  await callee.expectRequest('ACK');
  return { sent, incoming, ok };
}

/** A request of the same dialog from the callee's side. */
export function fromCallee(
  callee: RawClient,
  { incoming, ok }: Established,
  method: string,
  cseq: number,
  extra: string[] = [],
): string {
  const target = /<([^>]+)>/u.exec(headerValue(incoming, 'contact') ?? '')?.[1] ?? '';
  return callee.request(method, target, [
    `From: ${headerValue(ok, 'to')}`,
    `To: ${headerValue(incoming, 'from')}`,
    `Call-ID: ${headerValue(incoming, 'call-id')}`,
    `CSeq: ${cseq} ${method}`,
    ...headerValues(incoming, 'record-route').map((route) => `Route: ${route}`),
    ...extra,
  ]);
}
