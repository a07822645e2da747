import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { SwitchhookError } from '../../shared/errors.ts';
import { parse } from '../../shared/validate.ts';
import { isOfDialog, pbxEvent } from '../pbx/events.ts';
import type { Pbx } from '../pbx/pbx.ts';
import { handOn } from '../pbx/peers.ts';
import { bearerOf } from './guards.ts';

export interface PbxServices {
  pbx: Pbx | undefined;
}

const PATH = '/api/pbx/calls';

/** The PBX's way in (pbx/events.ts). The answer to an INVITE is `expected=<devices that are being woken>`. */
export async function addPbxApi(app: FastifyInstance, { pbx }: PbxServices): Promise<void> {
  if (!pbx) return;
  const { calls, dialogs, secret } = pbx;
  // Forms are read here only: elsewhere, a page of another origin could send one without asking first.
  await app.register((scope, _options, done) => {
    scope.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, parsed) => {
      parsed(null, body);
    });
    // One PBX speaks for all of its phones.
    scope.post(PATH, { config: { rateLimit: false } }, async (request, reply) => {
      requireSecret(request, secret);
      const body = typeof request.body === 'string' ? request.body : '';
      const event = parse(pbxEvent, Object.fromEntries(new URLSearchParams(body)), 'event');
      if (isOfDialog(event)) {
        await dialogs.handle(event);
        return reply.code(200).send();
      }
      const { callId } = event;
      const handed = { callId, path: PATH, request, body };
      if (await handOn(calls, handed, reply)) return reply;
      const expected = await calls.handle(event);
      if (expected === undefined && (await handOn(calls, handed, reply))) return reply;
      return reply.type('text/plain').send(`expected=${expected ?? 0}`);
    });
    done();
  });
}

/** @throws SwitchhookError `notAllowed` */
function requireSecret(request: FastifyRequest, secret: string): void {
  const [given, right] = [bearerOf(request), secret].map((text) => createHash('sha256').update(text).digest());
  // Hashes, so that both have one length, and the comparison takes one time.
  if (!given || !right || !timingSafeEqual(given, right)) {
    throw new SwitchhookError('notAllowed', { reason: 'the secret of the PBX is wrong' });
  }
}
