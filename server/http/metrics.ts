import type { FastifyInstance, FastifyRequest } from 'fastify';
import { SwitchhookError } from '../../shared/errors.ts';
import { isLoopback } from './hosts.ts';

export interface MetricsServices {
  /** Sizes and counters as {@link Switchboard.stats} has them. */
  metrics(): Readonly<Record<string, number>>;
}

/** Those that only grow; all others go up and down. */
const COUNTERS: ReadonlySet<string> = new Set([
  'malformed',
  'strayResponses',
  'droppedAcks',
  'pushesSent',
  'pushesFailed',
  'pushesDropped',
]);

/** `GET /metrics` in Prometheus' text format 0.0.4, for this machine only: numbers of calls are nobody else's business. */
export function addMetrics(app: FastifyInstance, { metrics }: MetricsServices): void {
  app.get('/metrics', (request, reply) => {
    if (!isFromHere(request)) throw new SwitchhookError('notFound', { reason: 'there is nothing here' });
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(toText(metrics()));
  });
}

/** Not by `request.ip`: behind a proxy that is the address which a client says it has. */
function isFromHere({ socket, headers }: FastifyRequest): boolean {
  const isForwarded = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined;
  return !isForwarded && isLoopback(socket.remoteAddress ?? '');
}

function toText(metrics: Readonly<Record<string, number>>): string {
  const lines = Object.entries(metrics).flatMap(([name, value]) => {
    const isCounter = COUNTERS.has(name);
    const metric = `switchhook_${name.replace(/[A-Z]/gu, (c) => `_${c.toLowerCase()}`)}${isCounter ? '_total' : ''}`;
    return [`# TYPE ${metric} ${isCounter ? 'counter' : 'gauge'}`, `${metric} ${value}`];
  });
  return `${lines.join('\n')}\n`;
}
