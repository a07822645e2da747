import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { SwitchhookError } from '../../shared/errors.ts';
import { type RespondResult, respondRequest } from '../../shared/http/push.ts';
import { parse } from '../../shared/validate.ts';
import type { Config } from '../config.ts';
import type { PushGateway } from '../push/gateway.ts';
import type { RingAnswer } from '../push/ring.ts';

/** Characters: the longest Call-ID that the SIP parser takes, and more than any token of ours. */
const params = v.object({ callId: v.pipe(v.string(), v.minLength(1), v.maxLength(255)) });
const MAX_TOKEN = 512;

export interface RespondServices {
  config: Config;
  gateway: PushGateway;
}

/** A worker's own way to a call that rings, without a page and without a session: the token of its push is enough. */
export function addRespondApi(app: FastifyInstance, { config, gateway }: RespondServices): void {
  const options = { config: { rateLimit: { max: config.limits.respondsPerMinute, timeWindow: '1 minute' } } };
  const route = (what: RingAnswer['kind'], toAnswer: (body: v.InferOutput<typeof respondRequest>) => RingAnswer) => {
    app.post(`/api/calls/:callId/${what}`, options, (request): RespondResult => {
      const { callId } = parse(params, request.params, 'path');
      const body = parse(respondRequest, request.body ?? {}, what);
      return gateway.respond(callId, bearerOf(request), toAnswer(body));
    });
  };
  route('ringing', () => ({ kind: 'ringing' }));
  route('answer', ({ release }) => ({ kind: 'answer', release }));
  route('decline', ({ everywhere }) => ({ kind: 'decline', everywhere }));
}

/** RFC 6750 2.1. */
function bearerOf(request: FastifyRequest): string {
  const [scheme, token, ...rest] = (request.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() === 'bearer' && token && rest.length === 0 && token.length <= MAX_TOKEN) return token;
  throw new SwitchhookError('notAllowed', { reason: 'the token of the push is needed' });
}
