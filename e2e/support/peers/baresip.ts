/** baresip: a telephone that we did not write, driven over its control port, its ear recorded to a file. */

import { once } from 'node:events';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Program } from '../../../server/kamailio/program.ts';
import { type Tone, toneOf } from '../tones.ts';
import { nextLook, waitUntil } from '../waiting.ts';
import type { ForeignAccount } from './exchange.ts';
import { freeSipPort, runHoused } from './program.ts';

/** What its control port says by itself: `CALL_INCOMING`, `CALL_ESTABLISHED`, … */
export interface BaresipEvent {
  event: true;
  class: string;
  type: string;
  param?: string;
  peeruri?: string;
}

interface Reply {
  response: true;
  ok: boolean;
  data: string;
  token: string;
}

export interface Baresip {
  /** Everything that has happened, oldest first. */
  events: readonly BaresipEvent[];
  /** Waits for an event of this type, the first that the last wait for it has not seen. */
  sees(type: string): Promise<BaresipEvent>;
  /** One command of its menu: `dial`, `accept`, `hangup`, `hold`, `resume`, `sndcode`, `transfer`. */
  does(command: string, params?: string): Promise<string>;
  /**
   * What it hears now, from the recording of its newest call; null when nothing comes in. Not after a hold: baresip 1.0
   * leaves its recorder out when it starts its sound again.
   */
  hears(): Promise<Tone | null>;
  stop(): Promise<void>;
}

export interface BaresipOptions {
  account: ForeignAccount;
  /** Hz of what it says. */
  voice: number;
  codec?: 'opus/48000/2' | 'PCMU/8000/1';
}

/** ms; it registers within some 100. */
const PATIENCE = 10_000;

export async function startBaresip(options: BaresipOptions): Promise<Baresip> {
  const [sipPort, controlPort] = await Promise.all([freeSipPort(2), freeSipPort()]);
  let socket: Socket | null = null;
  const housed = await runHoused(
    'baresip',
    (directory) => {
      writeFileSync(join(directory, 'config'), config({ directory, sipPort, controlPort, ...options }));
      writeFileSync(join(directory, 'accounts'), accountLine(options));
      writeFileSync(join(directory, 'contacts'), '');
      writeFileSync(join(directory, 'uuid'), options.account.device);
      return ['-f', directory, '-4'];
    },
    async () => {
      socket = await connect(controlPort);
      return socket !== null;
    },
  );
  if (!socket) throw new Error('ready is connected');
  const control = new Control(socket, housed.program);
  const stop = () => {
    control.close();
    return housed.stop();
  };
  try {
    // It may have registered before anybody could listen to it, so it is asked.
    await waitUntil('baresip to be registered', PATIENCE, async () => /OK/.test(await control.does('reginfo')));
  } catch (cause) {
    await stop();
    throw new Error(`baresip has not registered:\n${housed.program.tail}`, { cause });
  }
  return {
    events: control.events,
    sees: (type) => control.sees(type),
    does: (command, params) => control.does(command, params),
    hears: () => listen(housed.directory),
    stop,
  };
}

interface Setup extends Pick<BaresipOptions, 'voice'> {
  directory: string;
  sipPort: number;
  controlPort: number;
}

/** With its own TLS one port above. `net_interface` wants an address: by the name `lo` it finds none. `sndfile` records both ways of a call. */
const config = ({ directory, sipPort, controlPort, voice }: Setup) => `poll_method epoll
sip_listen 127.0.0.1:${sipPort}
net_interface 127.0.0.1
call_local_timeout 60
call_max_calls 4
audio_player aubridge,nil
audio_source ausine,${voice}
audio_alert aubridge,alert
ausrc_srate 48000
auplay_srate 48000
ausrc_channels 2
auplay_channels 2
jitter_buffer_delay 5-10
module_path /usr/lib/baresip/modules
${['opus', 'g711', 'ausine', 'aubridge', 'sndfile'].map((name) => `module ${name}.so`).join('\n')}
module_tmp uuid.so
module_tmp account.so
module_app contact.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:${controlPort}
snd_path ${directory}
`;

