/** The conformance suite in a page, with a real microphone and a real network; and the far side of it in another one. */

import { captureMicrophone } from '../../app/media/microphone.ts';
import * as api from '../../app/phone/api.ts';
import { deviceId } from '../../app/phone/device.ts';
import { CONFORMANCE, type FarEnd, type FarSide, Recorder } from '../../app/providers/conformance.ts';
import type { Provider, ProviderCall, ProviderSink } from '../../app/providers/provider.ts';
import { SipProvider } from '../../app/providers/sip/sipProvider.ts';
import type { Rejection } from '../../shared/calls/endCodes.ts';
import type { CallFact } from '../../shared/calls/facts.ts';
import { SwitchhookError } from '../../shared/errors.ts';
import type { CallRef } from '../../shared/registry/input.ts';

declare global {
  interface Window {
    /** The other sides, in pages of their own: the test carries it there. */
    far: (who: Who, method: keyof FarSide, argument: Rejection | boolean | undefined) => Promise<FarEnd | undefined>;
    farSide: SipFarSide;
  }
}

/** The one that is talked to, and the one that it is handed on to. */
type Who = 'far' | 'third';

/** A number that no account has. */
const NOBODY = '999';

const RING_TIME = 20_000;

export const peerOf = (handle: string) => ({ handle, displayName: null, avatarUrl: null, userId: null });

/** One browser is one session. */
export async function logIn(account: string): Promise<void> {
  await api.logIn(account, `demo-${account}`);
}

export function sipProvider(account: string, sink: ProviderSink, microphone: () => Promise<MediaStream>): SipProvider {
  const device = deviceId(); // a page is one telephone, whoever is connected
  return new SipProvider({
    account,
    displayName: `Account ${account}`,
    device,
    ringTime: RING_TIME,
    credentials: () => api.issueSipCredentials(device),
    iceServers: api.iceServers,
    relayOnly: () => false,
    microphone,
    dtmf: () => 'info',
    sink,
  });
}

export const capture = () => captureMicrophone({ voiceProcessing: false });

/** Another side as it is asked for across the pages. */
const acrossPages = (who: Who): FarSide => ({
  call: () => window.far(who, 'call', undefined).then(() => undefined),
  rings: () => window.far(who, 'rings', undefined).then(() => undefined),
  answer: () => window.far(who, 'answer', undefined).then(() => undefined),
  reject: (how) => window.far(who, 'reject', how).then(() => undefined),
  hangUp: () => window.far(who, 'hangUp', undefined).then(() => undefined),
  hold: (held) => window.far(who, 'hold', held).then(() => undefined),
  seesHeld: (held) => window.far(who, 'seesHeld', held).then(() => undefined),
  async seesEnd() {
    const end = await window.far(who, 'seesEnd', undefined);
    if (!end) throw new Error('the far side has not said how it ended');
    return end;
  },
});

/** Runs one case. @throws what the case throws */
export async function conform(name: string, account: string, farAccount: string, thirdAccount: string): Promise<void> {
  const found = CONFORMANCE.find((one) => one.name === name);
  if (!found) throw new Error(`there is no case ${name}`);
  const told = new Recorder();
  let fails = false;
  const microphone = async () => {
    const failed = fails;
    fails = false;
    if (failed) throw new SwitchhookError('microphoneDenied', { reason: 'The test has denied it.' });
    return capture();
  };
  const provider: Provider = sipProvider(account, told.sink, microphone);
  const failMicrophone = () => {
    fails = true;
  };
  try {
    await found.run({
      provider,
      account,
      told,
      far: acrossPages('far'),
      farPeer: peerOf(farAccount),
      third: acrossPages('third'),
      thirdPeer: peerOf(thirdAccount),
      nobody: () => NOBODY,
      declines: () => undefined, // the case itself has it decline
      failMicrophone,
    });
  } finally {
    await provider.disconnect();
  }
}

/** Another telephone of the same kind: what one says the other has to hear, over the real switchboard. */
export class SipFarSide implements FarSide {
  readonly #account: string;
  readonly #other: string;
  readonly #provider: SipProvider;
  #told = new Recorder();
  #outgoing: ProviderCall | null = null;

  constructor(account: string, other: string) {
    this.#account = account;
    this.#other = other;
    // Each case begins with a recorder of its own; the registration stays.
    this.#provider = sipProvider(account, (event) => this.#told.sink(event), capture);
  }

  connect(): Promise<void> {
    return this.#provider.connect();
  }

  /** Forgets the call before; ends it where its case has failed. */
  async reset(): Promise<void> {
    await this.hangUp().catch(() => undefined); // there is none, or it is over
    this.#told = new Recorder();
    this.#outgoing = null;
  }

  async call(): Promise<void> {
    this.#outgoing = { id: crypto.randomUUID(), providerCallId: null, peer: peerOf(this.#other), type: 'audio' };
    await this.#provider.dial(this.#outgoing);
  }

  async rings(): Promise<void> {
    await this.#incoming();
  }

  async answer(): Promise<void> {
    await this.#provider.answer(await this.#incoming());
  }

  async reject(how: Rejection): Promise<void> {
    await this.#provider.reject(await this.#incoming(), how);
  }

  async hangUp(): Promise<void> {
    await this.#provider.hangUp(this.#outgoing ?? callOf(this.#told.incoming()[0]));
  }

  async hold(held: boolean): Promise<void> {
    await this.#provider.setHeld(this.#outgoing ?? (await this.#incoming()), held);
  }

  async seesHeld(held: boolean): Promise<void> {
    const last = () => this.#facts().findLast((fact) => fact.kind === 'heldByRemote');
    await this.#told.until(held ? 'the hold' : 'the end of the hold', () => (last()?.held === held ? true : undefined));
  }

  async seesEnd(): Promise<FarEnd> {
    const ended = (fact: CallFact) => fact.kind === 'ended';
    const { by, code, reason } = await this.#told.until('the end', () => this.#facts().find(ended));
    return { by, code, cause: reason?.cause ?? null };
  }

  async #incoming(): Promise<ProviderCall> {
    return callOf(await this.#told.until('a call', () => this.#told.incoming()[0]));
  }

  #facts(): CallFact[] {
    const [incoming] = this.#told.incoming();
    const ref: CallRef | null = this.#outgoing
      ? { id: this.#outgoing.id }
      : incoming
        ? { account: this.#account, direction: 'incoming', providerCallId: incoming.providerCallId }
        : null;
    return ref ? this.#told.facts(ref) : [];
  }
}

function callOf(event: ReturnType<Recorder['incoming']>[number] | undefined): ProviderCall {
  if (!event) throw new Error('nobody has called');
  const { providerCallId, peer, type } = event;
  return { id: providerCallId, providerCallId, peer, type };
}
