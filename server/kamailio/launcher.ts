/** Kamailio as a child process, with our configuration. */
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join, resolve } from 'node:path';
import { SwitchhookError } from '../../shared/errors.ts';
import { inDirectory, Program } from './program.ts';
import { type KamailioSettings, writeSettings } from './settings.ts';

/** As Debian installs it; it is not on everybody's path. */
const DEBIAN = '/usr/sbin/kamailio';
/** MiB, taken as it is used: for as many connections as are allowed, each with a buffer, and the calls between them. */
const SHARED_MEMORY = 512;
/** MiB of each process. */
const PRIVATE_MEMORY = 16;

export const HOW_TO_GET_KAMAILIO =
  'Install Kamailio 5.6 (Debian: "apt-get install kamailio kamailio-websocket-modules kamailio-utils-modules ' +
  'kamailio-postgres-modules kamailio-tls-modules"), or set SWITCHHOOK_KAMAILIO to its program.';

/** Kamailio's program; undefined when there is none. */
export function findKamailio(): string | undefined {
  return [process.env.SWITCHHOOK_KAMAILIO, DEBIAN].find((path) => path !== undefined && existsSync(path));
}

export interface Kamailio {
  /** Of SIP over WebSocket. */
  readonly url: string;
  readonly controlUrl: string;
  readonly pid: number | undefined;
  /** Its last output. */
  readonly tail: string;
  /** Kamailio's JSON-RPC, e.g. `ul.dump`. */
  rpc(method: string, params?: readonly (string | number)[]): Promise<unknown>;
  /** Resolves when it has ended, by itself or because it was stopped. */
  ended(): Promise<unknown>;
  readonly isStopped: boolean;
  stop(): Promise<void>;
}

export interface KamailioOptions extends KamailioSettings {
  /** Of kamailio.cfg and its parts. */
  configDir?: string;
}

/** @throws SwitchhookError `internal` where there is no Kamailio, or it does not start; `invalidArgument` */
export async function startKamailio({
  configDir = 'server/kamailio',
  ...settings
}: KamailioOptions): Promise<Kamailio> {
  const command = findKamailio();
  if (command === undefined) throw new SwitchhookError('internal', { reason: HOW_TO_GET_KAMAILIO });
  return inDirectory('kamailio', (dir) => startIn(dir, command, { configDir, ...settings }));
}

async function startIn(
  dir: string,
  command: string,
  { configDir, ...settings }: KamailioSettings & { configDir: string },
): Promise<Kamailio> {
  const file = join(dir, 'kamailio.cfg');
  const controlUrl = `http://127.0.0.1:${settings.controlPort}`;
  // It holds the secrets: on a command line everybody could read them.
  await writeFile(file, writeSettings(settings, resolve(configDir)), { mode: 0o600 });
  const memory = ['-m', String(SHARED_MEMORY), '-M', String(PRIVATE_MEMORY)];
  // In the foreground, log to stderr, its files in our directory.
  const program = await Program.start(command, ['-f', file, '-DD', '-E', '-Y', dir, '-w', dir, ...memory], {
    ready: async () => (await ask(`${controlUrl}/health`).catch(() => undefined))?.status === 200,
    stopSignal: 'SIGTERM',
  });
  return {
    url: `http://${settings.host}:${settings.port}`,
    controlUrl,
    pid: program.pid,
    get tail() {
      return program.tail;
    },
    rpc: (method, params = []) => rpc(controlUrl, settings.secret, { method, params }),
    ended: () => program.ended(),
    get isStopped() {
      return program.isStopped;
    },
    stop: async () => {
      await program.stop();
      await rm(dir, { recursive: true });
    },
  };
}

async function rpc(controlUrl: string, secret: string, call: object): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, ...call });
  const answer = await ask(`${controlUrl}/RPC`, { body, secret });
  const { error, result } = JSON.parse(answer.body) as { error?: { message: string }; result?: unknown };
  if (error) throw new SwitchhookError('internal', { reason: `Kamailio: ${error.message}` });
  return result;
}

/** Kamailio closes each connection without saying so first, which an agent that keeps them takes for a failure. */
function ask(url: string, { body, secret }: { body?: string; secret?: string } = {}) {
  const headers = { connection: 'close', ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }) };
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const asked = request(url, { agent: false, method: body === undefined ? 'GET' : 'POST', headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
      answer.on('error', reject);
    });
    asked.on('error', reject);
    asked.end(body);
  });
}
