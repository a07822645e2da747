/** A socket whose other end is gone and does not say so. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type WebSocket as ServerSocket, WebSocket, WebSocketServer } from 'ws';
import { SipSocket } from './socket.ts';

let server: WebSocketServer;
let socket: SipSocket;
/** What a keep-alive is answered with; null: nothing. */
let answer: string | null;
let lost: (string | undefined)[];

beforeEach(async () => {
  vi.stubGlobal('WebSocket', WebSocket); // this runtime may have none of its own
  answer = '\r\n';
  lost = [];
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'sip' });
  server.on('connection', (end: ServerSocket) => {
    end.on('message', (data) => String(data) === '\r\n\r\n' && answer !== null && end.send(answer));
  });
  await new Promise((listening) => server.once('listening', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  socket = new SipSocket(`ws://127.0.0.1:${address.port}/`);
  socket.ondisconnect = (_error, _code, reason) => lost.push(reason);
});

afterEach(async () => {
  socket.disconnect();
  for (const client of server.clients) client.terminate();
  await new Promise((closed) => server.close(closed));
  vi.unstubAllGlobals();
});

const open = () =>
  new Promise<void>((resolve) => {
    socket.onconnect = resolve;
    socket.connect();
  });

describe('a socket that is asked whether the other end is there', () => {
  it('says so, and is dropped once it no longer is', async () => {
    await open();
    expect(await socket.alive()).toBe(true);
    answer = null;
    expect(await socket.alive()).toBe(false);
    expect(lost).toEqual(['It does not answer.']);
    expect(socket.isConnected()).toBe(false);
    expect(await socket.alive()).toBe(false);
  });

  it('believes a server that never answers', async () => {
    answer = null;
    await open();
    expect(await socket.alive()).toBe(true);
    expect(socket.isConnected()).toBe(true);
    expect(lost).toEqual([]);
  });

  it('takes whatever comes for an answer', async () => {
    await open();
    expect(await socket.alive()).toBe(true);
    answer = 'SIP/2.0 200 OK\r\n\r\n';
    expect(await socket.alive()).toBe(true);
  });

  it('answers at once when it is closed meanwhile', async () => {
    await open();
    answer = null;
    const asked = socket.alive();
    socket.disconnect();
    expect(await asked).toBe(false);
  });
});
