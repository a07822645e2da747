/**
 * Stands in for Firefox's push service (autopush), for any number of browsers: JSON over a WebSocket, as in
 * https://mozilla-push-service.readthedocs.io/en/latest/design/ and Firefox's dom/push/PushServiceWebSocket.sys.mjs.
 * They subscribe and decrypt as always. Loopback only.
 */

import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { createCertificate, PUSH_HOSTS } from './certificate.ts';
import { Device, type Message, Subscriptions } from './devices.ts';
import { startEndpoint } from './endpoint.ts';
import { close, Gate, listen, type PushService } from './service.ts';

export interface FirefoxPush extends PushService {
  /** Preferences to start Firefox with. */
  prefs: Record<string, string | number | boolean>;
}

export async function startFirefoxPush(): Promise<FirefoxPush> {
  const certificate = createCertificate();
  const subscriptions = new Subscriptions();
  const devices = new Map<string, Device>();
  const gate = new Gate();
  const endpoint = await startEndpoint(certificate, subscriptions);
  const server = createServer((_, response) => response.writeHead(426).end());
  // Firefox offers this subprotocol and wants it back (RFC 6455 4.2.2, Sec-WebSocket-Protocol).
  const sockets = new WebSocketServer({ server, handleProtocols: () => 'push-notification' });
  sockets.on('connection', (socket) => new Session(socket, devices, subscriptions, gate));
  const cut = () => {
    for (const socket of sockets.clients) socket.terminate();
  };
  return {
    prefs: preferences(await listen(server)),
    agentOptions: { ca: certificate.cert, host: '127.0.0.1', port: endpoint.port },
    hosts: [PUSH_HOSTS.firefox],
    certificateFile: certificate.file,
    received: endpoint.received,
    connected: () => [...devices.values()].filter(({ connected }) => connected).length,
    failNext: endpoint.failNext,
    disconnect: () => {
      gate.close();
      cut();
    },
    reconnect: () => gate.open(),
    forget: (token) => subscriptions.remove(token.slice(token.lastIndexOf('/') + 1)),
    stop: async () => {
      cut();
      await Promise.all([close(server), endpoint.stop()]);
      certificate.remove();
    },
  };
}

function preferences(port: number): FirefoxPush['prefs'] {
  return {
    'dom.push.serverURL': `ws://localhost:${port}/`,
    'dom.push.testing.allowInsecureServerURL': true,
    // Off in a Firefox that is driven from outside, unless told otherwise.
    'dom.push.connection.enabled': true,
    // ms before it comes back; 5 s in a real one.
    'dom.push.retryBaseInterval': 200,
  };
}

/** What Firefox says. Its pings are empty objects. */
type Request =
  | { messageType?: 'ping' }
  | { messageType: 'hello'; uaid?: string }
  | { messageType: 'register'; channelID: string; key?: string }
  | { messageType: 'unregister'; channelID: string }
  | { messageType: 'ack'; updates: { version: string }[] }
  | { messageType: 'broadcast_subscribe' | 'nack' };

/** One connection of one browser. */
class Session {
  readonly #socket: WebSocket;
  readonly #devices: Map<string, Device>;
  readonly #subscriptions: Subscriptions;
  readonly #send = (message: Message) => this.#say(notification(message));

  constructor(socket: WebSocket, devices: Map<string, Device>, subscriptions: Subscriptions, gate: Gate) {
    this.#socket = socket;
    this.#devices = devices;
    this.#subscriptions = subscriptions;
    socket.once('message', (data) => gate.pass(() => this.#open(JSON.parse(String(data)))));
  }

  /** The first message is the hello; only then are there others. */
  #open(hello: Request): void {
    // It may have given up while it was kept waiting.
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (hello.messageType !== 'hello') throw new Error(`Firefox begins with "${hello.messageType}".`);
    const device = this.#deviceOf(hello.uaid);
    this.#socket.on('message', (data) => this.#receive(JSON.parse(String(data)), device));
    this.#socket.on('close', () => device.disconnect(this.#send));
    this.#say({ messageType: 'hello', status: 200, uaid: device.id, use_webpush: true, broadcasts: {} });
    device.connect(this.#send);
  }

  /** A browser that hears another id than it has said gives up its subscriptions. */
  #deviceOf(uaid: string | undefined): Device {
    const known = this.#devices.get(uaid ?? '');
    if (known) return known;
    const device = new Device(randomBytes(16).toString('hex'));
    this.#devices.set(device.id, device);
    return device;
  }

  #receive(request: Request, device: Device): void {
    switch (request.messageType) {
      case undefined:
      case 'ping':
        this.#say({});
        break;
      case 'register':
        this.#say(this.#register(request.channelID, request.key, device));
        break;
      case 'unregister':
        this.#subscriptions.removeChannel(device, request.channelID);
        this.#say({ messageType: 'unregister', status: 200, channelID: request.channelID });
        break;
      case 'ack':
        for (const { version } of request.updates) device.acknowledge(version);
    }
  }

  #register(channelID: string, key: string | undefined, device: Device): object {
    // A service may want a key with every subscription, as Chromium's does.
    if (key === undefined) return { messageType: 'register', status: 400, channelID };
    const { token } = this.#subscriptions.add(device, channelID, key);
    const pushEndpoint = `https://${PUSH_HOSTS.firefox}/wpush/v2/${token}`;
    return { messageType: 'register', status: 200, channelID, pushEndpoint };
  }

  #say(answer: object): void {
    this.#socket.send(JSON.stringify(answer));
  }
}

function notification({ id, subscription, body }: Message): object {
  const carried = { data: body.toString('base64url'), headers: { encoding: 'aes128gcm' } };
  const content = body.length > 0 ? carried : {};
  return { messageType: 'notification', channelID: subscription.channel, version: id, ...content };
}
