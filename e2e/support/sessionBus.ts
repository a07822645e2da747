/** A private D-Bus session bus: what the tests' browsers and desktop say to each other stays between them. */

import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

export interface SessionBus {
  address: string;
  stop(): Promise<void>;
}

/** Why there can be no bus here, for `test.skip`; null when there can. */
export function busMissing(): string | null {
  const { error } = spawnSync('dbus-daemon', ['--version'], { stdio: 'ignore' });
  return error ? 'no dbus-daemon found (Debian, Ubuntu: "apt-get install dbus")' : null;
}

/** No directories of services: nothing that is installed here is ever started by the bus, such as a real desktop. */
const config = (socket: string) => `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>`;

export async function startBus(): Promise<SessionBus> {
  const directory = mkdtempSync(join(tmpdir(), 'switchhook-bus-'));
  const file = join(directory, 'session.conf');
  writeFileSync(file, config(join(directory, 'socket')));
  const args = [`--config-file=${file}`, '--nofork', '--nopidfile', '--print-address=1'];
  const daemon = spawn('dbus-daemon', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const cleanUp = () => {
    daemon.kill();
    rmSync(directory, { recursive: true, force: true });
  };
  // A test that dies leaves no daemon behind.
  process.once('exit', cleanUp);
  const stop = async () => {
    process.off('exit', cleanUp);
    const exited = once(daemon, 'exit');
    cleanUp();
    await exited;
  };
  return { address: await addressOf(daemon), stop };
}

/** The daemon prints its address once it listens. */
function addressOf(daemon: ChildProcessByStdio<null, Readable, Readable>): Promise<string> {
  let complaints = '';
  daemon.stderr.on('data', (text: Buffer) => {
    complaints += text.toString();
  });
  return new Promise((resolve, reject) => {
    daemon.stdout.once('data', (line: Buffer) => resolve(line.toString().trim()));
    daemon.once('error', reject);
    daemon.once('exit', (code) => reject(new Error(`dbus-daemon ended with exit code ${code}: ${complaints}`)));
  });
}
