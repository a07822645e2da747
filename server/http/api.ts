import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { SwitchhookError } from '../../shared/errors.ts';
import {
  type DemoAccounts,
  extension,
  type IceServers,
  loginRequest,
  type Session,
  type SipCredentials,
  sipCredentialsRequest,
  type User,
} from '../../shared/http/api.ts';
import { parse } from '../../shared/validate.ts';
import { demoAccounts } from '../accounts/demo.ts';
import type { LoginService } from '../accounts/login.ts';
import type { Sessions } from '../accounts/sessions.ts';
import { issueSipCredentials } from '../accounts/sipCredentials.ts';
import type { Config } from '../config.ts';
import { hasRelay, issueIceServers } from '../ice.ts';
import type { Account, AccountRepository } from '../storage/accounts.ts';
import type { SipCredentialsRepository } from '../storage/sipCredentials.ts';
import { requireSession, SESSION_COOKIE } from './guards.ts';

export interface ApiServices {
  config: Config;
  accounts: AccountRepository;
  sessions: Sessions;
  login: LoginService;
  sipCredentials: SipCredentialsRepository;
}

const usersQuery = v.object({ phone: v.optional(v.pipe(v.string(), v.maxLength(64))) });

/** The HTTP API of shared/http/api.ts. */
export function addApi(app: FastifyInstance, services: ApiServices): void {
  addSessionRoutes(app, services);
  addDirectoryRoutes(app, services);
}

function addSessionRoutes(app: FastifyInstance, { config, sessions, login, sipCredentials }: ApiServices): void {
  const perMinute = { max: config.limits.loginsPerMinute, timeWindow: '1 minute' };
  app.post('/api/login', { config: { rateLimit: perMinute } }, async (request, reply): Promise<Session> => {
    const { username, password } = parse(loginRequest, request.body, 'login');
    const account = await login.check(username, password);
    const earlier = await sessions.find(request.cookies[SESSION_COOKIE]);
    if (earlier) await sessions.end(earlier.session.id);
    const { token } = await sessions.start(account);
    setCookie(request, reply, token, sessions.maxAgeSeconds);
    return toSession(account, config);
  });
  app.post('/api/logout', async (request, reply) => {
    const live = await sessions.find(request.cookies[SESSION_COOKIE]);
    if (live) await sessions.end(live.session.id);
    setCookie(request, reply, '', 0);
    return reply.code(204).send();
  });
  app.post('/api/logout-everywhere', async (request, reply) => {
    const { account } = await requireSession(request, sessions);
    await sessions.endAll(account.id);
    setCookie(request, reply, '', 0);
    return reply.code(204).send();
  });
  app.get('/api/session', async (request): Promise<Session> => {
    const { account } = await requireSession(request, sessions);
    return toSession(account, config);
  });
  app.post('/api/sip-credentials', async (request): Promise<SipCredentials> => {
    const live = await requireSession(request, sessions);
    const { device } = parse(sipCredentialsRequest, request.body, 'sipCredentials');
    return issueSipCredentials(sipCredentials, live, device, config);
  });
  app.get('/api/ice-servers', async (request): Promise<IceServers> => {
    const { account } = await requireSession(request, sessions);
    return issueIceServers(config.turn, account.extension, Date.now());
  });
}

function addDirectoryRoutes(app: FastifyInstance, { accounts, sessions }: ApiServices): void {
  app.get('/api/users', async (request): Promise<{ users: User[] }> => {
    const { account } = await requireSession(request, sessions);
    const { phone } = parse(usersQuery, request.query, 'query');
    if (phone === undefined) {
      const others = (await accounts.list()).filter((each) => each.id !== account.id);
      return { users: others.map(toUser) };
    }
    // A number that is no extension of ours is somebody outside: nobody is found, which is no error.
    const found = v.is(extension, phone) ? await accounts.byExtension(phone) : undefined;
    return { users: found ? [toUser(found)] : [] };
  });
  app.get('/api/demo', (): DemoAccounts => {
    if (!accounts.options.demo) throw new SwitchhookError('notFound', { reason: 'there are no demo accounts here' });
    return { accounts: demoAccounts };
  });
}

function toUser({ id, extension: number, displayName, avatarUrl }: Account): User {
  return { userId: id, extension: number, displayName, avatarUrl };
}

function toSession(account: Account, config: Config): Session {
  return {
    user: toUser(account),
    domain: config.sipDomain,
    ringSeconds: config.ringSeconds,
    relay: hasRelay(config.turn),
  };
}

function setCookie(request: FastifyRequest, reply: FastifyReply, token: string, maxAge: number): void {
  void reply.setCookie(SESSION_COOKIE, token, {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: request.protocol === 'https',
    maxAge,
  });
}
