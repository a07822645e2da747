/** The line: one UA, registered, with the credentials of this connection. It knows no calls. */

import { SwitchhookError } from '../../../shared/errors.ts';
import type { IceServers, SipCredentials } from '../../../shared/http/api.ts';
import { IceServerSource } from './iceServers.ts';
import { abandon, createUa, type RegistrationFailure, type RTCSessionEvent, type UA, type UaOptions } from './ua.ts';

export interface LineOptions extends Omit<UaOptions, 'credentials'> {
  /** Fresh ones at each connect: they are kept in memory only. */
  credentials: () => Promise<SipCredentials>;
  iceServers: () => Promise<IceServers>;
  /** Whether calls go through the relay only. */
  relayOnly: () => boolean;
  onRegistration(state: 'registering' | 'registered' | 'failed' | 'none', reason: string | null): void;
  /** A session begins, ours or theirs; JsSIP announces it synchronously. */
  onSession(event: RTCSessionEvent): void;
}

export class Line {
  readonly #options: LineOptions;
  readonly #iceServers: IceServerSource;
  #ua: UA | undefined;
  #credentials: SipCredentials | undefined;

  constructor(options: LineOptions) {
    this.#options = options;
    this.#iceServers = new IceServerSource({ fetch: options.iceServers, relayOnly: options.relayOnly });
  }

  /** Resolves when it is registered. @throws SwitchhookError `registrationFailed` */
  async connect(): Promise<void> {
    const { onRegistration, onSession, credentials: fetchCredentials, ...options } = this.#options;
    onRegistration('registering', null);
    const [credentials] = await Promise.all([fetchCredentials(), this.#iceServers.prepare()]);
    this.#credentials = credentials;
    const ua = createUa({ credentials, ...options });
    this.#ua = ua;
    ua.on('newRTCSession', (event: RTCSessionEvent) => onSession(event));
    ua.on('disconnected', () => {
      if (this.#ua === ua) onRegistration('registering', 'The connection to the switchboard was lost.');
    });
    const registered = new Promise<void>((resolve, reject) => {
      ua.on('registered', () => {
        onRegistration('registered', null);
        resolve();
      });
      ua.on('registrationFailed', (event) => {
        const failure: RegistrationFailure = { cause: String(event.cause), code: event.response?.status_code ?? null };
        // Without a code nobody refused us: the connection is being made again, and with it the registration.
        onRegistration(failure.code === null ? 'registering' : 'failed', failure.cause);
        if (failure.code !== null) reject(refused(failure));
      });
    });
    ua.start();
    return registered;
  }

  /** Unregisters, closes. */
  disconnect(): void {
    const ua = this.#ua;
    this.#ua = undefined;
    ua?.stop();
    this.#options.onRegistration('none', null);
  }

  /** Closes the connection and says nothing. */
  abandon(): void {
    const ua = this.#ua;
    this.#ua = undefined;
    if (ua) abandon(ua);
  }

  /** The connected UA, and the address of a number on this line. @throws SwitchhookError `noNetwork` */
  connected(): { ua: UA; address(handle: string): string } {
    const ua = this.#ua;
    const domain = this.#credentials?.domain;
    if (!ua?.isConnected() || !domain)
      throw new SwitchhookError('noNetwork', { reason: 'There is no connection to the switchboard.' });
    return { ua, address: (handle) => `sip:${encodeURIComponent(handle)}@${domain}` };
  }

  /** What a call's media begins with. @throws SwitchhookError `noRelay`, `noNetwork` */
  peerConfiguration(): Promise<RTCConfiguration> {
    return this.#iceServers.configuration();
  }
}

const refused = ({ cause, code }: RegistrationFailure) =>
  new SwitchhookError('registrationFailed', {
    reason: `The switchboard refused the registration: ${cause} (${code}).`,
  });
