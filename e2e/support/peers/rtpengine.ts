/** rtpengine: the bridge between the browser's media (ICE, DTLS-SRTP) and that of ordinary telephones (RTP). */

import { createSocket } from 'node:dgram';
import { freeSipPort, runHoused } from './program.ts';

export interface Rtpengine {
  /** `address:port` of its control protocol, where a proxy asks it for bridges. */
  control: string;
  stop(): Promise<void>;
}

/** Four for each call between two sides; one that is taken is passed over. */
const MEDIA_PORTS = 400;
const LAST_PORT = 65_535;

export async function startRtpengine(): Promise<Rtpengine> {
  const port = await freeSipPort();
  const media = Math.min(await freeSipPort(), LAST_PORT - MEDIA_PORTS);
  const args = [
    '--foreground',
    '--log-stderr',
    '--log-level=5',
    '--config-file=none',
    '--table=-1', // in user space: no kernel module
    '--interface=127.0.0.1',
    `--listen-ng=127.0.0.1:${port}`,
    `--port-min=${media}`,
    `--port-max=${media + MEDIA_PORTS}`,
    '--dtls-passive',
  ];
  const ping = new Ping(port);
  try {
    const { stop } = await runHoused(
      'rtpengine',
      () => args,
      () => ping.isAnswered(),
    );
    return { control: `127.0.0.1:${port}`, stop };
  } finally {
    ping.close();
  }
}

/** Its own `ping`: a cookie, then a bencoded dictionary (rtpengine's documentation, "The ng Control Protocol"). */
class Ping {
  readonly #socket = createSocket('udp4');
  #answered = false;

  constructor(private readonly port: number) {
    this.#socket.on('message', () => {
      this.#answered = true;
    });
    this.#socket.on('error', () => undefined); // nobody listens yet: it is asked again
  }

  async isAnswered(): Promise<boolean> {
    this.#socket.send('ping d7:command4:pinge', this.port, '127.0.0.1');
    return this.#answered;
  }

  close(): void {
    this.#socket.close();
  }
}
