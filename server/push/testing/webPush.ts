/**
 * What a browser and its push service do with a push, as far as a test needs it: decrypt it (RFC 8291 over RFC 8188)
 * and check who signed it (RFC 8292). Written from the RFCs, so that it does not share a mistake with the library.
 */
import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { Agent } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import type { PushSubscriptionData } from '../../../shared/http/push.ts';
import type { PushAnswer } from '../sender.ts';

/** A browser's side of one subscription. */
export class Receiver {
  readonly #ecdh = createECDH('prime256v1');
  readonly #auth = randomBytes(16);
  readonly subscription: PushSubscriptionData;

  constructor(endpoint: string) {
    const p256dh = this.#ecdh.generateKeys('base64url');
    this.subscription = { endpoint, keys: { p256dh, auth: this.#auth.toString('base64url') } };
  }

  decrypt(body: Buffer): string {
    const salt = body.subarray(0, 16);
    const idLength = body[20] ?? 0;
    const serverKey = body.subarray(21, 21 + idLength);
    const sealed = body.subarray(21 + idLength);
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.#ecdh.getPublicKey(), serverKey]);
    const ikm = Buffer.from(hkdfSync('sha256', this.#ecdh.computeSecret(serverKey), this.#auth, info, 32));
    const derive = (what: string, length: number): Buffer =>
      Buffer.from(hkdfSync('sha256', ikm, salt, Buffer.from(`Content-Encoding: ${what}\0`), length));
    const decipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12));
    decipher.setAuthTag(sealed.subarray(-16));
    const padded = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
    // RFC 8188 2: the last record ends with 2 and any number of zeros.
    return padded.subarray(0, padded.lastIndexOf(2)).toString();
  }
}

/** The claims of a VAPID header, checked against the key that it names and the one that is expected. */
export function readVapid(authorization: string | undefined, publicKey: string): Record<string, unknown> {
  const [, token = '', key] = /^vapid t=([^,]+), ?k=(.+)$/u.exec(authorization ?? '') ?? [];
  if (key !== publicKey) throw new Error('signed with another key');
  const point = Buffer.from(publicKey, 'base64url');
  const [x, y] = [point.subarray(1, 33).toString('base64url'), point.subarray(33).toString('base64url')];
  const jwk = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  const [header = '', claims = '', signature = ''] = token.split('.');
  const signed = Buffer.from(`${header}.${claims}`);
  const options = { key: jwk, dsaEncoding: 'ieee-p1363' as const };
  if (!verify('sha256', signed, options, Buffer.from(signature, 'base64url'))) throw new Error('wrong signature');
  return JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>;
}

export interface Posted {
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** When it was complete. */
  at: number;
}

/** A push service on this machine. Its agent leads every https address there, without TLS: that is not ours to test. */
export class PushServer {
  readonly posts: Posted[] = [];
  answer: PushAnswer = { status: 201 };
  readonly agent = new Agent();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.posts.push({
          path: request.url ?? '',
          headers: request.headers,
          body: Buffer.concat(chunks),
          at: Date.now(),
        });
        const { status, retryAfter } = this.answer;
        response.writeHead(status, retryAfter === undefined ? {} : { 'Retry-After': retryAfter }).end('a secret text');
      });
    });
    this.agent.createConnection = () => connect((this.#server.address() as AddressInfo).port, '127.0.0.1');
  }

  static async start(): Promise<PushServer> {
    const server = new PushServer();
    await once(server.#server.listen(0, '127.0.0.1'), 'listening');
    return server;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
