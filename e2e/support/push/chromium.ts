/**
 * Stands in for Chromium's push service (GCM, FCM), for any number of browsers: they check in and register over http,
 * keep a connection (mcs.ts), and subscribe and decrypt as always. Loopback only.
 */

import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { type Certificate, createCertificate, PUSH_HOSTS } from './certificate.ts';
import { Device, type Message, Subscriptions } from './devices.ts';
import { startEndpoint } from './endpoint.ts';
import { type Login, type McsConnection, startMcs } from './mcs.ts';
import { Fields, write } from './protobuf.ts';
import { close, Gate, listen, type PushService } from './service.ts';

export interface ChromiumPush extends PushService {
  /** Flags to start Chromium with. Its profile must not be incognito: Chromium refuses to subscribe there. */
  args: string[];
}

/** A browser that has checked in. */
interface Registered {
  device: Device;
  securityToken: bigint;
  /** `app` of its registrations: names the kind of browser, and comes back with each message as its category. */
  category: string;
}

export async function startChromiumPush(): Promise<ChromiumPush> {
  const certificate = createCertificate();
  const subscriptions = new Subscriptions();
  const browsers = new Browsers(subscriptions);
  const connections = new Connections(browsers);
  const [registration, mcs, endpoint] = await Promise.all([
    startRegistration(browsers),
    startMcs(certificate, connections),
    startEndpoint(certificate, subscriptions),
  ]);
  return {
    args: flags(certificate, registration.port, mcs.port),
    agentOptions: { ca: certificate.cert, host: '127.0.0.1', port: endpoint.port },
    hosts: [PUSH_HOSTS.chromium, PUSH_HOSTS.chrome],
    certificateFile: certificate.file,
    received: endpoint.received,
    connected: () => browsers.connected(),
    failNext: endpoint.failNext,
    disconnect: () => connections.disconnect(),
    reconnect: () => connections.reconnect(),
    forget: (token) => subscriptions.remove(token.slice(token.lastIndexOf('/') + 1)),
    stop: async () => {
      await Promise.all([registration.stop(), mcs.stop(), endpoint.stop()]);
      certificate.remove();
    },
  };
}

/** google_apis/gcm/engine/gservices_switches.cc; services/network/public/cpp/network_switches.cc. */
function flags({ spkiHash }: Certificate, registrationPort: number, mcsPort: number): string[] {
  return [
    `--gcm-checkin-url=http://localhost:${registrationPort}/checkin`,
    `--gcm-registration-url=http://localhost:${registrationPort}/register`,
    `--gcm-mcs-endpoint=https://localhost:${mcsPort}`,
    // Chromium tries this one when the endpoint fails; nothing of a test may leave the machine.
    `--host-resolver-rules=MAP mtalk.google.com:443 127.0.0.1:${mcsPort}`,
    `--ignore-certificate-errors-spki-list=${spkiHash}`,
  ];
}

class Browsers {
  readonly #known = new Map<string, Registered>();
  readonly #subscriptions: Subscriptions;

  constructor(subscriptions: Subscriptions) {
    this.#subscriptions = subscriptions;
  }

