import cookie from '@fastify/cookie';
import rateLimit from '@fastify/rate-limit';
import Fastify, { type FastifyInstance, type FastifyRequest, LogController } from 'fastify';
import type { Config } from '../config.ts';
import { type ApiServices, addApi } from './api.ts';
import { addCallsApi, type CallsServices } from './callsApi.ts';
import { handleErrors } from './errors.ts';
import { addGuards } from './guards.ts';
import { addMetrics, type MetricsServices } from './metrics.ts';
import { addPbxApi, type PbxServices } from './pbxApi.ts';
import { addPushApi, type PushServices } from './pushApi.ts';
import { addSecurityHeaders } from './securityHeaders.ts';
import { addSipRoute, type SipRouteServices } from './sipRoute.ts';
import { addStaticApp } from './staticApp.ts';

/** Bytes of a JSON body: the largest of the API, a push subscription, has about 3 KiB. */
const MAX_BODY_BYTES = 16_384;
/** Characters of one part of a path: a Call-ID of 255 that is percent-encoded throughout. */
const MAX_PARAM_LENGTH = 765;

/** The framework with its logger, before anything is added: the SIP side logs through it too. */
export function createApp(config: Config): FastifyInstance {
  const app = Fastify({
    trustProxy: config.trustProxy,
    bodyLimit: MAX_BODY_BYTES,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    forceCloseConnections: true,
    // One line per request would bury the lines about calls; see logRequests.
    logController: new LogController({ disableRequestLogging: true }),
    // Logs go to stderr: stdout is for the one line that a person reads.
    logger: { level: config.logLevel, stream: process.stderr, serializers: { req: describeRequest } },
  });
  return app;
}

/** What the log says of a request: no query (phone numbers), no headers (cookies). */
function describeRequest(request: FastifyRequest): Record<string, unknown> {
  return { method: request.method, path: request.url.split('?', 1)[0], address: request.ip };
}

export async function addRoutes(
  app: FastifyInstance,
  services: ApiServices &
    SipRouteServices &
    PushServices &
    CallsServices &
    PbxServices &
    MetricsServices & { isHealthy(): Promise<void> },
): Promise<void> {
  const { config } = services;
  handleErrors(app);
  logRequests(app);
  addGuards(app, config);
  app.addHook('onRequest', (request, reply, done) => {
    // Answers of the API are about one person, and one of them holds a password.
    if (request.url.startsWith('/api/')) void reply.header('Cache-Control', 'no-store');
    done();
  });
  await addSecurityHeaders(app, config);
  await app.register(cookie);
  await app.register(rateLimit, { max: config.limits.requestsPerMinute, timeWindow: '1 minute' });
  await addSipRoute(app, services);
  app.get('/healthz', async () => {
    await services.isHealthy();
    return { status: 'ok' };
  });
  addMetrics(app, services);
  addApi(app, services);
  addPushApi(app, services);
  addCallsApi(app, services);
  await addPbxApi(app, services);
  await addStaticApp(app, config.staticDir);
}

function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', (request, reply, done) => {
    request.log.debug({ req: request, status: reply.statusCode, ms: reply.elapsedTime }, 'request');
    done();
  });
}
