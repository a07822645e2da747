import { request } from 'node:http';
import type { FastifyBaseLogger } from 'fastify';
import { SwitchhookError } from '../../shared/errors.ts';
import { InOrder } from './inOrder.ts';

/** What the PBX can be told about a call that it keeps (server/kamailio/control.cfg). */
export type PbxOrder = 'ringing' | 'decline' | 'claim' | 'release';

/** The call, and what the order says of it besides. */
export type PbxSubject = { callId: string } & Record<string, string>;

/** Milliseconds: it is on the same machine, or beside it. */
const TIMEOUT_MS = 2000;

/** The PBX's ear. */
export interface PbxControl {
  /** Never rejects: what the PBX does not hear, it finds out by its own timers. */
  say(order: PbxOrder, call: PbxSubject): Promise<void>;
}

export interface ControlOptions {
  /** `http://host:port` */
  controlUrl: string;
  secret: string;
  log: Pick<FastifyBaseLogger, 'debug' | 'error'>;
}

/** Of one call in the order in which they were said: "it rings" after "declined" would be wrong. */
export function httpControl({ controlUrl, secret, log }: ControlOptions): PbxControl {
  const byCall = new InOrder();
  const say = async (order: PbxOrder, call: PbxSubject): Promise<void> => {
    try {
      const status = await post(`${controlUrl}/calls/${order}`, secret, new URLSearchParams(call).toString());
      // 404: the call is over, which its event will say.
      if (status !== 204 && status !== 404) throw new SwitchhookError('internal', { reason: `the PBX said ${status}` });
      log.debug({ order, status }, 'the PBX was told');
    } catch (error) {
      log.error({ err: error, order }, 'the PBX was not reached');
    }
  };
  return {
    say: (order, call) => byCall.after(call.callId, () => say(order, call)),
  };
}

/** Kamailio closes each connection without saying so first, which an agent that keeps them takes for a failure. */
function post(url: string, secret: string, body: string): Promise<number> {
  const headers = {
    authorization: `Bearer ${secret}`,
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent: false, method: 'POST', headers, timeout: TIMEOUT_MS }, (answer) => {
      answer.resume();
      answer.on('error', reject).on('end', () => resolve(answer.statusCode ?? 0));
    });
    asked.on('timeout', () => asked.destroy(new Error('the PBX did not answer in time')));
    asked.on('error', reject);
    asked.end(body);
  });
}
