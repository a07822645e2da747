import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { httpControl } from './control.ts';

/** Milliseconds, on a machine that does other things too. */
const POLL = { timeout: 10_000 };

test('what is said of one call arrives in its order, and does not wait for what is said of another', async () => {
  const heard: string[] = [];
  const open: ServerResponse[] = [];
  const server = createServer(async (request, response) => {
    const call = new URLSearchParams(await text(request)).get('callId');
    heard.push(`${call} ${request.url}`);
    if (call === 'slow') open.push(response);
    else response.writeHead(204).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const errors: unknown[] = [];
  const log = { debug: () => undefined, error: (error: unknown) => errors.push(error) };
  const { port } = server.address() as AddressInfo;
  const control = httpControl({ controlUrl: `http://127.0.0.1:${port}`, secret: 'secret', log });

  const said = [control.say('ringing', { callId: 'slow' }), control.say('decline', { callId: 'slow' })];
  await expect.poll(() => heard, POLL).toEqual(['slow /calls/ringing']);
  await control.say('claim', { callId: 'other' });
  expect(heard).toEqual(['slow /calls/ringing', 'other /calls/claim']);
  open.shift()?.writeHead(204).end();
  await expect.poll(() => open.length, POLL).toBe(1);
  open.shift()?.writeHead(204).end();
  await Promise.all(said);
  expect(heard).toEqual(['slow /calls/ringing', 'other /calls/claim', 'slow /calls/decline']);
  expect(errors).toEqual([]);
});
