import type { FastifyInstance, FastifyReply } from 'fastify';
import * as v from 'valibot';
import { type RespondResult, respondRequest } from '../../shared/http/push.ts';
import { parse } from '../../shared/validate.ts';
import type { Config } from '../config.ts';
import type { Pbx } from '../pbx/pbx.ts';
import { handOn } from '../pbx/peers.ts';
import type { PushGateway } from '../push/gateway.ts';
import type { RingAnswer } from '../push/ring.ts';
import { bearerOf } from './guards.ts';

/** Characters: the longest Call-ID that the SIP parser takes. */
const params = v.object({ callId: v.pipe(v.string(), v.minLength(1), v.maxLength(255)) });

export interface RespondServices {
  config: Config;
  gateway: PushGateway;
  /** Rings of a PBX may be another gateway's. */
  pbx: Pbx | undefined;
}

/** A worker's own way to a call that rings, without a page and without a session: the token of its push is enough. */
export function addRespondApi(app: FastifyInstance, { config, gateway, pbx }: RespondServices): void {
  const options = { config: { rateLimit: { max: config.limits.respondsPerMinute, timeWindow: '1 minute' } } };
  const route = (what: RingAnswer['kind'], toAnswer: (body: v.InferOutput<typeof respondRequest>) => RingAnswer) => {
    app.post(`/api/calls/:callId/${what}`, options, async (request, reply): Promise<RespondResult | FastifyReply> => {
      const { callId } = parse(params, request.params, 'path');
      const body = parse(respondRequest, request.body ?? {}, what);
      const token = bearerOf(request);
      gateway.subjectOf(callId, token); // before another gateway is bothered
      const path = `/api/calls/${encodeURIComponent(callId)}/${what}`;
      if (pbx && (await handOn(pbx.calls, { callId, path, request, body: JSON.stringify(body) }, reply))) return reply;
      return gateway.respond(callId, token, toAnswer(body));
    });
  };
  route('ringing', () => ({ kind: 'ringing' }));
  route('answer', ({ release }) => ({ kind: 'answer', release }));
  route('decline', ({ everywhere }) => ({ kind: 'decline', everywhere }));
}
