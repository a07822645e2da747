import { EventEmitter } from 'node:events';
import Fastify from 'fastify';
import { expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { defaultLimits } from '../limits.ts';
import { digestResponse, ha1Of } from './digest.ts';
import { SipSocket } from './socket.ts';
import { SipSwitch } from './switch.ts';

/** What a socket of the library does, as far as {@link SipSocket} uses it. */
class FakeWebSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  readonly sent: string[] = [];

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.readyState = 3;
    this.emit('close', 1000, Buffer.alloc(0));
  }

  terminate(): void {
    this.close();
  }

  as(): WebSocket {
    return this as unknown as WebSocket;
  }
}

const DOMAIN = 'switchhook.local';
const identity = { accountId: 'a', extension: '101', displayName: 'Mai', device: 'd' };
const session = { sessionId: 's', accountId: 'a', extension: '101', expiresAt: Number.POSITIVE_INFINITY };

function register(cseq: number, authorization = ''): string {
  return `REGISTER sip:${DOMAIN} SIP/2.0\r\nVia: SIP/2.0/WS a.invalid;branch=z9hG4bK${cseq}\r\nFrom: <sip:101@${DOMAIN}>;tag=a\r\nTo: <sip:101@${DOMAIN}>\r\nCall-ID: c\r\nCSeq: ${cseq} REGISTER\r\nContact: <sip:x@a.invalid>\r\n${authorization}\r\n`;
}

function setUp() {
  const lookups: (() => void)[] = [];
  const ha1 = ha1Of('101.d', DOMAIN, 'secret');
  const sip = new SipSwitch({
    domain: DOMAIN,
    ringMs: 1000,
    limits: defaultLimits,
    // Answers when the test says so.
    credentials: { findCredentials: () => new Promise((resolve) => lookups.push(() => resolve({ identity, ha1 }))) },
    directory: { hasExtension: () => Promise.resolve(true) },
    records: {
      started: () => Promise.resolve('1'),
      answered: () => Promise.resolve(),
      failed: () => Promise.resolve(),
      hungUp: () => Promise.resolve(),
    },
    log: Fastify().log,
  });
  const ws = new FakeWebSocket();
  const socket = new SipSocket(ws.as(), session, defaultLimits, sip);
  return { sip, ws, socket, ha1, lookups };
}

/** Sends an authenticated REGISTER, up to the point where the credentials are being read. */
async function registerUpToLookup({
  sip,
  ws,
  socket,
  ha1,
}: ReturnType<typeof setUp>): Promise<{ done: Promise<void> }> {
  await sip.message(socket, register(1));
  const nonce = /nonce="([^"]+)"/u.exec(ws.sent[0] ?? '')?.[1] ?? '';
  const parts = { nonce, uri: `sip:${DOMAIN}`, nc: '00000001', cnonce: 'c' };
  const response = digestResponse(ha1, 'REGISTER', parts);
  const authorization = `Authorization: Digest username="101.d", realm="${DOMAIN}", nonce="${nonce}", uri="${parts.uri}", response="${response}", qop=auth, nc=00000001, cnonce="c"\r\n`;
  return { done: sip.message(socket, register(2, authorization)) };
}

test('a device is known once its credentials were read', async () => {
  const all = setUp();
  const { done } = await registerUpToLookup(all);
  expect(all.sip.sizes.devices).toBe(0);
  for (const answer of all.lookups) answer();
  await done;
  expect(all.sip.sizes.devices).toBe(1);
  all.socket.terminate();
  expect(all.sip.sizes).toEqual({ devices: 0, serverTransactions: 0, clientTransactions: 0, rings: 0 });
});

test('a socket that closes meanwhile leaves nothing behind', async () => {
  const all = setUp();
  const { done } = await registerUpToLookup(all);
  all.socket.terminate();
  for (const answer of all.lookups) answer();
  await done;
  expect(all.sip.sizes).toEqual({ devices: 0, serverTransactions: 0, clientTransactions: 0, rings: 0 });
});
