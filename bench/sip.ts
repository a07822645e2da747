/**
 * Signalling of the switchboard against Kamailio: the same bare phones, one server after the other, each in processes of
 * its own. Kamailio runs without a gateway: what is compared is a registrar and proxy with another. Linux only (/proc).
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startPbx } from '../server/kamailio/pbx.ts';
import { missingForPbx } from '../server/kamailio/testing/missing.ts';
import { inDialog, uriOf } from '../server/sip/testing/dialogs.ts';
import { testConfig } from '../server/sip/testing/harness.ts';
import { RawClient } from '../server/sip/testing/rawClient.ts';
import { sipCredentials } from '../shared/http/api.ts';
import { parse } from '../shared/validate.ts';
import { type Figure, figure } from './figures.ts';
import { percentile } from './statistics.ts';

/** Phones that only are registered: the unit of the memory figure. */
const PHONES = 1000;
/** Of one account: the answer to a REGISTER lists them all, in one line of Kamailio. */
const DEVICES = 8;
/** Pairs that call each other at the same time, and how often. */
const PAIRS = 10;
const CALLS = 60;
/** Ticks of a second in /proc/<pid>/stat: USER_HZ, 100 on every Linux that Node runs on. */
const TICKS = 100;
const PASSWORD = 'bench-password';
const DIST = join(import.meta.dirname, '../dist/node/server/switchboard.js');

/** No limit is what is measured. */
const CONFIG = testConfig({
  limits: { loginsPerMinute: 1e6, requestsPerMinute: 1e6, messagesPerSecond: 1e6, messageBurst: 1e6 },
});

const accountOf = (n: number) => ({
  username: `${2000 + n}`,
  extension: `${2000 + n}`,
  displayName: `Phone ${n}`,
  password: PASSWORD,
});
const ACCOUNTS = Array.from({ length: PHONES / DEVICES + 2 * PAIRS }, (_, n) => accountOf(n));

interface Target {
  /** Of log-in. */
  url: string;
  sipUrl: string;
  /** All its processes. */
  pids(): number[];
  stop(): Promise<void>;
}

interface Measured {
  callsPerCore: number;
  /** kB for {@link PHONES} of them. */
  memory: number;
  /** ms from INVITE to 180, the slowest of a hundred. */
  ringing: number;
}

export async function sipFigures(): Promise<Figure[]> {
  const { hint } = missingForPbx();
  if (hint !== '' || !existsSync('/proc/self/smaps_rollup')) {
    console.error(`sip: not measured${hint || ': no /proc'}`);
    return [];
  }
  const ours = await measured(await startOurs());
  const kamailio = await measured(await startTheirs());
  return [
    // What Node costs beside C, as it was when this was written.
    figure('sip_calls_per_core', ours.callsPerCore, 'count', 0.25, kamailio.callsPerCore),
    figure('sip_memory_1000_phones', ours.memory, 'kB', 2, kamailio.memory),
    figure('sip_invite_to_180_p99', ours.ringing, 'ms', 2, kamailio.ringing),
  ];
}

