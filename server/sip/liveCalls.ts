/**
 * The calls that are going on, as their dialogs passed through here: who talks, on which devices, and by which ids another
 * device of either takes the call up. In memory only: a restart forgets them, and then only the far side judges a Replaces.
 */
import { headerValue, type SipRequest, type SipResponse } from './headers.ts';
import { type DeviceIdentity, instanceId } from './identity.ts';
import type { Location } from './location.ts';
import { parseNameAddr } from './uri.ts';

interface Party {
  identity: DeviceIdentity;
  tag: string;
  /** URI of its Contact. */
  target: string;
}

interface LiveCall {
  /** Of the dialog. */
  callId: string;
  /** Of the INVITE that the call began with: what its record goes by. */
  firstCallId: string;
  caller: Party;
  callee: Party;
  /** Milliseconds since the epoch. */
  answeredAt: number;
}

/** A call as one of its two sides sees it. */
export interface LiveSide {
  callId: string;
  direction: 'incoming' | 'outgoing';
  peer: DeviceIdentity;
  /** The device of mine that has it. */
  device: string;
  dialog: { callId: string; localTag: string; remoteTag: string; target: string };
  answeredAt: number;
}

/** Far more than the sockets of one switchboard can hold; calls whose end nobody has told of leave by it. Ours. */
const MAX_CALLS = 20_000;

export class LiveCalls {
  readonly #calls = new Map<string, LiveCall>();
  /** Call-IDs whose call goes on in another dialog: their BYE ends a dialog, and no call. */
  readonly #replaced = new Set<string>();

  constructor(private readonly now: () => number = Date.now) {}

  /** A 2xx has passed. `replaced`: the Call-ID of the dialog whose place it takes. */
  answered(
    request: SipRequest,
    response: SipResponse,
    { caller, callee, replaced }: { caller: DeviceIdentity; callee: DeviceIdentity; replaced: string | null },
  ): void {
    const callId = headerValue(request, 'call-id') ?? '';
    // A call of strangers with a Call-ID that they have seen does not take the place of the one that has it.
    if (this.#calls.has(callId)) return;
    const earlier = replaced === null ? undefined : this.#calls.get(replaced);
    const parties = { caller: party(caller, request, 'from'), callee: party(callee, response, 'to') };
    if (!parties.caller || !parties.callee) return; // no dialog that anybody could name
    this.#calls.set(callId, {
      callId,
      // A call that is taken up is the same one; one that is handed on to somebody else is another.
      firstCallId: earlier && takesPart(earlier, caller.extension) ? earlier.firstCallId : callId,
      caller: parties.caller,
      callee: parties.callee,
      answeredAt: earlier?.answeredAt ?? this.now(),
    });
    if (earlier && replaced !== null) {
      this.#calls.delete(replaced);
      this.#replaced.add(replaced);
      bounded(this.#replaced);
    }
    bounded(this.#calls);
  }

  /** @returns the Call-ID that the record of the ended call goes by; null: the call goes on in another dialog */
  hungUp(callId: string): string | null {
    if (this.#replaced.has(callId)) return null; // kept: both sides may say it
    const call = this.#calls.get(callId);
    this.#calls.delete(callId);
    return call?.firstCallId ?? callId;
  }

  /** The far side knows nothing of it (481), says another device than the one that had it: its end was not seen here. */
  gone(callId: string, { extension, device }: DeviceIdentity): void {
    const call = this.#calls.get(callId);
    if (call && side(call, extension)?.device !== device) this.#calls.delete(callId);
  }

  /** Whether somebody takes part in a call; undefined where it is not known here. */
  takesPart(callId: string, extension: string): boolean | undefined {
    const call = this.#calls.get(callId);
    return call && takesPart(call, extension);
  }

  /** The calls of an extension on its other devices, with somebody who is there to be talked to, newest first. */
  elsewhere(extension: string, device: string, location: Location): LiveSide[] {
    const sides = [...this.#calls.values()].flatMap((call) => side(call, extension) ?? []);
    const there = ({ peer }: LiveSide) => location.byInstance(peer.extension, instanceId(peer)) !== undefined;
    return sides.filter((one) => one.device !== device && there(one)).sort((a, b) => b.answeredAt - a.answeredAt);
  }

  get size(): number {
    return this.#calls.size;
  }
}

const takesPart = ({ caller, callee }: LiveCall, extension: string): boolean =>
  [caller, callee].some(({ identity }) => identity.extension === extension);

function side({ callId, caller, callee, answeredAt }: LiveCall, extension: string): LiveSide | undefined {
  // Between two devices of one person there is nothing to take: both are theirs already.
  const isMine = ({ identity }: Party) => identity.extension === extension;
  if (isMine(caller) === isMine(callee)) return undefined;
  const [mine, far] = isMine(caller) ? [caller, callee] : [callee, caller];
  return {
    callId,
    direction: mine === caller ? 'outgoing' : 'incoming',
    peer: far.identity,
    device: mine.identity.device,
    dialog: { callId, localTag: mine.tag, remoteTag: far.tag, target: far.target },
    answeredAt,
  };
}

function party(identity: DeviceIdentity, message: SipRequest | SipResponse, own: 'from' | 'to'): Party | undefined {
  const contact = headerValue(message, 'contact');
  const tag = parseNameAddr(headerValue(message, own) ?? '', own).params.get('tag');
  return contact && tag ? { identity, tag, target: parseNameAddr(contact, 'Contact').uri } : undefined;
}

/** The oldest goes: insertion order is age. */
function bounded(kept: Map<string, LiveCall> | Set<string>): void {
  const [oldest] = kept.keys();
  if (kept.size > MAX_CALLS && oldest !== undefined) kept.delete(oldest);
}
