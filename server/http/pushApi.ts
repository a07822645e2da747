import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { SwitchhookError } from '../../shared/errors.ts';
import { deviceId } from '../../shared/http/api.ts';
import { type Devices, type MissedCalls, subscribeRequest, testRequest } from '../../shared/http/push.ts';
import { parse } from '../../shared/validate.ts';
import type { Sessions } from '../accounts/sessions.ts';
import type { Config } from '../config.ts';
import type { Pbx } from '../pbx/pbx.ts';
import { checkSubscription } from '../push/endpoints.ts';
import type { PushGateway } from '../push/gateway.ts';
import { MISSED_TTL } from '../push/policy.ts';
import type { SipSockets } from '../sip/sockets.ts';
import type { CallRecordRepository } from '../storage/callRecords.ts';
import type { PushSubscriptionRepository } from '../storage/pushSubscriptions.ts';
import type { SipCredentialsRepository } from '../storage/sipCredentials.ts';
import { requireSession } from './guards.ts';
import { addRespondApi } from './respondApi.ts';

export interface PushServices {
  config: Config;
  sessions: Sessions;
  sipCredentials: SipCredentialsRepository;
  sockets: SipSockets;
  records: CallRecordRepository;
  subscriptions: PushSubscriptionRepository;
  gateway: PushGateway;
  pbx: Pbx | undefined;
  /** Of the server, for subscribing (RFC 8292 3.2). */
  vapidPublicKey: string;
}

/** Calls that one answer holds (shared/http/push.ts). */
const MAX_MISSED = 50;
const ofDevice = v.object({ device: v.pipe(deviceId, v.toLowerCase()) });
const missedQuery = v.object({
  since: v.optional(v.pipe(v.string(), v.regex(/^\d{1,15}$/u), v.transform(Number))),
  device: v.optional(deviceId),
});

/** The HTTP API of shared/http/push.ts. */
export function addPushApi(app: FastifyInstance, services: PushServices): void {
  addSubscriptionRoutes(app, services);
  addDeviceRoutes(app, services);
  addMissedRoute(app, services);
  addRespondApi(app, services);
}

function addSubscriptionRoutes(app: FastifyInstance, services: PushServices): void {
  const { config, sessions, subscriptions, gateway, vapidPublicKey } = services;
  app.get('/api/push/key', () => ({ publicKey: vapidPublicKey }));
  app.put('/api/push/subscription', async (request, reply) => {
    const { session, account } = await requireSession(request, sessions);
    const { device, subscription, name } = parse(subscribeRequest, request.body, 'subscription');
    checkSubscription(subscription, config.push.hosts ?? []);
    const target = { accountId: account.id, device: device.toLowerCase(), sessionId: session.id, subscription, name };
    const { maxSubscriptionsPerAccount: max } = config.limits;
    await subscriptions.put({ ...target, origin: originOf(request) }, Date.now(), max);
    return reply.code(204).send();
  });
  app.delete('/api/push/subscription', async (request, reply) => {
    const { account } = await requireSession(request, sessions);
    const { device } = parse(ofDevice, request.query, 'query');
    await subscriptions.remove(account.id, device);
    gateway.forget((target) => target.accountId === account.id && target.device === device);
    return reply.code(204).send();
  });
  app.get('/api/push/pending', async (request) => {
    const { account } = await requireSession(request, sessions);
    const { device } = parse(ofDevice, request.query, 'query');
    return { pushes: gateway.pending(account.id, device) };
  });
  const perMinute = { max: config.limits.testPushesPerMinute, timeWindow: '1 minute' };
  app.post('/api/push/test', { config: { rateLimit: perMinute } }, async (request, reply) => {
    const { account } = await requireSession(request, sessions);
    const device = parse(testRequest, request.body, 'test').device.toLowerCase();
    const target = (await subscriptions.ofAccount(account.id, Date.now())).find((each) => each.device === device);
    if (!target) throw new SwitchhookError('notFound', { reason: 'this device has no push subscription' });
    gateway.test(account, target);
    return reply.code(202).send();
  });
}

function addDeviceRoutes(app: FastifyInstance, services: PushServices): void {
  const { sessions, subscriptions, sipCredentials, sockets, gateway } = services;
  app.get('/api/devices', async (request): Promise<Devices> => {
    const { account } = await requireSession(request, sessions);
    const online = sockets.devicesOf(account.id);
    const known = await subscriptions.devices(account.id);
    const now = Date.now();
    return {
      devices: known.map((each) => {
        const isOnline = online.has(each.device);
        return { ...each, online: isOnline, lastSeen: isOnline ? now : each.lastSeen };
      }),
    };
  });
  app.delete('/api/devices/:device', async (request, reply) => {
    const { account, session } = await requireSession(request, sessions);
    const { device } = parse(ofDevice, request.params, 'path');
    await sessions.endOfDevice(account.id, device, session.id);
    await subscriptions.remove(account.id, device);
    await sipCredentials.removeDevice(account.id, device);
    gateway.forget((target) => target.accountId === account.id && target.device === device);
    sockets.deviceRemoved(account.id, device);
    return reply.code(204).send();
  });
}

function addMissedRoute(app: FastifyInstance, { sessions, records }: PushServices): void {
  app.get('/api/calls/missed', async (request): Promise<MissedCalls> => {
    const { account } = await requireSession(request, sessions);
    const serverTime = Date.now();
    const { since = serverTime - MISSED_TTL * 1000 } = parse(missedQuery, request.query, 'query');
    return { serverTime, calls: await records.missed(account.extension, since, MAX_MISSED) };
  });
}

/** Where the page that asks came from: its worker answers there. The Host and Origin headers have been checked. */
function originOf({ headers, protocol, host }: FastifyRequest): string {
  return headers.origin ?? `${protocol}://${host}`;
}
