/** What belongs to a call that another gateway looks after is handed on to it, and its answer back. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PbxCalls } from './calls.ts';

/** Marks what has been handed on once: two gateways that disagree must not play ball with it. */
export const HANDED_ON = 'x-switchhook-handed-on';

/** Milliseconds: a gateway that does not answer by then is gone. */
const TIMEOUT_MS = 2000;

export interface Handed {
  callId: string;
  /** Its own, with what it must not have in an address escaped. */
  path: string;
  request: FastifyRequest;
  body: string;
}

/**
 * True when the call was another gateway's and its answer has been sent. False: it is ours, because nobody has it or
 * because we have just taken it from a gateway that is gone.
 */
export async function handOn(calls: PbxCalls, handed: Handed, reply: FastifyReply): Promise<boolean> {
  if (handed.request.headers[HANDED_ON] !== undefined) return false;
  const row = await calls.elsewhere(handed.callId);
  if (!row) return false;
  const answer = await ask(row.owner.url, handed);
  if (!answer) {
    await calls.takeOver(row);
    return false;
  }
  void reply.code(answer.status).type(answer.type).send(answer.body);
  return true;
}

async function ask(url: string, { path, request, body }: Handed) {
  const { authorization = '', 'content-type': type = 'application/json' } = request.headers;
  const given = { authorization, 'content-type': type, [HANDED_ON]: '1' };
  try {
    const answer = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: given,
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return {
      status: answer.status,
      type: answer.headers.get('content-type') ?? 'text/plain',
      body: await answer.text(),
    };
  } catch (error) {
    // Refused, cut or too slow: it is gone. Anything else is a mistake of ours.
    if (error instanceof TypeError || (error instanceof DOMException && error.name === 'TimeoutError'))
      return undefined;
    throw error;
  }
}
