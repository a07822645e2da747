/**
 * REFERs that have passed inside a dialog. A phone may be moved to another party without a ring when the far side has asked
 * for it, and knows that by the Referred-By of the INVITE (RFC 3892): so this header is the switchboard's to write, and it
 * writes it for whom it has seen being sent.
 */
import { headerValue, type SipRequest } from './headers.ts';
import { parseNameAddr, parseUri } from './uri.ts';

export interface Referral {
  /** Who has sent; an extension, as the next two. */
  referrer: string;
  /** Who was sent, */
  referee: string;
  /** to whom, */
  target: string;
  /** to take the referrer's place in the dialog with this Call-ID; null: to call them. */
  callId: string | null;
}

/** ms in which somebody who was sent has to call: a telephone follows at once, or asks its owner. Ours. */
const VALID = 60_000;

/** Of one referee; whoever is sent so often at once is not helped by it. */
const KEPT = 8;

export class Referrals {
  readonly #byReferee = new Map<string, (Referral & { until: number })[]>();

  constructor(private readonly now: () => number = Date.now) {}

  add(referral: Referral): void {
    for (const [referee, referrals] of this.#byReferee) {
      if (referrals.every(({ until }) => until <= this.now())) this.#byReferee.delete(referee);
    }
    const others = (this.#byReferee.get(referral.referee) ?? []).slice(1 - KEPT);
    this.#byReferee.set(referral.referee, [...others, { ...referral, until: this.now() + VALID }]);
  }

  /** Who has sent the caller to do just this; undefined: nobody. */
  referrer(asked: Omit<Referral, 'referrer'>): string | undefined {
    return this.#byReferee
      .get(asked.referee)
      ?.findLast(
        ({ target, callId, until }) => target === asked.target && callId === asked.callId && until > this.now(),
      )?.referrer;
  }

  get size(): number {
    return this.#byReferee.size;
  }
}

/**
 * Whom a REFER names, and the Call-ID of the dialog whose place is to be taken; undefined for what nobody could follow here.
 * @throws SwitchhookError `invalidArgument` for a Refer-To that is no SIP URI
 */
export function referredTo(request: SipRequest): Pick<Referral, 'target' | 'callId'> | undefined {
  const value = headerValue(request, 'refer-to');
  if (value === undefined) return undefined;
  const { uri } = parseNameAddr(value, 'Refer-To');
  const { user } = parseUri(uri, 'Refer-To');
  return { target: user, callId: callIdOf(headerOf(uri, 'replaces')) };
}

/** The Call-ID of a Replaces header (RFC 3891 6.1); null without one. */
export function callIdOf(replaces: string | undefined): string | null {
  return replaces?.split(';', 1)[0]?.trim() || null;
}

/** A header inside a URI (RFC 3261 19.1.1), unescaped; undefined without it, and for an escape that is none. */
function headerOf(uri: string, name: string): string | undefined {
  const question = uri.indexOf('?');
  const pairs = question < 0 ? [] : uri.slice(question + 1).split('&');
  const found = pairs.find((pair) => pair.toLowerCase().startsWith(`${name}=`));
  try {
    return found && decodeURIComponent(found.slice(name.length + 1));
  } catch {
    return undefined; // whoever gets it cannot read it either
  }
}
