/** What the tests of the whole switchboard share: one in this process, people who are logged in, phones of theirs. */
import { randomUUID } from 'node:crypto';
import type { SipCredentials } from '../../../shared/http/api.ts';
import type { ConfigInput } from '../../config.ts';
import type { Limits } from '../../limits.ts';
import { type Switchboard, startSwitchboard } from '../../switchboard.ts';
import { RawClient } from './rawClient.ts';

/** scrypt at a cost that is no protection and takes no time. */
const testLimits: Partial<Limits> = { scryptCost: 16, loginsPerMinute: 10_000, requestsPerMinute: 100_000 };

/** A switchboard that keeps nothing and says nothing. */
export function testConfig({ limits, ...input }: ConfigInput = {}): ConfigInput {
  return {
    port: 0,
    dataDir: ':memory:',
    logLevel: 'silent',
    staticDir: 'no-such-directory',
    ...input,
    limits: { ...testLimits, ...limits },
  };
}

export class Harness {
  readonly #phones: RawClient[] = [];

  private constructor(
    readonly board: Switchboard,
    private readonly sipUrl: string,
  ) {}

  static async start(input: ConfigInput = {}): Promise<Harness> {
    const board = await startSwitchboard(testConfig(input));
    return Harness.over(board);
  }

  /** Of a switchboard that runs; the phones may connect elsewhere. */
  static over(board: Switchboard, sipUrl: string = board.url): Harness {
    return new Harness(board, sipUrl);
  }

  /** All phones go. */
  disconnect(): void {
    for (const phone of this.#phones.splice(0)) phone.ws.terminate();
  }

  async stop(): Promise<void> {
    this.disconnect();
    await this.board.close();
  }

  /** A JSON request as the page makes it. */
  fetch(
    path: string,
    options: { method?: string; body?: unknown; cookie?: string; headers?: Record<string, string> } = {},
  ) {
    const { method = 'GET', body, cookie, headers } = options;
    return fetch(`${this.board.url}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(cookie === undefined ? {} : { cookie }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  }

  /** The session cookie of a demo account. */
  async logIn(username: string, password = `demo-${username}`): Promise<string> {
    const body = { username, password };
    const response = await this.fetch('/api/login', { method: 'POST', body });
    if (!response.ok) throw new Error(`log-in of ${username} failed with ${response.status}`);
    return (response.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';
  }

  async credentials(extension: string, cookie: string, device: string = randomUUID()) {
    const response = await this.fetch('/api/sip-credentials', { method: 'POST', cookie, body: { device } });
    const { authUser, password, domain } = (await response.json()) as SipCredentials;
    return { extension, device, authUser, password, domain };
  }

  /** A phone that is connected, and registered unless told otherwise. */
  async phone(extension: string, options: { device?: string; register?: boolean; cookie?: string } = {}) {
    const cookie = options.cookie ?? (await this.logIn(extension));
    const credentials = await this.credentials(extension, cookie, options.device);
    const phone = await RawClient.connect({ url: this.sipUrl, origin: this.board.url, cookie }, credentials);
    this.#phones.push(phone);
    if (options.register !== false) {
      const response = await phone.register();
      if (response.status !== 200) throw new Error(`registration failed with ${response.status}`);
    }
    return phone;
  }
}