async function startOurs(): Promise<Target> {
  const script =
    `const [config, accounts] = JSON.parse(process.argv[1]);` +
    `const { startSwitchboard } = await import(${JSON.stringify(`file://${DIST}`)});` +
    `const board = await startSwitchboard(config);` +
    `for (const account of accounts) await board.createAccount(account);` +
    `console.log(board.url);`;
  const args = ['--input-type=module', '-e', script, JSON.stringify([CONFIG, ACCOUNTS])];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const { stdout, pid } = child;
  if (!stdout || pid === undefined) throw new Error('the switchboard cannot be started');
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the switchboard ended with ${code} instead of starting`);
  });
  const [line] = (await Promise.race([once(stdout, 'data'), ended])) as [Buffer];
  const url = line.toString().trim();
  return {
    url,
    sipUrl: url,
    pids: () => [pid],
    stop: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

async function startTheirs(): Promise<Target> {
  const pbx = await startPbx({ gateway: CONFIG, wakes: false });
  for (const account of ACCOUNTS) await pbx.gateway.createAccount(account);
  const { pid = 0 } = pbx.kamailio;
  return {
    url: pbx.gateway.url,
    sipUrl: pbx.kamailio.url,
    pids: () => [pid, ...childrenOf(pid)],
    stop: () => pbx.stop(),
  };
}

async function measured(target: Target): Promise<Measured> {
  const phones: RawClient[] = [];
  try {
    const before = memoryOf(target);
    for (let n = 0; n < PHONES / DEVICES; n += 1) phones.push(...(await openPhones(target, n, DEVICES)));
    const memory = memoryOf(target) - before;
    const pairs: [RawClient, RawClient][] = [];
    for (let n = 0; n < PAIRS; n += 1) {
      const first = PHONES / DEVICES + 2 * n;
      const [[caller], [callee]] = [await openPhones(target, first, 1), await openPhones(target, first + 1, 1)];
      if (!caller || !callee) throw new Error('a call takes two');
      phones.push(caller, callee);
      pairs.push([caller, callee]);
    }
    const started = processorTime(target);
    const times = await Promise.all(pairs.map(([caller, callee]) => callAgainAndAgain(caller, callee)));
    const seconds = processorTime(target) - started;
    return { callsPerCore: (PAIRS * CALLS) / seconds, memory, ringing: percentile(times.flat(), 0.99) };
  } finally {
    for (const phone of phones) phone.ws.terminate();
    await target.stop();
  }
}

async function openPhones({ url, sipUrl }: Target, account: number, count: number): Promise<RawClient[]> {
  const { username, password, extension } = accountOf(account);
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ username, password });
  const loggedIn = await fetch(`${url}/api/login`, { method: 'POST', headers, body });
  const cookie = (loggedIn.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';
  const open = async (): Promise<RawClient> => {
    const device = randomUUID();
    const asked = { method: 'POST', headers: { ...headers, cookie }, body: JSON.stringify({ device }) };
    const answer: unknown = await (await fetch(`${url}/api/sip-credentials`, asked)).json();
    const credentials = { ...parse(sipCredentials, answer, 'credentials'), extension, device };
    const phone = await RawClient.connect({ url: sipUrl, cookie, origin: url }, credentials);
    const { status } = await phone.register();
    if (status !== 200) throw new Error(`a registration was answered ${status}`);
    return phone;
  };
  return Promise.all(Array.from({ length: count }, open));
}

/** @returns ms from each INVITE to its 180 */
async function callAgainAndAgain(caller: RawClient, callee: RawClient): Promise<number[]> {
  const times: number[] = [];
  for (let call = 0; call < CALLS; call += 1) {
    const uri = uriOf(callee.credentials.extension);
    const sent = await caller.sendAuthenticated('INVITE', uri, [`Contact: <${caller.gruu}>`], 'v=0');
    const invited = performance.now();
    const incoming = await callee.expectRequest('INVITE');
    callee.respond(incoming, 180);
    await caller.expectResponse(180);
    times.push(performance.now() - invited);
    callee.respond(incoming, 200);
    const ok = await caller.expectResponse(200, 'INVITE');
    caller.sendRaw(inDialog(caller, sent, ok, 'ACK', 2));
    await callee.expectRequest('ACK');
    caller.sendRaw(inDialog(caller, sent, ok, 'BYE', 3));
    callee.respond(await callee.expectRequest('BYE'), 200);
    await caller.expectResponse(200, 'BYE');
  }
  return times;
}

function childrenOf(parent: number): number[] {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/u.test(name) ? Number(name) : []));
  return all.filter((pid) => statOf(pid)?.[1] === String(parent));
}

/** Fields of /proc/<pid>/stat from the third on: state, parent, …; undefined for a process that has just gone. */
function statOf(pid: number): string[] | undefined {
  if (!existsSync(`/proc/${pid}/stat`)) return undefined;
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second is the name of the program in brackets, which may have anything in it.
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** Seconds of user and system time so far. */
function processorTime({ pids }: Target): number {
  const ticks = pids().map((pid) => {
    const fields = statOf(pid) ?? [];
    return Number(fields[11]) + Number(fields[12]);
  });
  return ticks.reduce((sum, each) => sum + each, 0) / TICKS;
}

/** kB; what processes share is counted once (PSS). */
function memoryOf({ pids }: Target): number {
  const sizes = pids().map((pid) => {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Number(/^Pss:\s+(\d+) kB/mu.exec(text)?.[1]);
  });
  return sizes.reduce((sum, each) => sum + each, 0);
}
