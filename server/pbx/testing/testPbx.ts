/** A PBX without SIP: it tells gateways of calls, and hears what they say about them. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';

const SECRET = 'a secret that is long enough to be one'.replaceAll(' ', '-');

export class TestPbx {
  readonly #orders: { path: string; call: Record<string, string> }[] = [];

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const call = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
        const isOurs = request.headers.authorization === `Bearer ${SECRET}`;
        if (isOurs) this.#orders.push({ path: request.url ?? '', call });
        response.writeHead(isOurs ? 204 : 401).end();
      });
    });
  }

  static async start(): Promise<TestPbx> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TestPbx(server);
  }

  /** For a gateway. */
  get config() {
    const { port } = this.server.address() as AddressInfo;
    return { controlUrl: `http://127.0.0.1:${port}`, secret: SECRET };
  }

  async tell(gatewayUrl: string, event: Record<string, string>, secret = SECRET) {
    const response = await fetch(`${gatewayUrl}/api/pbx/calls`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}` },
      body: new URLSearchParams(event),
    });
    return { status: response.status, body: await response.text() };
  }

  /** The first that a gateway said on this path, now or later. */
  async order(path: string): Promise<Record<string, string>> {
    await expect.poll(() => this.#orders.some((each) => each.path === path), { timeout: 10_000 }).toBe(true);
    return this.#orders.find((each) => each.path === path)?.call ?? {};
  }

  get orders(): readonly string[] {
    return this.#orders.map(({ path }) => path);
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }
}