  connected(): number {
    return [...this.#known.values()].filter(({ device }) => device.connected).length;
  }

  find(androidId: string, securityToken: string): Registered | null {
    const browser = this.#known.get(androidId);
    return browser && String(browser.securityToken) === securityToken ? browser : null;
  }

  /** google_apis/gcm/protocol/checkin.proto */
  checkIn(request: Fields): Buffer {
    // AndroidCheckinRequest: id = 2, security_token = 13; a browser that has checked in before has both.
    const known = this.find(String(request.number(2)), String(request.number(13)));
    const { device, securityToken } = known ?? this.#welcome();
    // AndroidCheckinResponse: stats_ok = 1, time_msec = 3, android_id = 7, security_token = 8.
    return Buffer.concat([
      write.varint(1, 1),
      write.varint(3, Date.now()),
      write.fixed64(7, BigInt(device.id)),
      write.fixed64(8, securityToken),
    ]);
  }

  /** google_apis/gcm/engine/registration_request.cc, unregistration_request.cc, instance_id_*_request_handler.cc */
  register(form: URLSearchParams, authorization: string): string {
    const [, androidId = '', securityToken = ''] = /^AidLogin (\d+):(\d+)$/.exec(authorization) ?? [];
    const browser = this.find(androidId, securityToken);
    const [category, subtype, sender] = ['app', 'X-subtype', 'sender'].map((name) => form.get(name));
    if (!browser) return 'Error=AUTHENTICATION_FAILED';
    if (!category || !subtype) return 'Error=INVALID_PARAMETERS';
    if (form.get('delete') === 'true') {
      this.#subscriptions.removeChannel(browser.device, subtype);
      return `token=${category}`;
    }
    if (!sender) return 'Error=INVALID_SENDER';
    browser.category = category;
    return `token=${this.#subscriptions.add(browser.device, subtype, sender).token}`;
  }

  #welcome(): Registered {
    // Seven bytes: positive, whether it is read as signed or not.
    const [id, securityToken] = [randomNumber(), randomNumber()];
    const browser = { device: new Device(String(id)), securityToken, category: '' };
    this.#known.set(browser.device.id, browser);
    return browser;
  }
}

const randomNumber = () => BigInt(`0x${randomBytes(7).toString('hex')}`);

async function startRegistration(browsers: Browsers): Promise<{ port: number; stop(): Promise<void> }> {
  const answer = ({ url, headers }: IncomingMessage, body: Buffer): Buffer | string | null => {
    if (url === '/checkin') return browsers.checkIn(new Fields(body));
    if (url === '/register')
      return browsers.register(new URLSearchParams(body.toString()), headers.authorization ?? '');
    return null;
  };
  const server = createServer((request, response) => {
    void buffer(request).then(
      (body) => {
        const text = answer(request, body);
        response.writeHead(text === null ? 404 : 200).end(text);
      },
      () => response.destroy(),
    );
  });
  return { port: await listen(server), stop: () => close(server) };
}

/** Which browser is at the other end of which connection. */
class Connections {
  readonly #browsers: Browsers;
  readonly #gate = new Gate();
  readonly #open = new Map<McsConnection, { device: Device; send(message: Message): void }>();

  constructor(browsers: Browsers) {
    this.#browsers = browsers;
  }

  /**
   * The connections stay and say no more, as when the network has gone. Cut off within 10 s of its login, Chromium would
   * stay away for up to half a minute (kConnectionResetWindowSecs in connection_factory_impl.cc).
   */
  disconnect(): void {
    this.#gate.close();
    for (const [connection, { device, send }] of this.#open) {
      if (!device.connected) continue;
      device.disconnect(send);
      this.#gate.pass(() => {
        if (this.#open.has(connection)) device.connect(send);
      });
    }
  }

  reconnect(): void {
    this.#gate.open();
  }

  login(login: Login, connection: McsConnection): void {
    const browser = this.#browsers.find(login.androidId, login.securityToken);
    if (!browser) {
      connection.refuseLogin();
      return;
    }
    const { device } = browser;
    const send = (message: Message) => connection.sendMessage(message, browser.category);
    this.#open.set(connection, { device, send });
    this.#gate.pass(() => {
      // It may have given up while it was kept waiting.
      if (!this.#open.has(connection)) return;
      for (const id of login.receivedIds) device.acknowledge(id);
      connection.acceptLogin(login);
      device.connect(send);
    });
  }

  acknowledged(messageId: string, connection: McsConnection): void {
    this.#open.get(connection)?.device.acknowledge(messageId);
  }

  closed(connection: McsConnection): void {
    const opened = this.#open.get(connection);
    opened?.device.disconnect(opened.send);
    this.#open.delete(connection);
  }
}
