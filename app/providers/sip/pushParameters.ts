/**
 * RFC 8599: a registrar that is not our switchboard is told where this device is woken by Web Push. URI parameters inside the
 * brackets of the Contact, in REGISTER only: JsSIP would write them outside (`setExtraContactParams`), or into every dialog
 * (`contact_uri`), where they would tell the far side our subscription.
 */

import type { UA } from './ua.ts';

/** No `pn-param`: Web Push (RFC 8030) needs nothing beside the subscription (RFC 8599 4.1). */
const PROVIDER = 'webpush';

/** RFC 8599 4.1.2: the registrar does not serve this push service. */
const PUSH_NOT_SUPPORTED = 555;

/** A message that leaves, with the parameters where it is a REGISTER. `subscription`: its endpoint. */
function withPushParameters(message: string, subscription: string): string {
  if (!message.startsWith('REGISTER ')) return message;
  const parameters = `;pn-provider=${PROVIDER};pn-prid=${encodeURIComponent(subscription)}`; // leaves only what RFC 3261 25.1 calls unreserved
  return message.replace(/^(Contact:[^<\r\n]*<[^>\r\n]*)>/mu, `$1${parameters}>`);
}

/** `+sip.pns="webpush"` among the capabilities that a proxy adds (RFC 6809 4.2, RFC 8599 7.1.1), in any case. */
const PUSHES = /;\s*\+sip\.pns\s*=\s*"<?webpush>?"/iu;

/** Whether a proxy on the way to the registrar is going to push for us, by the `Feature-Caps` of its 200. */
const promisesPush = (featureCaps: readonly string[]): boolean => featureCaps.some((caps) => PUSHES.test(caps));

export interface PushRegistrationOptions {
  /** Endpoint of this device's Web Push subscription; null where it has none. */
  subscription: string | null;
  /** After each registration: whether somebody is going to push. Without that, a page that is closed does not ring. */
  onPromise(promised: boolean): void;
}

export class PushRegistration {
  readonly #options: PushRegistrationOptions;
  #refused = false;

  constructor(options: PushRegistrationOptions) {
    this.#options = options;
  }

  /** For the socket: the last word on what leaves. */
  readonly rewrite = (message: string): string => {
    const { subscription } = this.#options;
    return subscription === null || this.#refused ? message : withPushParameters(message, subscription);
  };

  follow(ua: UA): void {
    ua.on('registered', ({ response }) => this.#options.onPromise(promisesPush(response.getHeaders('Feature-Caps'))));
  }

  /** A registration that failed so is tried again without the parameters. @returns whether it is */
  retry(ua: UA, status: number | null): boolean {
    if (status !== PUSH_NOT_SUPPORTED || this.#refused) return false;
    this.#refused = true;
    ua.register();
    return true;
  }
}
