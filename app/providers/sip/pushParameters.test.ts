/** What JsSIP itself sends, over a real WebSocket, to a registrar of the test's own. */

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { PushRegistration } from './pushParameters.ts';
import { SipSocket } from './socket.ts';
import { createUa, type UA } from './ua.ts';

const ENDPOINT = 'https://push.example/send/a;b?c=d&e=<f>';
const ESCAPED = 'https%3A%2F%2Fpush.example%2Fsend%2Fa%3Bb%3Fc%3Dd%26e%3D%3Cf%3E';

const credentials = { uri: 'sip:101@sip.test', domain: 'sip.test', authUser: '101', password: 'p', wsPath: '/' };
let server: WebSocketServer;
let ua: UA;
/** Every message that arrived, keep-alives left out. */
let heard: string[];

beforeEach(async () => {
  vi.stubGlobal('WebSocket', WebSocket); // this runtime may have none of its own
  heard = [];
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'sip' });
  await new Promise((listening) => server.once('listening', listening));
});

afterEach(async () => {
  ua.stop();
  for (const client of server.clients) client.terminate();
  await new Promise((closed) => server.close(closed));
  vi.unstubAllGlobals();
});

interface Answer {
  status: number;
  headers?: string[];
}

/** Answers each REGISTER in turn; the last answer is for all that follow. */
function registrar(...answers: Answer[]): void {
  server.on('connection', (socket) =>
    socket.on('message', (data) => {
      const message = String(data);
      if (message.trim() === '') return;
      heard.push(message);
      const { status, headers = [] } = answers[Math.min(heard.length, answers.length) - 1] ?? { status: 500 };
      const kept = message.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq|Contact):/u.test(line));
      const tagged = kept.map((line) => (line.startsWith('To:') ? `${line};tag=t` : line));
      socket.send([`SIP/2.0 ${status} Said`, ...tagged, ...headers, 'Content-Length: 0', '', ''].join('\r\n'));
    }),
  );
}

function register(subscription: string | null): { promised: boolean[]; push: PushRegistration } {
  const promised: boolean[] = [];
  const push = new PushRegistration({ subscription, onPromise: (is) => promised.push(is) });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the registrar has no port');
  const socket = new SipSocket(`ws://127.0.0.1:${address.port}/`, push.rewrite);
  ua = createUa({ credentials, socket, displayName: 'Mai', device: crypto.randomUUID(), ringTime: 1_000 });
  push.follow(ua);
  ua.on('registrationFailed', ({ response }) => push.retry(ua, response?.status_code ?? null));
  ua.start();
  return { promised, push };
}

const contactOf = (message = '') => /^Contact: (.*)$/mu.exec(message)?.[1] ?? '';

it('tells the registrar where the device is woken, inside the brackets, and hears whether it will be', async () => {
  registrar({ status: 200, headers: ['Feature-Caps: *;+sip.pns="webpush";+sip.pnsreg="120"'] });
  const { promised } = register(ENDPOINT);
  await vi.waitFor(() => expect(promised).toEqual([true]));
  const parameters = `;pn-provider=webpush;pn-prid=${ESCAPED}`;
  expect(contactOf(heard[0])).toMatch(/^<sip:[^<>]+>;\+sip\.ice;/u);
  expect(contactOf(heard[0])).toContain(`${parameters}>;`);
});

it('tells nobody else', async () => {
  registrar({ status: 200 });
  const { promised } = register(ENDPOINT);
  await vi.waitFor(() => expect(promised).toEqual([false]));
  ua.sendMessage('sip:102@sip.test', 'hello');
  await vi.waitFor(() => expect(heard.at(-1)).toMatch(/^MESSAGE /u));
  expect(heard.at(-1)).not.toContain('pn-');
  // The Contact of every dialog is the UA's own.
  expect(ua.contact.toString()).not.toContain('pn-');
});

it('registers again without, where the registrar does not serve Web Push (555)', async () => {
  registrar({ status: 555 }, { status: 200 });
  const { promised } = register(ENDPOINT);
  await vi.waitFor(() => expect(promised).toEqual([false]));
  expect(heard.map((message) => contactOf(message).includes('pn-prid'))).toEqual([true, false]);
});

it('a device without a subscription registers as ever', async () => {
  registrar({ status: 200 });
  const { promised } = register(null);
  await vi.waitFor(() => expect(promised).toEqual([false]));
  expect(contactOf(heard[0])).not.toContain('pn-');
});