function accountLine({ account, codec = 'opus/48000/2' }: BaresipOptions): string {
  const { number, domain, authUser, password, proxyPort } = account;
  const params = {
    auth_user: authUser,
    auth_pass: password,
    outbound: `"sip:127.0.0.1:${proxyPort};transport=udp"`,
    regint: 600, // s
    audio_codecs: codec,
  };
  const text = Object.entries(params).map(([name, value]) => `;${name}=${value}`);
  return `<sip:${number}@${domain};transport=udp>${text.join('')}\n`;
}

/** @returns null while it does not listen */
async function connect(port: number): Promise<Socket | null> {
  const socket = createConnection(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return socket;
  } catch {
    return null;
  }
}

/** Its control port: JSON in netstrings, `<length>:<json>,`. */
class Control {
  readonly events: BaresipEvent[] = [];
  readonly #replies = new Map<string, Reply>();
  readonly #seen = new Map<string, number>();
  #unread = Buffer.alloc(0);
  #asked = 0;

  constructor(
    private readonly socket: Socket,
    private readonly program: Program,
  ) {
    socket.on('data', (data: Buffer) => this.#read(data));
    socket.on('error', () => undefined); // it has ended: every wait says so with its output
  }

  async does(command: string, params = ''): Promise<string> {
    this.#asked += 1;
    const token = String(this.#asked);
    const message = JSON.stringify({ command, params, token });
    this.socket.write(`${Buffer.byteLength(message)}:${message},`);
    const { ok, data } = await this.#wait(`an answer to ${command}`, () => this.#replies.get(token));
    if (!ok) throw new Error(`baresip refuses "${command} ${params}": ${data}`);
    return data;
  }

  async sees(type: string): Promise<BaresipEvent> {
    const seen = this.#seen.get(type) ?? 0;
    const event = await this.#wait(type, () => this.events.filter((each) => each.type === type)[seen]);
    this.#seen.set(type, seen + 1);
    return event;
  }

  close(): void {
    this.socket.destroy();
  }

  async #wait<T>(what: string, look: () => T | undefined) {
    try {
      return await waitUntil(what, PATIENCE, look);
    } catch (cause) {
      const had = this.events.map(({ type, param }) => `${type} ${param ?? ''}`).join('\n');
      throw new Error(`baresip: no ${what}. It has seen:\n${had}\nand said:\n${this.program.tail}`, { cause });
    }
  }

  #read(data: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, data]);
    for (;;) {
      const colon = this.#unread.indexOf(':');
      const length = Number(this.#unread.subarray(0, colon).toString());
      const end = colon + 1 + length;
      if (colon < 0 || this.#unread.length <= end) return;
      const message = JSON.parse(this.#unread.subarray(colon + 1, end).toString()) as BaresipEvent | Reply;
      if ('response' in message) this.#replies.set(message.token, message);
      else this.events.push(message);
      this.#unread = this.#unread.subarray(end + 1);
    }
  }
}

/** The beginning of a WAV file: what is read of it here. */
const WAV_HEADER = { bytes: 44, channels: 22, rate: 24 };
/** Bytes of a sample (S16LE). */
const SAMPLE = 2;
/** ms; when nothing has come in for so long, nobody sends: a packet comes every 20 ms. */
const NOTHING = 1_000;

/** The next fifth of a second of the newest recording of what comes in (`…-dec.wav`). */
async function listen(directory: string): Promise<Tone | null> {
  const newest = readdirSync(directory)
    .filter((name) => name.endsWith('-dec.wav'))
    .sort()
    .at(-1);
  if (!newest) return null;
  const file = join(directory, newest);
  const header = readFileSync(file);
  if (header.length < WAV_HEADER.bytes) return null;
  const [channels, rate] = [header.readUInt16LE(WAV_HEADER.channels), header.readUInt32LE(WAV_HEADER.rate)];
  const enough = (rate / 5) * channels * SAMPLE;
  const deadline = performance.now() + NOTHING;
  while (statSync(file).size < header.length + enough) {
    if (performance.now() > deadline) return null;
    await nextLook();
  }
  const wav = readFileSync(file).subarray(-enough);
  return toneOf({
    rate,
    samples: Array.from({ length: rate / 5 }, (_, n) => wav.readInt16LE(n * channels * SAMPLE) / 32_768),
  });
}
