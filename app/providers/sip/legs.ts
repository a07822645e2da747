/** Our calls on a line, each on its way to a session or with one; a call may go from one session to another. */

import type { CallFact } from '../../../shared/calls/facts.ts';
import type { Peer } from '../../../shared/calls/record.ts';
import { SwitchhookError } from '../../../shared/errors.ts';
import type { CallRef } from '../../../shared/registry/input.ts';
import type { ProviderCall, ProviderSink } from '../provider.ts';
import type { Resumption } from './resume.ts';
import { type Heritage, type SessionLine, type SessionOptions, SipSession } from './session.ts';
import type { Message, ReferEvent, RTCSession } from './ua.ts';

export interface Leg {
  /** Our id for outgoing calls, the network's first id for incoming ones; its sound goes by this name. */
  readonly key: string;
  ref: CallRef;
  /** The one that speaks for the call. */
  session: SipSession | null;
  /** The one that is about to: the far side hands us on, or is replaced, and it is not known yet whether that works. */
  next: SipSession | null;
  /** The person hung up before there was a session to hang up. */
  abandoned: boolean;
  /** The call is being taken up from another page or device. */
  resumption?: Resumption;
}

export interface LegsOptions {
  sink: ProviderSink;
  /** What a session of this line needs to recover. */
  recovery(): SessionLine;
  onRefer(leg: Leg, event: ReferEvent): void;
  onReplaces(leg: Leg, session: SipSession, event: ReferEvent): void;
}

export interface Move {
  /** Of the new dialog. */
  providerCallId: string;
  /** Who is talked to from now on; null: the same as before. */
  peer: Peer | null;
  /** Of the session before it. */
  heritage: Heritage;
}

export class Legs {
  readonly #options: LegsOptions;
  readonly #legs = new Map<string, Leg>();

  constructor(options: LegsOptions) {
    this.#options = options;
  }

  open(key: string, ref: CallRef): Leg {
    const leg: Leg = { key, ref, session: null, next: null, abandoned: false };
    this.#legs.set(key, leg);
    return leg;
  }

  close({ key }: Leg): void {
    this.#legs.delete(key);
  }

  tell({ ref: call }: Leg, fact: CallFact): void {
    this.#options.sink({ kind: 'fact', call, fact });
  }

  /** Watches a session that may come to speak for the call; until it does, and when it no longer does, it is not heard. */
  watch(leg: Leg, session: RTCSession, options: Omit<SessionOptions, keyof SessionLine>): SipSession {
    const { recovery, onRefer, onReplaces } = this.#options;
    const speaks = () => leg.session === watched;
    const watched: SipSession = new SipSession(
      session,
      {
        fact: (fact) => {
          if (speaks()) this.#onFact(leg, fact);
        },
        remoteAudio: (stream) => {
          if (speaks()) this.#hear(leg, stream);
        },
        over: () => {
          if (!speaks()) return;
          leg.next?.hangUp(); // nobody is left for it to go on for
          this.close(leg);
        },
        refer: (event) => (speaks() ? onRefer(leg, event) : event.reject()),
        replaces: (event) => onReplaces(leg, watched, event),
      },
      { ...options, ...recovery() },
    );
    return watched;
  }

  /** The call goes on in another session. */
  move(leg: Leg, session: SipSession, { providerCallId, peer, heritage }: Move): void {
    leg.session = session;
    leg.next = null;
    this.tell(leg, { kind: 'moved', providerCallId, peer });
    if (!('id' in leg.ref)) leg.ref = { ...leg.ref, providerCallId };
    if (session.dialog) this.tell(leg, { kind: 'dialog', dialog: session.dialog });
    if (session.answeredBy) this.tell(leg, { kind: 'answeredBy', who: session.answeredBy });
    if (session.heard) this.#hear(leg, session.heard);
    session.inherit(heritage);
  }

  /** @throws SwitchhookError `callNotFound` */
  find(call: ProviderCall): Leg {
    const leg = this.known(call);
    if (!leg) throw notFound();
    return leg;
  }

  known({ id, providerCallId }: ProviderCall): Leg | undefined {
    return this.#legs.get(id) ?? (providerCallId === null ? undefined : this.#byNetwork(providerCallId));
  }

  /** Whether a call that came to us has, or had in its first dialog, this id of the network's. */
  has(providerCallId: string): boolean {
    return this.#legs.has(providerCallId) || this.#byNetwork(providerCallId) !== undefined;
  }

  /** @throws SwitchhookError `callNotFound` */
  session(call: ProviderCall): SipSession {
    const { session } = this.find(call);
    if (!session) throw notFound();
    return session;
  }

  /** Of an INVITE that says by a header of ours which call it means. @returns whether that is being taken up, and may be so */
  offer(session: RTCSession, request: Message): boolean {
    return [...this.#legs.values()].some(({ resumption }) => resumption?.offer(session, request));
  }

  sessions(): SipSession[] {
    return [...this.#legs.values()].flatMap(({ session, next }) => [session, next]).filter((one) => one !== null);
  }

  #byNetwork(providerCallId: string): Leg | undefined {
    const isMeant = ({ ref }: Leg) => 'providerCallId' in ref && ref.providerCallId === providerCallId;
    return [...this.#legs.values()].find(isMeant);
  }

  #hear({ key }: Leg, stream: MediaStream | null): void {
    this.#options.sink({ kind: 'remoteAudio', key, stream });
  }

  /** Who hands us on may hang up before the target has answered: then the call is with the target alone. */
  #onFact(leg: Leg, fact: CallFact): void {
    if (fact.kind === 'ended' && fact.by === 'remote' && leg.next) {
      leg.session = leg.next;
      leg.next = null;
      this.#hear(leg, leg.session.heard);
    } else this.tell(leg, fact);
  }
}

export const notFound = () =>
  new SwitchhookError('callNotFound', { reason: 'The switchboard does not know this call any more.' });
