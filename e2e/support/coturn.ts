/** A real TURN server on the loopback address, as an operator would run it beside the switchboard. */

import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TurnConfig } from '../../server/ice.ts';
import { freeSipPort, runHoused } from './peers/program.ts';

export interface Coturn {
  port: number;
  /** What the switchboard is told of it; with another port, of what stands in front of it. */
  config(port?: number): Pick<TurnConfig, 'urls' | 'secret'>;
  close(): Promise<void>;
}

export const hasCoturn = (): boolean => spawnSync('turnserver', ['--version']).error === undefined;

/** ms for one answer on the loopback device. */
const ANSWER_PATIENCE = 100;

export async function startCoturn(): Promise<Coturn> {
  const secret = randomBytes(16).toString('hex');
  const port = await freeSipPort();
  const { stop } = await runHoused(
    'turnserver',
    (directory) => {
      const file = join(directory, 'turnserver.conf');
      writeFileSync(file, configuration(directory, port, secret));
      return ['-c', file];
    },
    () => answersStun(port),
  );
  return { port, config: (at = port) => ({ urls: [`turn:127.0.0.1:${at}?transport=udp`], secret }), close: stop };
}

function configuration(directory: string, port: number, secret: string): string {
  return [
    'listening-ip=127.0.0.1',
    'relay-ip=127.0.0.1',
    `listening-port=${port}`,
    'use-auth-secret',
    `static-auth-secret=${secret}`,
    'realm=example.test',
    'fingerprint',
    // Two browsers of one machine: the far side's relayed address is a loopback one as well.
    'allow-loopback-peers',
    'cli-password=none',
    'no-cli',
    'no-tls',
    'no-dtls',
    'no-multicast-peers',
    `userdb=${join(directory, 'db')}`,
    `pidfile=${join(directory, 'pid')}`,
    'log-file=stdout',
  ].join('\n');
}

/** RFC 8489 5: a binding request, and a moment for the answer. */
async function answersStun(port: number): Promise<boolean> {
  const request = Buffer.concat([Buffer.from('000100002112a442', 'hex'), randomBytes(12)]);
  const socket = createSocket('udp4');
  try {
    const answered = once(socket, 'message', { signal: AbortSignal.timeout(ANSWER_PATIENCE) });
    // Before it listens the kernel refuses: the next look will see.
    socket.on('error', () => undefined);
    socket.send(request, port, '127.0.0.1');
    return await answered.then(
      () => true,
      () => false,
    );
  } finally {
    socket.close();
  }
}
