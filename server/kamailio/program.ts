/** Running a server that is not ours as a child process: ready when it says so, and gone when we are. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SwitchhookError } from '../../shared/errors.ts';

/** Milliseconds: all of them start within one; this is for a machine that is busy with something else. */
const START_MS = 30_000;
/** Milliseconds between two looks at a program that starts. */
const LOOK_MS = 20;
/** Milliseconds that a program has for its own end. */
const STOP_MS = 5000;
/** Characters of its last output that are kept: enough for the error that ended it. */
const TAIL = 8000;

export interface ProgramOptions {
  /** Another user than ours, where ours is root and the program refuses that. */
  user?: { uid: number; gid: number };
  /** Its working directory; ours without one. */
  cwd?: string;
  /** Asked again and again until it is true. */
  ready(): Promise<boolean>;
  stopSignal: NodeJS.Signals;
}

export class Program {
  #tail = '';
  #isStopped = false;

  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
    private readonly stopSignal: NodeJS.Signals,
  ) {
    const keep = (text: Buffer): void => {
      this.#tail = (this.#tail + text.toString()).slice(-TAIL);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    process.once('exit', this.#kill);
  }

  /** @throws SwitchhookError `internal` with the last lines of the program, when it ends or does not become ready */
  static async start(command: string, args: readonly string[], options: ProgramOptions): Promise<Program> {
    // A group of its own: Ctrl-C in a terminal is for us, and we stop it when its turn has come.
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      cwd: options.cwd,
      ...options.user,
    });
    if (child.pid === undefined) {
      const [cause] = await once(child, 'error');
      throw new SwitchhookError('internal', { reason: `${command} cannot be run`, cause });
    }
    const program = new Program(command, child, options.stopSignal);
    await program.#becomeReady(options);
    return program;
  }

  /** Its last output. */
  get tail(): string {
    return this.#tail;
  }

  /** We wanted it to end. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Resolves when it has ended, by itself or by us, with its exit code; null when a signal ended it. */
  async ended(): Promise<number | null> {
    if (this.#running) await once(this.child, 'exit');
    return this.child.exitCode;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#running) {
      this.child.kill(this.stopSignal);
      const late = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
      await this.ended();
      clearTimeout(late);
    }
    process.removeListener('exit', this.#kill);
  }

  get #running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Whatever ends us must not leave it behind. */
  readonly #kill = (): void => {
    this.child.kill(this.stopSignal);
  };

  async #becomeReady({ ready }: ProgramOptions): Promise<void> {
    const deadline = Date.now() + START_MS;
    while (this.#running && Date.now() < deadline) {
      if (await ready()) return;
      await pause(LOOK_MS);
    }
    await this.stop();
    throw new SwitchhookError('internal', { reason: `${this.name} did not start:\n${this.#tail}` });
  }
}

/** A temporary directory for what a program needs; it goes where the program does not start, for it holds secrets. */
export async function inDirectory<T>(name: string, start: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), `switchhook-${name}-`));
  try {
    return await start(dir);
  } catch (error) {
    await rm(dir, { recursive: true });
    throw error;
  }
}

/** Below those that systems give to outgoing connections (Linux: from 32768), so that nobody gets it by chance. */
const FIRST_PORT = 20_000;
const LAST_PORT = 32_000;

/** A port of the loopback address that nobody has at this moment. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return false;
    throw error;
  }
  server.close();
  await once(server, 'close');
  return true;
}
