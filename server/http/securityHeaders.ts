import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';

/** Powers of the page: what a phone needs, for itself alone. */
const PERMISSIONS = [
  'microphone=(self)',
  'camera=(self)',
  'display-capture=(self)',
  'speaker-selection=(self)',
  'geolocation=()',
  'payment=()',
  'usb=()',
].join(', ');

/** Security headers of every answer. The Host header has been checked before (hosts.ts), so it can stand in the CSP. */
export async function addSecurityHeaders(app: FastifyInstance, { pbx }: Config): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:', 'https:'],
        // Older engines do not count the WebSocket of the same origin as 'self'.
        connectSrc: [
          "'self'",
          (request) => `ws://${request.headers.host}`,
          (request) => `wss://${request.headers.host}`,
          ...(pbx.url === undefined ? [] : [new URL(pbx.url).origin]),
        ],
        mediaSrc: ["'self'", 'blob:'],
        workerSrc: ["'self'"],
        manifestSrc: ["'self'"],
        fontSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
  });
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.header('Permissions-Policy', PERMISSIONS);
    done();
  });
}
