import type { FastifyInstance, FastifyRequest } from 'fastify';
import { SwitchhookError } from '../../shared/errors.ts';
import type { LiveSession, Sessions } from '../accounts/sessions.ts';
import type { Config } from '../config.ts';
import { isAllowedHost, isAllowedOrigin } from './hosts.ts';

/** `__Host-` would need https, which a first start on a loopback address does not have. */
export const SESSION_COOKIE = 'switchhook_session';

/** Methods that change nothing (RFC 9110 9.2.1). */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Refuses unknown hosts, and changes that a page of another origin asks for (CSRF). */
export function addGuards(app: FastifyInstance, config: Config): void {
  app.addHook('onRequest', (request, _reply, done) => {
    if (!isAllowedHost(request.headers.host, config)) {
      done(new SwitchhookError('originRefused', { reason: 'the Host header does not name this server' }));
    } else if (!SAFE.has(request.method) && !hasAllowedOrigin(request, config)) done(originRefused());
    else done();
  });
}

/** True also without an Origin header: only browsers send one, and they always do where it matters. */
export function hasAllowedOrigin(request: FastifyRequest, config: Config): boolean {
  const { origin, host } = request.headers;
  return origin === undefined || (host !== undefined && isAllowedOrigin(origin, host, config));
}

export function originRefused(): SwitchhookError {
  return new SwitchhookError('originRefused', { reason: 'this origin may not use the switchboard' });
}

/** @throws SwitchhookError `notLoggedIn` */
export async function requireSession(request: FastifyRequest, sessions: Sessions): Promise<LiveSession> {
  const live = await sessions.find(request.cookies[SESSION_COOKIE]);
  if (!live) throw new SwitchhookError('notLoggedIn', { reason: 'there is no session, or it has run out' });
  return live;
}

/** Characters: more than any token or secret of ours. */
const MAX_TOKEN = 512;

/**
 * The token of the Authorization header (RFC 6750 2.1).
 * @throws SwitchhookError `notAllowed`
 */
export function bearerOf(request: FastifyRequest): string {
  const [scheme, token, ...rest] = (request.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() === 'bearer' && token && rest.length === 0 && token.length <= MAX_TOKEN) return token;
  throw new SwitchhookError('notAllowed', { reason: 'a bearer token is needed' });
}
