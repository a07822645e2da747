/**
 * The connection that Chromium keeps to its push service: Mobile Connection Server, protobuf over TLS. Tags, fields and
 * their numbers are those of Chromium's google_apis/gcm/protocol/mcs.proto and google_apis/gcm/base/mcs_util.h.
 */

import { createServer, type TLSSocket } from 'node:tls';
import type { Certificate } from './certificate.ts';
import type { Message } from './devices.ts';
import { Fields, readVarint, write, writeVarint } from './protobuf.ts';
import { close, listen } from './service.ts';

/** kMCSVersion: each side sends it as its first byte. */
const VERSION = 41;

/** MCSProtoTag in mcs_util.h. */
const HEARTBEAT_PING = 0;
const HEARTBEAT_ACK = 1;
const LOGIN_REQUEST = 2;
const LOGIN_RESPONSE = 3;
const CLOSE = 4;
const IQ_STANZA = 7;
const DATA_MESSAGE = 8;

/** Where each message of the browser says `last_stream_id_received`: mcs.proto. */
const LAST_STREAM_ID_FIELD = new Map([
  [HEARTBEAT_PING, 2],
  [HEARTBEAT_ACK, 2],
  [IQ_STANZA, 10],
  [DATA_MESSAGE, 11],
]);

/** LoginRequest. */
export interface Login {
  id: string;
  androidId: string;
  securityToken: string;
  /** Messages that the browser has received and not been told that the service knows. */
  receivedIds: string[];
}

export interface Listener {
  login(login: Login, connection: McsConnection): void;
  acknowledged(messageId: string, connection: McsConnection): void;
  closed(connection: McsConnection): void;
}

export interface McsServer {
  port: number;
  /** Ends every connection. */
  stop(): Promise<void>;
}

export async function startMcs({ key, cert }: Certificate, listener: Listener): Promise<McsServer> {
  const sockets = new Set<TLSSocket>();
  const server = createServer({ key, cert }, (socket) => {
    sockets.add(socket);
    const connection = new McsConnection(socket, listener);
    // The reason is of no interest: 'close' follows.
    socket.on('error', () => {});
    socket.on('close', () => {
      sockets.delete(socket);
      listener.closed(connection);
    });
  });
  return {
    port: await listen(server),
    stop: async () => {
      const closed = close(server);
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

export class McsConnection {
  readonly #socket: TLSSocket;
  readonly #listener: Listener;
  /** Each side counts what it sends, from 1; the other says up to which it has received. */
  #sent = 0;
  #unacknowledged: { streamId: number; messageId: string }[] = [];

  constructor(socket: TLSSocket, listener: Listener) {
    this.#socket = socket;
    this.#listener = listener;
    const reader = new FrameReader((tag, body) => this.#receive(tag, new Fields(body)));
    socket.on('data', (chunk) => reader.feed(chunk));
    socket.write(Buffer.from([VERSION]));
  }

  acceptLogin({ id }: Login): void {
    // LoginResponse: id = 1, last_stream_id_received = 6 (the login was the browser's first), server_timestamp = 8.
    this.#send(LOGIN_RESPONSE, write.bytes(1, id), write.varint(6, 1), write.varint(8, Date.now()));
  }

  refuseLogin(): void {
    this.#socket.destroy();
  }

  /** @param category the `app` that it registered with; the channel is what Chromium calls subtype there */
  sendMessage({ id, subscription, body, ttl, sentAt }: Message, category: string): void {
    const appData = {
      subtype: subscription.channel,
      ...(body.length > 0 ? { 'content-encoding': 'aes128gcm' } : {}),
    };
    this.#send(
      DATA_MESSAGE,
      write.bytes(2, id),
      write.bytes(3, subscription.key), // from
      write.bytes(5, category),
      // AppData: key = 1, value = 2.
      ...Object.entries(appData).map(([key, value]) =>
        write.bytes(7, Buffer.concat([write.bytes(1, key), write.bytes(2, value)])),
      ),
      write.bytes(9, id), // persistent_id
      write.varint(17, ttl),
      write.varint(18, sentAt),
      ...(body.length > 0 ? [write.bytes(21, body)] : []), // raw_data
      write.varint(24, 1), // immediate_ack
    );
    this.#unacknowledged.push({ streamId: this.#sent, messageId: id });
  }

  #send(tag: number, ...fields: Buffer[]): void {
    const body = Buffer.concat(fields);
    this.#sent++;
    // Frame: tag, length as a varint, message. connection_handler_impl.cc
    this.#socket.write(Buffer.concat([Buffer.from([tag]), writeVarint(body.length), body]));
  }

  #receive(tag: number, fields: Fields): void {
    const field = LAST_STREAM_ID_FIELD.get(tag);
    if (field !== undefined) this.#acknowledgeUpTo(Number(fields.number(field) ?? 0));
    if (tag === LOGIN_REQUEST) this.#listener.login(toLogin(fields), this);
    else if (tag === HEARTBEAT_PING) this.#send(HEARTBEAT_ACK);
    else if (tag === CLOSE) this.#socket.end();
  }

  #acknowledgeUpTo(received: number): void {
    const isReceived = ({ streamId }: { streamId: number }) => streamId <= received;
    for (const { messageId } of this.#unacknowledged.filter(isReceived)) this.#listener.acknowledged(messageId, this);
    this.#unacknowledged = this.#unacknowledged.filter((message) => !isReceived(message));
  }
}

/** LoginRequest: id = 1, user = 3, auth_token = 5, received_persistent_id = 10. */
function toLogin(fields: Fields): Login {
  return {
    id: fields.text(1) ?? '',
    androidId: fields.text(3) ?? '',
    securityToken: fields.text(5) ?? '',
    receivedIds: fields.texts(10),
  };
}

/** Cuts what arrives into messages, after the version. */
class FrameReader {
  readonly #onFrame: (tag: number, body: Buffer) => void;
  #unread = Buffer.alloc(0);
  #version: number | null = null;

  constructor(onFrame: (tag: number, body: Buffer) => void) {
    this.#onFrame = onFrame;
  }

  feed(chunk: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, chunk]);
    if (this.#version === null) {
      this.#version = this.#unread.readUInt8(0);
      this.#unread = this.#unread.subarray(1);
    }
    while (this.#readFrame());
  }

  /** @returns whether there was a whole one */
  #readFrame(): boolean {
    const length = readVarint(this.#unread, 1);
    if (length === null) return false;
    const end = length.end + Number(length.value);
    if (this.#unread.length < end) return false;
    const [tag, body] = [this.#unread.readUInt8(0), this.#unread.subarray(length.end, end)];
    this.#unread = this.#unread.subarray(end);
    this.#onFrame(tag, body);
    return true;
  }
}
