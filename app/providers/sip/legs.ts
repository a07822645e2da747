/** Our calls on a line, each on its way to a session or with one. */

import { SwitchhookError } from '../../../shared/errors.ts';
import type { CallRef } from '../../../shared/registry/input.ts';
import type { ProviderCall } from '../provider.ts';
import type { SipSession } from './session.ts';

export interface Leg {
  ref: CallRef;
  session: SipSession | null;
  /** The person hung up before there was a session to hang up. */
  abandoned: boolean;
}

export class Legs {
  /** By our id for outgoing calls, by the network's id for incoming ones. */
  readonly #legs = new Map<string, Leg>();

  set(key: string, leg: Leg): void {
    this.#legs.set(key, leg);
  }

  delete(key: string): void {
    this.#legs.delete(key);
  }

  /** @throws SwitchhookError `callNotFound` */
  find({ id, providerCallId }: ProviderCall): Leg {
    const leg = this.#legs.get(id) ?? (providerCallId === null ? undefined : this.#legs.get(providerCallId));
    if (!leg) throw notFound();
    return leg;
  }

  /** @throws SwitchhookError `callNotFound` */
  session(call: ProviderCall): SipSession {
    const { session } = this.find(call);
    if (!session) throw notFound();
    return session;
  }

  sessions(): SipSession[] {
    return [...this.#legs.values()].flatMap(({ session }) => session ?? []);
  }
}

const notFound = () =>
  new SwitchhookError('callNotFound', { reason: 'The switchboard does not know this call any more.' });
