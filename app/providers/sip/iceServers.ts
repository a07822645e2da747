/** The ICE servers of a line, renewed before their credentials end. */

import { SwitchhookError } from '../../../shared/errors.ts';
import type { IceServers } from '../../../shared/http/api.ts';

export interface IceServerSourceOptions {
  fetch: () => Promise<IceServers>;
  /** Whether the person wants calls through the relay only. */
  relayOnly: () => boolean;
}

/** Renewed at half of their time: if that fails there is as much again to try in. */
const RENEW_AT = 0.5;

export class IceServerSource {
  readonly #options: IceServerSourceOptions;
  #kept: (IceServers & { at: number }) | undefined;
  #asking: Promise<void> | undefined;

  constructor(options: IceServerSourceOptions) {
    this.#options = options;
  }

  /** Asks for them, so that they are at hand. @throws SwitchhookError `noNetwork` and the like */
  prepare(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  /** For a call that begins now, or whose ICE restarts. @throws SwitchhookError `noRelay`, `noNetwork` */
  async configuration(): Promise<RTCConfiguration> {
    const spent = this.#spent();
    if (spent >= 1) await this.prepare();
    // Those at hand are still good; whether the new ones come is the next call's business.
    else if (spent >= RENEW_AT) this.prepare().catch(() => undefined);
    const iceServers = this.#kept?.iceServers ?? [];
    if (!this.#options.relayOnly()) return { iceServers };
    if (iceServers.length === 0)
      throw new SwitchhookError('noRelay', { reason: 'Calls are to go through the relay only, and there is none.' });
    return { iceServers, iceTransportPolicy: 'relay' };
  }

  /** How much of their time has gone, 0 to 1 and beyond; 1 when there are none yet. */
  #spent(): number {
    return this.#kept ? (Date.now() - this.#kept.at) / (this.#kept.ttl * 1000) : 1;
  }

  async #ask(): Promise<void> {
    const at = Date.now(); // not `performance.now`, which stands still while a computer sleeps; credentials do not
    this.#kept = { ...(await this.#options.fetch()), at };
  }
}
