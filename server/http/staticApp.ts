import { existsSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import staticFiles from '@fastify/static';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { SwitchhookError } from '../../shared/errors.ts';
import { sendError } from './errors.ts';

const INDEX = 'index.html';
/** The build puts a hash of the content into these names, so they never change. */
const IMMUTABLE = 'public, max-age=31536000, immutable';
/** Everything else is asked for again each time, and answered 304 when it has not changed. */
const REVALIDATE = 'no-cache';

/** The built app: its files, and its index page for every other address that a person navigates to. */
export async function addStaticApp(app: FastifyInstance, directory: string): Promise<void> {
  const root = resolve(directory);
  const built = existsSync(root);
  const assets = `${root}${sep}assets${sep}`;
  if (built) {
    await app.register(staticFiles, {
      root,
      index: INDEX,
      cacheControl: false,
      setHeaders: (reply, path) => {
        void reply.header('Cache-Control', path.startsWith(assets) ? IMMUTABLE : REVALIDATE);
      },
    });
  }
  app.setNotFoundHandler((request, reply) => {
    if (isApi(request) || !isNavigation(request)) return sendError(notFound(), request, reply);
    if (built) return reply.sendFile(INDEX);
    return reply.code(404).type('text/plain; charset=utf-8').send('The app is not built. Run "npm run build" first.\n');
  });
}

function isApi(request: FastifyRequest): boolean {
  const path = pathOf(request);
  return path === '/api' || path.startsWith('/api/') || path.startsWith('/assets/');
}

/** A person's address bar asks for HTML; scripts, images and fetches do not. */
function isNavigation({ method, headers }: FastifyRequest): boolean {
  return (method === 'GET' || method === 'HEAD') && (headers.accept ?? '').includes('text/html');
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}

function notFound(): SwitchhookError {
  return new SwitchhookError('notFound', { reason: 'there is nothing here' });
}
