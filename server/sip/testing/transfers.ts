/** What the tests of transfers do on any server: send somebody, and try to take somebody's place. */
import { headerValue, type SipRequest } from '../headers.ts';
import { type Established, inDialog } from './dialogs.ts';
import type { RawClient } from './rawClient.ts';

/** What a phone must not be believed. */
export const FORGED = 'Referred-By: <sip:104@switchhook.local>';

/** The caller of a dialog sends the callee to somebody; what the callee got. */
export async function send(
  caller: RawClient,
  callee: RawClient,
  dialog: Established,
  referTo: string,
): Promise<SipRequest> {
  caller.sendRaw(inDialog(caller, dialog.sent, dialog.ok, 'REFER', 3, [`Refer-To: ${referTo}`, FORGED]));
  const refer = await callee.expectRequest('REFER');
  callee.respond(refer, 202);
  await caller.expectResponse(202, 'REFER');
  return refer;
}

/** The caller's place in a dialog, as its callee sees it (RFC 3891 3). */
export function placeIn({ sent, ok }: Established): string {
  const tag = (value: string | undefined) => /;tag=([^;]+)/u.exec(value ?? '')?.[1] ?? '';
  const [to, from] = [tag(headerValue(ok, 'to')), tag(headerValue(sent, 'from'))];
  return `${headerValue(sent, 'call-id')};to-tag=${to};from-tag=${from}`;
}

/** An INVITE that wants a place, with a forged word of who has sent it. */
export const takePlace = (who: RawClient, of: RawClient, place: string): Promise<SipRequest> =>
  who.sendAuthenticated('INVITE', of.gruu, [`Contact: <${who.gruu}>`, `Replaces: ${place}`, FORGED], 'v=0');
