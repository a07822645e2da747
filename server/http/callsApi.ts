import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { deviceId } from '../../shared/http/api.ts';
import type { LiveCall } from '../../shared/http/calls.ts';
import { parse } from '../../shared/validate.ts';
import type { Sessions } from '../accounts/sessions.ts';
import type { LiveSide } from '../sip/liveCalls.ts';
import type { Account } from '../storage/accounts.ts';
import { requireSession } from './guards.ts';

export interface CallsServices {
  sessions: Sessions;
  /** The calls of an account on devices other than this one, the newest first. */
  elsewhere(account: Account, device: string): Promise<LiveSide[]>;
}

const query = v.object({ device: v.pipe(deviceId, v.toLowerCase()) });

/** The HTTP API of shared/http/calls.ts. Whose calls: the session says it, never the question. */
export function addCallsApi(app: FastifyInstance, { sessions, elsewhere }: CallsServices): void {
  app.get('/api/calls/live', async (request): Promise<{ calls: LiveCall[] }> => {
    const { account } = await requireSession(request, sessions);
    const { device } = parse(query, request.query, 'query');
    const calls = await elsewhere(account, device);
    return {
      calls: calls.map(({ peer, ...call }) => ({
        ...call,
        peer: { handle: peer.extension, displayName: peer.displayName },
      })),
    };
  });
}
