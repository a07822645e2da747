/** Programs that are not ours, each in a directory of its own; and what the foreign telephones need of this machine. */

import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, Program, type ProgramOptions } from '../../../server/kamailio/program.ts';

/** The package of Debian and Ubuntu that each program is in. */
const PACKAGES = { rtpengine: 'rtpengine-daemon', baresip: 'baresip-core', sipp: 'sip-tester' } as const;

/** Why these cannot be run here, for `test.skip`; null when they can. */
export function programsMissing(): string | null {
  const names = Object.keys(PACKAGES) as (keyof typeof PACKAGES)[];
  // Not every one of them has a switch that does nothing.
  const missing = names.filter((name) => spawnSync('which', [name], { stdio: 'ignore' }).status !== 0);
  if (missing.length === 0) return null;
  const packages = missing.map((name) => PACKAGES[name]).join(' ');
  return `no ${missing.join(', ')} found (Debian, Ubuntu: "apt-get install ${packages}")`;
}

/** A program in a directory of its own, which is gone with it. */
export interface Housed {
  program: Program;
  directory: string;
  stop(): Promise<void>;
}

/** @param prepare writes its files and returns its arguments */
export async function runHoused(
  name: string,
  prepare: (directory: string) => readonly string[],
  ready: ProgramOptions['ready'],
): Promise<Housed> {
  const directory = mkdtempSync(join(tmpdir(), `switchhook-${name}-`));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  try {
    const program = await Program.start(name, prepare(directory), { ready, cwd: directory, stopSignal: 'SIGTERM' });
    const stop = async () => {
      await program.stop();
      remove();
    };
    return { program, directory, stop };
  } catch (error) {
    remove();
    throw error;
  }
}

/**
 * A port that nobody has at this moment, for UDP and TCP, and the `count - 1` that follow it: these programs cannot take
 * any and say which.
 */
export async function freeSipPort(count = 1): Promise<number> {
  for (;;) {
    const first = await freePort();
    const ports = Array.from({ length: count }, (_, n) => first + n);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return first;
  }
}

async function isFree(port: number): Promise<boolean> {
  const [socket, server] = [createSocket('udp4'), createServer()];
  try {
    socket.bind(port, '127.0.0.1');
    await once(socket, 'listening');
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return false;
    throw error;
  } finally {
    socket.close();
    server.close();
  }
}
