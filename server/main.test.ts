/** The program as it is started: compiled, in a process of its own. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { sipCredentials } from '../shared/http/api.ts';
import { parse } from '../shared/validate.ts';
import { demoAccounts } from './accounts/demo.ts';
import { missingForPbx } from './kamailio/testing/missing.ts';
import { RawClient } from './sip/testing/rawClient.ts';

/** Milliseconds, on a machine that has other things to do; a start hashes the passwords of the demo accounts. */
const COMPILE_MS = 60_000;
const TEST_MS = 30_000;
const ROOT = join(import.meta.dirname, '..');
const MODULES = join(ROOT, 'node_modules');

vi.setConfig({ testTimeout: TEST_MS });

let home: string;
let running: ChildProcess | undefined;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'switchhook-'));
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  const project = join(import.meta.dirname, 'tsconfig.build.json');
  await promisify(execFile)(process.execPath, [compiler, '-p', project, '--outDir', join(home, 'out')]);
  await symlink(MODULES, join(home, 'node_modules'));
  // Kamailio's configuration is found from where a program is started.
  await symlink(import.meta.dirname, join(home, 'server'));
  await writeFile(join(home, 'package.json'), '{"type":"module"}');
}, COMPILE_MS);
afterEach(() => running?.kill('SIGKILL'));
afterAll(() => rm(home, { recursive: true }));

function start(env: Record<string, string>, ...args: string[]) {
  return startProgram('main.js', env, ...args);
}

function startProgram(program: string, env: Record<string, string>, ...args: string[]) {
  const child = spawn(process.execPath, [join(home, 'out', 'server', program), ...args], {
    cwd: home,
    env: { DATA_DIR: ':memory:', LOG_LEVEL: 'info', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running = child;
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  const exit = once(child, 'close') as Promise<[number | null, string | null]>;
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const line = async (): Promise<string | undefined> => {
    const next = await lines.next();
    return next.done ? undefined : next.value;
  };
  return { child, exit, line, log: () => log };
}

const urlIn = (line = ''): string => /http:\/\/[\w.:]+/u.exec(line)?.[0] ?? '';

test.each(['SIGTERM', 'SIGINT'] as const)('prints where it listens, serves, and ends with 0 on %s', async (signal) => {
  const { child, exit, line, log } = start({ PORT: '0' });
  const first = await line();
  expect(first).toMatch(/^Switchhook is listening on http:\/\/127\.0\.0\.1:\d+, demo accounts: 101 \/ demo-101, /u);
  for (const { username, password } of demoAccounts) expect(first).toContain(`${username} / ${password}`);
  const health = await fetch(`${urlIn(first)}/healthz`);
  expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }]);
  child.kill(signal);
  expect(await exit).toEqual([0, null]);
  expect(await line()).toBeUndefined();
  expect(log()).not.toContain('Warning');
});

test('does not speak of demo accounts where there are none', async () => {
  const { child, exit, line } = start({}, '--port', '0', '--public-origins', 'https://phone.example');
  expect(await line()).toMatch(/^Switchhook is listening on http:\/\/127\.0\.0\.1:\d+$/u);
  child.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
});

test('names the variable that is wrong, and ends with 78', async () => {
  const { exit, line, log } = start({ PORT: 'many' });
  expect(await exit).toEqual([78, null]);
  expect(await line()).toBeUndefined();
  expect(log()).toMatch(/invalidArgument: .*PORT/u);
});

test('says that it cannot listen, and ends with 1', async () => {
  const first = start({ PORT: '0' });
  const { port } = new URL(urlIn(await first.line()));
  const second = start({ PORT: port });
  expect(await second.exit).toEqual([1, null]);
  expect(second.log()).toContain(`cannot listen on 127.0.0.1 port ${port}`);
  first.child.kill('SIGTERM');
  expect(await first.exit).toEqual([0, null]);
});

test('the account command reads the password of standard input, and says how it is used', async () => {
  const account = async (password: string, ...args: string[]) => {
    const child = spawn(process.execPath, [join(home, 'out', 'server', 'account.js'), ...args], {
      cwd: home,
      env: { DATA_DIR: join(home, 'accounts') },
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
    }
    child.stdin.end(password);
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, said };
  };
  const added = 'lan can log in, and is called at 205\n';
  expect(await account('a good one\n', 'add', 'lan', '--extension', '205')).toEqual({ code: 0, said: added });
  expect(await account('', 'list')).toEqual({ code: 0, said: '205\tlan\tlan\n' });
  expect(await account('', 'password', 'lan')).toMatchObject({ code: 64, said: expect.stringContaining('password') });
  expect(await account('', 'remove', 'minh')).toMatchObject({ code: 1, said: 'notFound: there is no account minh\n' });
  expect(await account('', 'help')).toMatchObject({ code: 64, said: expect.stringContaining('account add USERNAME') });
});

const { isLeftOut, hint } = missingForPbx();
// Skipped only where something is not installed, with its name, and never in CI.
describe.skipIf(isLeftOut)(`the PBX${hint}`, () => {
  let temporary: string;
  beforeEach(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'switchhook-'));
    await chmod(temporary, 0o755); // PostgreSQL may be another user
  });
  afterEach(() => rm(temporary, { recursive: true }));

  const startPbx = () => startProgram(join('kamailio', 'main.js'), { PORT: '0', TMPDIR: temporary });

  test('starts with all that it needs, takes calls, and leaves nothing behind', async () => {
    const { child, exit, line } = startPbx();
    const first = (await line()) ?? '';
    const [gateway = '', kamailio = ''] = first.match(/http:\/\/[\w.:]+/gu) ?? [];
    const body = JSON.stringify({ username: '101', password: 'demo-101' });
    const headers = { 'content-type': 'application/json' };
    const loggedIn = await fetch(`${gateway}/api/login`, { method: 'POST', headers, body });
    const cookie = (loggedIn.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';
    const asked = { method: 'POST', headers: { ...headers, cookie }, body: JSON.stringify({ device: randomUUID() }) };
    const issued = parse(
      sipCredentials,
      await (await fetch(`${gateway}/api/sip-credentials`, asked)).json(),
      'credentials',
    );
    expect(issued.wsPath).toBe(`${kamailio.replace('http', 'ws')}/sip`);
    const credentials = { ...issued, extension: '101', device: '101' };
    const phone = await RawClient.connect({ url: kamailio, origin: gateway }, credentials);
    expect((await phone.register({ contact: `<${phone.contact}>` })).status).toBe(200);
    child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
    await phone.closed;
    for (const url of [gateway, kamailio]) await expect(fetch(url)).rejects.toThrow('fetch failed');
    expect(await readdir(temporary)).toEqual([]);
  });

  test('leaves nothing behind either when it is stopped while it starts', async () => {
    const { child, exit, line } = startPbx();
    await expect.poll(() => readdir(temporary), { timeout: TEST_MS }).not.toEqual([]);
    child.kill('SIGINT');
    expect(await exit).toEqual([0, null]);
    expect(await line()).toBeUndefined();
    expect(await readdir(temporary)).toEqual([]);
  });

  test('takes its programs along when a second signal ends it at once', async () => {
    const { child, exit, line } = startPbx();
    await line();
    const [postgres = ''] = (await readdir(temporary)).filter((name) => name.startsWith('switchhook-postgres-'));
    const runs = () => existsSync(join(temporary, postgres, 'data', 'postmaster.pid'));
    expect(runs()).toBe(true);
    child.kill('SIGINT');
    child.kill('SIGTERM');
    expect(await exit).toEqual([1, null]);
    await expect.poll(runs, { timeout: TEST_MS }).toBe(false);
  });
});
