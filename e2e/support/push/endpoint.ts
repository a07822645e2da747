/** Where application servers post: the push resources of RFC 8030, over https, with the check of RFC 8292. */

import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import { buffer } from 'node:stream/consumers';
import type { Certificate } from './certificate.ts';
import type { Subscription, Subscriptions } from './devices.ts';
import { close, listen, type PostRecord } from './service.ts';
import { refusal } from './vapid.ts';

/** RFC 8030 7.2: every service takes 4096 bytes; the real ones take no more. */
const MAX_BODY = 4096;
/** RFC 8030 5.4: at most 32 characters of the base64url alphabet. */
const TOPIC = /^[\w-]{1,32}$/;
/** RFC 8030 5.3. */
const URGENCY = /^(very-low|low|normal|high)$/;
/** s; services shorten what is longer, and say so (RFC 8030 5.2). FCM and autopush: four weeks and more. */
const LONGEST_TTL = 28 * 24 * 60 * 60;

interface Answer {
  status: number;
  headers?: Record<string, string>;
  text?: string;
}

export interface Endpoint {
  port: number;
  received: readonly PostRecord[];
  failNext(status: number, retryAfter?: number): void;
  stop(): Promise<void>;
}

export async function startEndpoint(certificate: Certificate, subscriptions: Subscriptions): Promise<Endpoint> {
  const received: PostRecord[] = [];
  const failures: Answer[] = [];
  const { key, cert } = certificate;
  const server = createServer({ key, cert }, (request, response) => {
    void buffer(request).then(
      (body) => {
        const { status, headers, text } = failures.shift() ?? accept(request, body, subscriptions);
        received.push(record(request, status, body.length));
        response.writeHead(status, headers).end(text);
      },
      () => response.destroy(),
    );
  });
  return {
    port: await listen(server),
    received,
    failNext: (status, retryAfter) => {
      // RFC 9110 10.2.3; RFC 8030 8.4 has it with 429.
      failures.push({ status, headers: retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) } });
    },
    stop: () => close(server),
  };
}

const originOf = ({ headers }: IncomingMessage) => `https://${headers.host}`;
const header = (value: string | string[] | undefined) => (typeof value === 'string' ? value : null);

function record(request: IncomingMessage, status: number, bytes: number): PostRecord {
  const { headers, url } = request;
  const urgency = header(headers.urgency) ?? 'normal';
  return { endpoint: `${originOf(request)}${url}`, headers, status, bytes, urgency, at: Date.now() };
}

function accept(request: IncomingMessage, body: Buffer, subscriptions: Subscriptions): Answer {
  const token = request.url?.split('/').at(-1) ?? '';
  const subscription = subscriptions.find(token);
  // RFC 8030 7.3: 404 for one that is over; 410 is what FCM and autopush say when they know that it was there once.
  if (subscription === undefined) return { status: 404, text: 'no such subscription' };
  if (subscription === 'gone') return { status: 410, text: 'unsubscribed' };
  return refuse(request, body, subscription) ?? send(request, body, subscription);
}

function refuse({ method, headers }: IncomingMessage, body: Buffer, { key }: Subscription): Answer | null {
  if (method !== 'POST') return { status: 405, text: 'POST only' };
  const refused = refusal(headers.authorization, { key, audience: `https://${headers.host}` });
  if (refused) return { status: refused[0], text: refused[1] };
  if (body.length > MAX_BODY) return { status: 413, text: 'too large' };
  // RFC 8030 5.2: "MUST respond with a 400".
  if (!/^\d+$/.test(header(headers.ttl) ?? '')) return { status: 400, text: 'no TTL' };
  if (!TOPIC.test(header(headers.topic) ?? 'none')) return { status: 400, text: 'not a topic' };
  if (!URGENCY.test(header(headers.urgency) ?? 'normal')) return { status: 400, text: 'not an urgency' };
  // RFC 8291 4.
  if (body.length > 0 && headers['content-encoding'] !== 'aes128gcm') return { status: 415, text: 'aes128gcm only' };
  return null;
}

function send(request: IncomingMessage, body: Buffer, subscription: Subscription): Answer {
  const { headers } = request;
  const id = randomUUID();
  const ttl = Math.min(Number(headers.ttl), LONGEST_TTL);
  subscription.device.post({ id, subscription, body, topic: header(headers.topic), ttl, sentAt: Date.now() });
  // RFC 8030 5: 201 with the message's own address; 5.2: the TTL that it really has.
  return { status: 201, headers: { location: `${originOf(request)}/message/${id}`, ttl: String(ttl) } };
}
