/** What a page says and hears on its SIP socket, and strangers who speak to it without a page. */

import type { Page } from '@playwright/test';
import { Harness } from '../../server/sip/testing/harness.ts';
import type { RawClient } from '../../server/sip/testing/rawClient.ts';
import type { Switchboard } from '../../server/switchboard.ts';
import { isRegistered } from './person.ts';

/** Begins the page anew, so that its socket is seen from its first message on; the list grows. */
export async function listenToSip(page: Page): Promise<readonly string[]> {
  const messages: string[] = [];
  page.on('websocket', (socket) => {
    const note = ({ payload }: { payload: string | Buffer }) => void messages.push(String(payload));
    socket.on('framesent', note);
    socket.on('framereceived', note);
  });
  await reload(page);
  return messages;
}

export async function reload(page: Page): Promise<void> {
  await page.reload();
  await isRegistered(page);
  await page.locator('[data-tab="keypad"]').click(); // a click, so that it may make sound
}

/** A bare client with the account of somebody who has no page. */
export const stranger = (switchboard: Switchboard, account: string): Promise<RawClient> =>
  Harness.over(switchboard).phone(account);

export interface SeenDialog {
  callId: string;
  callerTag: string;
  calleeTag: string;
  /** The callee's Contact. */
  target: string;
}

/** The ids of the last call that was answered, as the caller's messages have them. */
export function dialogIn(messages: readonly string[]): SeenDialog {
  const ok = messages.findLast((message) => /^SIP\/2\.0 200/u.test(message) && /^CSeq: \d+ INVITE/mu.test(message));
  const read = (pattern: RegExp) => pattern.exec(ok ?? '')?.[1] ?? '';
  return {
    callId: read(/^Call-ID: (.+?)\r?$/mu),
    callerTag: read(/^From: .*;tag=([^;\s]+)/mu),
    calleeTag: read(/^To: .*;tag=([^;\s]+)/mu),
    target: read(/^Contact: .*<([^>]+)>/mu),
  };
}

/** Whoever wants to take the place of the other side is turned away, before the page hears of it. Begins the page anew. */
export async function refuseReplacements(page: Page, status: number): Promise<void> {
  await page.routeWebSocket(/\/sip$/u, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => {
      const text = String(message);
      if (/^INVITE [\s\S]*^Replaces:/mu.test(text)) server.send(answerTo(text, status));
      else socket.send(message);
    });
  });
  await reload(page);
}

/** The line breaks with the first request of this method that the page sends, which is lost. Begins the page anew. */
export async function breakLineWith(page: Page, method: string): Promise<void> {
  let broken = false;
  await page.routeWebSocket(/\/sip$/u, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage(async (message) => {
      if (broken || !String(message).startsWith(`${method} `)) {
        server.send(message);
        return;
      }
      broken = true;
      await Promise.all([socket.close(), server.close()]);
    });
  });
  await reload(page);
}

/** A final response as RFC 3261 8.2.6 makes it. */
function answerTo(request: string, status: number): string {
  const copied = request.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq):/iu.test(line));
  const lines = copied.map((line) => (/^To:/iu.test(line) ? `${line};tag=refused` : line));
  return [`SIP/2.0 ${status} Refused`, ...lines, 'Content-Length: 0', '', ''].join('\r\n');
}
