/** Random histories of a ring: the steps that SIP phones can take, and what must hold at the end. */
import { expect, vi } from 'vitest';
import type { SipRequest } from '../headers.ts';
import { parseMessage, type Received } from '../message.ts';
import { invite } from './dialogs.ts';
import { Loopback, type LoopbackOptions } from './loopback.ts';
import type { RawClient } from './rawClient.ts';

export const RING_MS = 45_000;
export const LONG_AFTER_MS = 10 * 60_000;
/** Milliseconds, on a machine that has other things to do. */
export const TEST_MS = 60_000;
export const DEVICES = ['desk', 'laptop'];

export type Action = 'register' | 'close' | 'vanish' | 'cancel' | 'deadline' | 'callerCloses' | 'settle' | number;
export interface Step {
  action: Action;
  /** Which of the callee's sockets, of those that there are by then. */
  which: number;
}

const messages = (phone: RawClient): Received[] => phone.frames.filter((frame) => frame !== '\r\n').map(parseMessage);
export const requests = (phone: RawClient, method: string) =>
  messages(phone).filter((m): m is Received<SipRequest> => m.kind === 'request' && m.method === method);
export const finals = (phone: RawClient) =>
  messages(phone).filter(
    (m) => m.kind === 'response' && m.envelope.cseq.method === 'INVITE' && m.status >= 200 && m.status !== 407,
  );

export interface Socket {
  phone: RawClient;
  /** Each sends one REGISTER that will be accepted. */
  registers: (() => void)[];
  /** Branches that have had their final response. */
  answered: Set<string>;
}

export class Run {
  readonly callee: Socket[] = [];
  /** Tags of the 2xx that were sent, with who sent them. */
  readonly answers = new Map<string, RawClient>();

  private constructor(
    readonly mai: RawClient,
    readonly board: Loopback,
  ) {}

  /** A call that rings at both devices, and two more sockets of each that are yet to register. */
  static async start(options: LoopbackOptions = {}): Promise<{ run: Run; sent: SipRequest }> {
    const board = new Loopback({ ringMs: RING_MS, ...options });
    const run = new Run(await board.phone('101', 'mai'), board);
    for (const device of DEVICES) (await run.connect(device)).registers.pop()?.();
    await run.settle();
    const sent = await invite(run.mai, '102');
    for (const device of [...DEVICES, ...DEVICES]) await run.connect(device);
    await run.settle();
    return { run, sent };
  }

  async connect(device: string): Promise<Socket> {
    const phone = this.board.connect('102', device);
    const registers = [await phone.prepareRegister(), await phone.prepareRegister(), await phone.prepareRegister()];
    const socket: Socket = { phone, registers, answered: new Set() };
    this.callee.push(socket);
    return socket;
  }

  /** Everything that is under way arrives; no time passes. */
  async settle(): Promise<void> {
    await vi.advanceTimersByTimeAsync(0);
  }

  async take({ action, which }: Step, sent: SipRequest): Promise<void> {
    const chosen = this.callee[which % this.callee.length];
    if (!chosen) return;
    const { phone } = chosen;
    if (action === 'settle') await this.settle();
    else if (action === 'cancel') this.mai.cancel(sent);
    else if (action === 'deadline') vi.advanceTimersByTime(RING_MS);
    else if (action === 'callerCloses') this.mai.ws.terminate();
    else if (action === 'close') phone.ws.terminate();
    else if (action === 'vanish') this.board.vanish(phone);
    else if (action === 'register') chosen.registers.pop()?.();
    else this.answer(chosen, action);
  }

  /** Answers the newest INVITE of the socket; after a final answer there is no other. */
  answer({ phone, answered }: Socket, status: number): void {
    const call = requests(phone, 'INVITE').at(-1);
    if (!call || answered.has(call.envelope.via.branch) || phone.ws.readyState !== phone.ws.OPEN) return;
    const tag = `t${this.answers.size}`;
    if (status >= 200) answered.add(call.envelope.via.branch);
    if (status === 200) this.answers.set(tag, phone);
    phone.respond(call, status, { tag });
  }
}

export function checkCaller({ mai, answers }: Run): void {
  const ends = finals(mai);
  expect(ends.length).toBeLessThanOrEqual(1);
  const won = ends.find((m) => m.kind === 'response' && m.status === 200)?.envelope.to.params.get('tag');
  for (const [tag, phone] of answers) {
    if (tag === won || phone.ws.readyState !== phone.ws.OPEN) continue;
    const ended = [...requests(phone, 'ACK'), ...requests(phone, 'BYE')]
      .filter((m) => m.envelope.to.params.get('tag') === tag)
      .map((m) => m.method);
    expect(ended).toEqual(['ACK', 'BYE']);
  }
}
