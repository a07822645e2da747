/**
 * A provider without a network, for integrators' tests and our own. It does what it is asked, at once, and says so in the
 * same facts as a real one; the test plays the far side with the `remote…` methods.
 */

import type { CallDialog } from '../../../shared/calls/dialog.ts';
import { type NetworkEnd, parseReason, REJECTIONS, type Rejection } from '../../../shared/calls/endCodes.ts';
import type { CallFact } from '../../../shared/calls/facts.ts';
import type { Peer } from '../../../shared/calls/record.ts';
import type { Transfer } from '../../../shared/calls/transfer.ts';
import { SwitchhookError } from '../../../shared/errors.ts';
import type { CallRef } from '../../../shared/registry/input.ts';
import type { Operation, Provider, ProviderCall, ProviderSink, ResumableCall } from '../provider.ts';

export interface FakeProviderOptions {
  account: string;
  sink: ProviderSink;
  operations?: readonly Operation[];
}

export class FakeProvider implements Provider {
  readonly operations: readonly Operation[];
  /** What was asked, in order: `dial 102`, `mute on`, … */
  readonly asked: string[] = [];
  readonly #account: string;
  readonly #sink: ProviderSink;
  readonly #calls = new Map<string, { ref: CallRef; answered: boolean }>();
  #failure: { of: string | null; error: SwitchhookError } | null = null;

  constructor({
    account,
    sink,
    operations = ['hold', 'mute', 'dtmf', 'transfer', 'attendedTransfer'],
  }: FakeProviderOptions) {
    this.#account = account;
    this.#sink = sink;
    this.operations = operations;
  }

  /** The next thing that is asked fails with this error. */
  failNext(error: SwitchhookError): void {
    this.#failure = { of: null, error };
  }

  /** The next time that just this is asked (`answer`, `hold off`), it fails with this error. */
  failOn(what: string, error: SwitchhookError): void {
    this.#failure = { of: what, error };
  }

  async connect(): Promise<void> {
    this.#sink({ kind: 'registration', state: 'registering', reason: null });
    this.#ask('connect');
    this.#sink({ kind: 'registration', state: 'registered', reason: null });
  }

