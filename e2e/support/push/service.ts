/** What the stand-ins for the push services have in common, as tests see them. */

import type { IncomingHttpHeaders, Server } from 'node:http';
import { Agent, type AgentOptions } from 'node:https';
import type { AddressInfo, Server as NetServer } from 'node:net';

/** One post to an endpoint, whatever became of it. */
export interface PostRecord {
  endpoint: string;
  headers: IncomingHttpHeaders;
  /** What it was answered with. */
  status: number;
  /** The length of its body. */
  bytes: number;
  /** Its Urgency, which is `normal` when it says nothing (RFC 8030 5.3). */
  urgency: string;
  /** ms since the epoch. */
  at: number;
}

export interface PushService {
  /**
   * For the `https.Agent` of whoever posts (`agent` of web-push): trusts this service and connects to it under whatever
   * name. Endpoints keep the names of the real services, so nothing else has to know that this one is not.
   */
  agentOptions: AgentOptions & { port: number };
  /** The host of the endpoints. */
  hosts: readonly string[];
  /** The certificate on disk: for NODE_EXTRA_CA_CERTS of another process. */
  certificateFile: string;
  /** Every post to an endpoint, oldest first. */
  received: readonly PostRecord[];
  /** How many browsers are connected. */
  connected(): number;
  /** The next post is answered with this; once per call. @param retryAfter s */
  failNext(status: number, retryAfter?: number): void;
  /** Nothing gets through to any browser until `reconnect`; whatever is posted waits as long as it may. */
  disconnect(): void;
  reconnect(): void;
  /** Forgets a subscription, as services do, without a word to its browser. @param token of an endpoint, or the whole */
  forget(token: string): void;
  stop(): Promise<void>;
}

/** An agent for several services at a time: each endpoint's host leads to its own. Any other host is refused. */
export function agentFor(...services: readonly PushService[]): Agent {
  const agent = new Agent({ ca: services.map(({ agentOptions }) => String(agentOptions.ca)) });
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const service = services.find(({ hosts }) => hosts.includes(options.host ?? ''));
    if (!service) throw new Error(`No push service of this test is at ${options.host}.`);
    const { host, port } = service.agentOptions;
    return connect({ ...options, host, port }, callback);
  };
  return agent;
}

/**
 * Whether browsers get through. The ones that come while they do not are kept waiting instead of turned away: each time
 * that they are turned away they take longer to try again.
 */
export class Gate {
  #open = true;
  #waiting: (() => void)[] = [];

  pass(enter: () => void): void {
    if (this.#open) enter();
    else this.#waiting.push(enter);
  }

  close(): void {
    this.#open = false;
  }

  open(): void {
    this.#open = true;
    for (const enter of this.#waiting.splice(0)) enter();
  }
}

/** On a free port of the loopback interface. @returns the port */
export function listen(server: NetServer): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

export function close(server: NetServer | Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    if ('closeAllConnections' in server) server.closeAllConnections();
  });
}
