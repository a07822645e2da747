import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorCode, SwitchhookError, toWire } from '../../shared/errors.ts';
import { LockedOutError } from '../accounts/login.ts';
import { RingOverError } from '../push/ringOver.ts';

/** HTTP status of the codes that requests can fail with; every other is a failure of ours, 500. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  invalidArgument: 400,
  notLoggedIn: 401,
  wrongCredentials: 401,
  originRefused: 403,
  notAllowed: 403,
  notFound: 404,
  methodNotAllowed: 405,
  tooLate: 410,
  lockedOut: 423,
  rateLimited: 429,
};

/** What the framework's own refusals mean in our codes, by their status. */
const CODE: ReadonlyMap<number, ErrorCode> = new Map([
  [400, 'invalidArgument'],
  [404, 'notFound'],
  [405, 'methodNotAllowed'],
  [413, 'invalidArgument'],
  [415, 'invalidArgument'],
  [426, 'invalidArgument'],
  [429, 'rateLimited'],
]);

/** Every error leaves as `{error: WireError}` with the status that fits its code; that of a ring that is over says how it ended. */
export function handleErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => sendError(error, request, reply));
}

export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { failure, status } = classify(error);
  if (failure instanceof LockedOutError) void reply.header('Retry-After', failure.retryAfterSeconds);
  if (status >= 500) request.log.error({ err: error }, 'request failed');
  // What failed inside is in the log; the client learns that it was not its fault.
  const wire = status >= 500 ? { code: failure.code, reason: 'the server could not do this' } : toWire(failure);
  const more = failure instanceof RingOverError ? { ended: failure.ended } : {};
  return reply.code(status).send({ error: wire, ...more });
}

function classify(error: unknown): { failure: SwitchhookError; status: number } {
  if (error instanceof SwitchhookError) return { failure: error, status: STATUS[error.code] ?? 500 };
  const status = statusOf(error);
  const code = CODE.get(status) ?? (status < 500 ? 'invalidArgument' : 'internal');
  const reason = error instanceof Error ? error.message : 'unknown';
  return { failure: new SwitchhookError(code, { reason }), status };
}

function statusOf(error: unknown): number {
  const given = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof given === 'number' && given >= 400 && given < 600 ? given : 500;
}