  async disconnect(): Promise<void> {
    for (const key of [...this.#calls.keys()]) this.#end(key, { by: 'local', code: this.#goodbye(key), reason: null });
    this.#sink({ kind: 'registration', state: 'none', reason: null });
  }

  async dial(call: ProviderCall): Promise<void> {
    this.#ask(`dial ${call.peer.handle}`);
    this.#calls.set(call.id, { ref: { id: call.id }, answered: false });
    this.#fact(call.id, { kind: 'identified', providerCallId: `fake-${call.id}` });
    this.#fact(call.id, { kind: 'progress', ringing: false });
  }

  async answer(call: ProviderCall): Promise<void> {
    const key = this.#key(call);
    this.#ask('answer');
    this.#fact(key, { kind: 'accepted' });
    this.#fact(key, { kind: 'connected' });
  }

  async reject(call: ProviderCall, how: Rejection): Promise<void> {
    const key = this.#key(call);
    this.#ask(`reject ${how}`);
    const { code, reason } = REJECTIONS[how];
    this.#end(key, { by: 'local', code, reason: parseReason(reason) });
  }

  async hangUp(call: ProviderCall): Promise<void> {
    const key = this.#key(call);
    this.#ask('hangUp');
    this.#end(key, { by: 'local', code: this.#goodbye(key), reason: null });
  }

  async setHeld(call: ProviderCall, held: boolean): Promise<void> {
    this.#has('hold');
    this.#key(call);
    this.#ask(`hold ${held ? 'on' : 'off'}`);
  }

  async setMuted(call: ProviderCall, muted: boolean): Promise<void> {
    this.#has('mute');
    this.#key(call);
    this.#ask(`mute ${muted ? 'on' : 'off'}`);
  }

  async sendDtmf(call: ProviderCall, digits: string): Promise<void> {
    this.#has('dtmf');
    this.#key(call);
    this.#ask(`dtmf ${digits}`);
  }

  async transfer(call: ProviderCall, target: string): Promise<void> {
    this.#has('transfer');
    const key = this.#key(call);
    this.#handOn(key, target, `transfer ${target}`);
    this.#end(key, { by: 'local', code: 200, reason: null });
  }

  async attendedTransfer(call: ProviderCall, other: ProviderCall): Promise<void> {
    this.#has('attendedTransfer');
    const [key, second] = [this.#key(call), this.#key(other)];
    this.#handOn(key, other.peer.handle, `attendedTransfer ${other.peer.handle}`);
    this.#end(second, { by: 'remote', code: 200, reason: null });
    this.#end(key, { by: 'local', code: 200, reason: null });
  }

  /** The target answers at once, unless it was to fail. */
  #handOn(key: string, handle: string, what: string): void {
    const target: Peer = { handle, displayName: null, avatarUrl: null, userId: null };
    const tell = (state: Transfer['state']) =>
      this.#fact(key, { kind: 'transfer', transfer: { by: 'local', target, state, code: null } });
    tell('trying');
    try {
      this.#ask(what);
    } catch (error) {
      tell('failed');
      throw error;
    }
    tell('accepted');
  }

  async resume({ id, dialog }: ResumableCall): Promise<void> {
    this.#has('resume');
    this.#ask('resume');
    this.#calls.set(id, { ref: { id }, answered: true });
    this.#fact(id, { kind: 'dialog', dialog });
    this.#fact(id, { kind: 'connected' });
  }

  /** Somebody calls; the same id again, while it rings or goes on, is the same call. @returns the network's id of it */
  remoteCalls(peer: Peer, providerCallId: string = crypto.randomUUID()): string {
    if (this.#calls.has(providerCallId)) return providerCallId;
    const ref: CallRef = { account: this.#account, direction: 'incoming', providerCallId };
    this.#calls.set(providerCallId, { ref, answered: false });
    this.#sink({ kind: 'incoming', providerCallId, peer, type: 'audio', ringDeadline: null });
    return providerCallId;
  }

  /** The far side rings, answers, holds…: whatever fact it is, of a call by our id (outgoing) or the network's (incoming). */
  remoteSays(key: string, fact: CallFact): void {
    this.#fact(key, fact);
  }

  /** It hangs up, gives up, or with a code of its own rejects. */
  remoteHangsUp(key: string, code: number = this.#goodbye(key), reason: NetworkEnd['reason'] = null): void {
    this.#end(key, { by: 'remote', code, reason });
  }

  /** What a network makes of hanging up: BYE is a normal end, CANCEL a request terminated (RFC 3261 15, 9). */
  #goodbye(key: string): number {
    return this.#calls.get(key)?.answered ? 200 : 487;
  }

  #has(operation: Operation): void {
    if (this.operations.includes(operation)) return;
    throw new SwitchhookError('notSupported', { reason: `This provider was made without it: ${operation}.` });
  }

  #ask(what: string): void {
    const failure = this.#failure;
    if (failure && (failure.of ?? what) === what) {
      this.#failure = null;
      throw failure.error;
    }
    this.asked.push(what);
  }

  #key({ id, providerCallId }: ProviderCall): string {
    if (this.#calls.has(id)) return id;
    if (providerCallId !== null && this.#calls.has(providerCallId)) return providerCallId;
    throw new SwitchhookError('callNotFound', { reason: 'The provider does not know this call.' });
  }

  #fact(key: string, fact: CallFact): void {
    const call = this.#calls.get(key);
    if (!call) return;
    if (fact.kind === 'accepted') call.answered = true;
    this.#sink({ kind: 'fact', call: call.ref, fact });
    if (fact.kind === 'accepted' && this.operations.includes('resume'))
      this.#sink({ kind: 'fact', call: call.ref, fact: { kind: 'dialog', dialog: dialogOf(key) } });
  }

  #end(key: string, end: Omit<Extract<CallFact, { kind: 'ended' }>, 'kind' | 'text'>): void {
    this.#fact(key, { kind: 'ended', text: null, ...end });
    this.#calls.delete(key);
  }
}

/** Enough for a registry to keep; nothing is found by it. */
const dialogOf = (key: string): CallDialog => ({
  callId: `fake-${key}`,
  localTag: 'near',
  remoteTag: 'far',
  target: 'sip:far@fake.invalid',
});
