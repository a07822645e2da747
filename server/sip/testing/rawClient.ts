/**
 * A bare SIP client for tests: it does what it is told and nothing else, so a test can be a frozen phone, a forger or a
 * caller that never sends ACK. Every wait is bounded and fails with what had come instead.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import { digestResponse, ha1Of } from '../digest.ts';
import { headerValue, headerValues, type SipRequest, type SipResponse } from '../headers.ts';
import { parseMessage, type Received, serialize } from '../message.ts';
import { parseParams, splitOutside } from '../scan.ts';
import { Inbox } from './inbox.ts';

/** Where a client connects, and with what. */
export interface Connection {
  /** `http://host:port` of the switchboard. */
  url: string;
  /** Cookie header; without one there is no session. */
  cookie?: string;
  origin?: string;
  protocols?: string[];
}

export interface Credentials {
  extension: string;
  domain: string;
  device: string;
  authUser: string;
  password: string;
}

export interface RegisterOptions {
  /** Seconds. */
  expires?: number;
  instance?: string;
  contact?: string;
}

/** What a refused upgrade was answered with. */
export class UpgradeRefused extends Error {
  constructor(
    readonly status: number,
    readonly body: string,
  ) {
    super(`upgrade refused with ${status}`);
  }
}

export class RawClient {
  readonly host = `${randomBytes(6).toString('hex')}.invalid`;
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #inbox = new Inbox();

