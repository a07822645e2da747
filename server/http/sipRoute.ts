import websocket from '@fastify/websocket';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { SwitchhookError } from '../../shared/errors.ts';
import type { LiveSession, Sessions } from '../accounts/sessions.ts';
import { SIP_PATH } from '../accounts/sipCredentials.ts';
import type { Config } from '../config.ts';
import { SipSocket, type SocketHandlers } from '../sip/socket.ts';
import type { SipSockets } from '../sip/sockets.ts';
import { hasAllowedOrigin, originRefused, requireSession } from './guards.ts';

/** RFC 7118 4.1: the WebSocket subprotocol of SIP. */
const SUBPROTOCOL = 'sip';

export interface SipRouteServices {
  config: Config;
  sessions: Sessions;
  sockets: SipSockets;
  handlers: SocketHandlers;
}

/** SIP over WebSocket (RFC 7118). Origin, session and subprotocol are checked before the upgrade is accepted. */
export async function addSipRoute(app: FastifyInstance, services: SipRouteServices): Promise<void> {
  const { config, sessions, sockets, handlers } = services;
  await app.register(websocket, {
    options: {
      maxPayload: config.limits.maxMessageBytes,
      handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    },
    // The switchboard closes its sockets itself, with a reason, before the server stops.
    preClose: (done) => done(),
  });
  const admitted = new WeakMap<FastifyRequest, LiveSession>();
  app.route({
    method: 'GET',
    url: SIP_PATH,
    websocket: true,
    preValidation: async (request) => {
      if (!hasAllowedOrigin(request, config)) throw originRefused();
      const live = await requireSession(request, sessions);
      refuseWrongUpgrade(request);
      if (sockets.countOfAccount(live.account.id) >= config.limits.maxSocketsPerAccount) {
        throw new SwitchhookError('rateLimited', { reason: 'this account has too many open sockets' });
      }
      admitted.set(request, live);
    },
    handler: (ws, request) => {
      const live = admitted.get(request);
      if (!live) throw new SwitchhookError('internal', { reason: 'a socket was opened that was not admitted' });
      const { session, account } = live;
      const { id: sessionId, expiresAt } = session;
      const identity = { sessionId, accountId: account.id, extension: account.extension, expiresAt };
      const socket = new SipSocket(ws, identity, config.limits, {
        ...bind(handlers),
        closed: (closed) => {
          sockets.remove(closed);
          handlers.closed(closed);
          request.log.info({ socket: closed.id }, 'SIP socket closed');
        },
      });
      sockets.add(socket);
      request.log.info({ socket: socket.id }, 'SIP socket opened');
    },
  });
}

function bind(handlers: SocketHandlers): Pick<SocketHandlers, 'message' | 'failed'> {
  return {
    message: (socket, text) => handlers.message(socket, text),
    failed: (socket, error) => handlers.failed(socket, error),
  };
}

function refuseWrongUpgrade(request: FastifyRequest): void {
  if (!request.ws) throw new SwitchhookError('invalidArgument', { reason: 'this path speaks WebSocket only' });
  const offered = request.headers['sec-websocket-protocol']?.split(',').map((each) => each.trim()) ?? [];
  if (!offered.includes(SUBPROTOCOL)) {
    throw new SwitchhookError('invalidArgument', {
      reason: 'the WebSocket subprotocol must be sip',
      field: 'Sec-WebSocket-Protocol',
    });
  }
}