  private constructor(
    readonly ws: WebSocket,
    readonly credentials: Credentials,
  ) {
    ws.on('message', (data: Buffer) => this.#inbox.receive(data.toString('utf8')));
    this.closed = new Promise((resolve) => {
      ws.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
  }

  /** Over a socket that is open already. */
  static over(ws: WebSocket, credentials: Credentials): RawClient {
    return new RawClient(ws, credentials);
  }

  /** @throws UpgradeRefused when the server answers with anything but 101 */
  static connect({ url, cookie, origin, protocols }: Connection, credentials: Credentials): Promise<RawClient> {
    const headers = { ...(cookie === undefined ? {} : { cookie }), ...(origin === undefined ? {} : { origin }) };
    const ws = new WebSocket(`${url.replace('http', 'ws')}/sip`, protocols ?? ['sip'], { headers });
    const client = new RawClient(ws, credentials);
    return new Promise((resolve, reject) => {
      ws.once('open', () => resolve(client));
      ws.once('error', reject);
      ws.once('unexpected-response', (_request, response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          reject(new UpgradeRefused(response.statusCode ?? 0, Buffer.concat(chunks).toString()));
          ws.terminate();
        });
      });
    });
  }

  get aor(): string {
    return `sip:${this.credentials.extension}@${this.credentials.domain}`;
  }

  get contact(): string {
    return `sip:${this.credentials.extension}x@${this.host};transport=ws`;
  }

  /** The contact that outlives this socket (RFC 5627), as the registrar writes it. */
  get gruu(): string {
    return `${this.aor};gr=urn:uuid:${this.credentials.device}`;
  }

  sendRaw(text: string | Buffer): void {
    this.ws.send(text);
  }

  /** A request with what every request needs; `extra` headers are added, and replace those of the same name. */
  request(method: string, uri: string, extra: readonly string[] = [], body = ''): string {
    const given = new Set(extra.map((line) => line.slice(0, line.indexOf(':')).toLowerCase()));
    const usual = [
      `Via: SIP/2.0/WS ${this.host};branch=z9hG4bK${randomBytes(8).toString('hex')}`,
      'Max-Forwards: 70',
      `From: <${this.aor}>;tag=${randomBytes(4).toString('hex')}`,
      `To: <${uri}>`,
      `Call-ID: ${randomUUID()}`,
      `CSeq: 1 ${method}`,
    ].filter((line) => !given.has(line.slice(0, line.indexOf(':')).toLowerCase()));
    return [
      `${method} ${uri} SIP/2.0`,
      ...usual,
      ...extra,
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n');
  }

  /** Sends a request, answers one challenge, and gives the request that was sent last. */
  async sendAuthenticated(method: string, uri: string, extra: readonly string[] = [], body = ''): Promise<SipRequest> {
    const first = parseMessage(this.request(method, uri, extra, body)) as Received<SipRequest>;
    this.sendRaw(serialize(first));
    const challenge = await this.expectResponse([401, 407], method);
    const answer = this.answer(challenge, method, uri);
    const again = this.request(
      method,
      uri,
      [
        ...extra.filter((line) => !/^(cseq|via|from|call-id):/iu.test(line)),
        `From: ${headerValue(first, 'from')}`,
        `Call-ID: ${first.envelope.callId}`,
        `CSeq: ${first.envelope.cseq.number + 1} ${method}`,
        answer,
      ],
      body,
    );
    if (method === 'INVITE') this.ackHop(first, challenge);
    this.sendRaw(again);
    return parseMessage(again) as Received<SipRequest>;
  }

  /** The Authorization (or Proxy-Authorization) line for a challenge. */
  answer(
    challenge: SipResponse,
    method: string,
    uri: string,
    options: { nc?: string; password?: string } = {},
  ): string {
    const proxy = challenge.status === 407;
    const value = headerValue(challenge, proxy ? 'proxy-authenticate' : 'www-authenticate') ?? '';
    const params = parseParams(splitOutside(value.replace(/^Digest /u, ''), ',', 'challenge'), 'challenge');
    const { authUser, domain, password } = this.credentials;
    const nonce = params.get('nonce') ?? '';
    const parts = { nonce, uri, nc: options.nc ?? '00000001', cnonce: randomBytes(4).toString('hex') };
    const response = digestResponse(ha1Of(authUser, domain, options.password ?? password), method, parts);
    return (
      `${proxy ? 'Proxy-' : ''}Authorization: Digest username="${authUser}", realm="${domain}", nonce="${nonce}", ` +
      `uri="${uri}", response="${response}", algorithm=MD5, qop=auth, nc=${parts.nc}, cnonce="${parts.cnonce}"`
    );
  }

  async register(options: RegisterOptions = {}): Promise<SipResponse> {
    await this.sendAuthenticated('REGISTER', `sip:${this.credentials.domain}`, this.#registration(options));
    return this.expect(
      (m): m is Received<SipResponse> => m.kind === 'response' && m.envelope.cseq.method === 'REGISTER',
    );
  }

  /** Gets challenged, and gives what sends the REGISTER that will be accepted: for races. */
  async prepareRegister(options: RegisterOptions = {}): Promise<() => void> {
    const uri = `sip:${this.credentials.domain}`;
    const lines = this.#registration(options);
    this.sendRaw(this.request('REGISTER', uri, lines));
    const challenge = await this.expectResponse(401, 'REGISTER');
    const text = this.request('REGISTER', uri, [...lines, this.answer(challenge, 'REGISTER', uri)]);
    return () => this.sendRaw(text);
  }

  #registration({ instance = this.credentials.device, expires = 600, contact }: RegisterOptions): string[] {
    const own = `<${this.contact}>;reg-id=1;+sip.instance="<urn:uuid:${instance}>";expires=${expires}`;
    const lines = [`To: <${this.aor}>`, `Contact: ${contact ?? own}`, 'Supported: path, gruu, outbound'];
    return contact === '*' ? [...lines, 'Expires: 0'] : lines;
  }

  /** Answers a request: status, a To tag where one is needed, and the Record-Route that a dialog keeps. */
  respond(
    request: SipRequest,
    status: number,
    options: { tag?: string; contact?: string; extra?: string[] } = {},
  ): void {
    const tag = options.tag ?? `t${this.credentials.device.slice(0, 8)}`;
    const to = headerValue(request, 'to') ?? '';
    const lines = [
      `SIP/2.0 ${status} Test`,
      ...headerValues(request, 'via').map((via) => `Via: ${via}`),
      ...headerValues(request, 'record-route').map((route) => `Record-Route: ${route}`),
      `From: ${headerValue(request, 'from')}`,
      `To: ${status > 100 && !to.includes(';tag=') ? `${to};tag=${tag}` : to}`,
      `Call-ID: ${headerValue(request, 'call-id')}`,
      `CSeq: ${headerValue(request, 'cseq')}`,
      ...(status > 100 && status < 300 ? [`Contact: <${options.contact ?? this.gruu}>`] : []),
      ...(options.extra ?? []),
      'Content-Length: 0',
      '',
      '',
    ];
    this.sendRaw(lines.join('\r\n'));
  }

  /** ACK of a final response other than 2xx: the INVITE's own branch. */
  ackHop(invite: SipRequest, response: SipResponse): void {
    const cseq = (headerValue(invite, 'cseq') ?? '').replace('INVITE', 'ACK');
    this.sendRaw(
      this.request('ACK', invite.uri, [
        `Via: ${headerValue(invite, 'via')}`,
        `From: ${headerValue(invite, 'from')}`,
        `To: ${headerValue(response, 'to')}`,
        `Call-ID: ${headerValue(invite, 'call-id')}`,
        `CSeq: ${cseq}`,
      ]),
    );
  }

  cancel(invite: SipRequest): void {
    this.sendRaw(
      this.request('CANCEL', invite.uri, [
        `Via: ${headerValue(invite, 'via')}`,
        `From: ${headerValue(invite, 'from')}`,
        `To: ${headerValue(invite, 'to')}`,
        `Call-ID: ${headerValue(invite, 'call-id')}`,
        `CSeq: ${(headerValue(invite, 'cseq') ?? '').replace('INVITE', 'CANCEL')}`,
      ]),
    );
  }

  expectRequest(method: string): Promise<Received<SipRequest>> {
    return this.expect((m): m is Received<SipRequest> => m.kind === 'request' && m.method === method);
  }

  expectResponse(status: number | readonly number[], method?: string): Promise<Received<SipResponse>> {
    const wanted = typeof status === 'number' ? [status] : status;
    return this.expect(
      (m): m is Received<SipResponse> =>
        m.kind === 'response' && wanted.includes(m.status) && (!method || m.envelope.cseq.method === method),
    );
  }

  /** The first message that fits, now or later; it is taken out, so the next call gets another one. */
  expect<M extends Received>(fits: (message: Received) => message is M): Promise<M> {
    return this.#inbox.expect(fits);
  }

  /** Whether something like this has come and was not taken. To be asked after a later message has come. */
  has(fits: (message: Received) => boolean): boolean {
    return this.#inbox.has(fits);
  }

  /** Text frames as they came, keep-alives included. */
  get frames(): readonly string[] {
    return this.#inbox.frames;
  }

  /** A round trip: everything that this client had sent has been handled, and what it led to is here. */
  async settle(): Promise<void> {
    // A method that is refused without a challenge; the server handles the messages of a socket in their order.
    this.sendRaw(this.request('PUBLISH', `sip:${this.credentials.domain}`));
    await this.expectResponse(405, 'PUBLISH');
  }

  /** A keep-alive (RFC 5626 3.5.1) and its answer. */
  async keepAlive(): Promise<void> {
    const before = this.frames.length;
    this.sendRaw('\r\n\r\n');
    await this.#inbox.expectPong(before);
  }

  close(): Promise<unknown> {
    this.ws.close();
    return this.closed;
  }
}
