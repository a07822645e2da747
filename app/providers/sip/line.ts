/** The line: one UA, registered, with the credentials of this connection. It knows no calls. */

import { SwitchhookError } from '../../../shared/errors.ts';
import type { IceServers, SipCredentials } from '../../../shared/http/api.ts';
import { untilReached } from '../../retry.ts';
import { IceServerSource } from './iceServers.ts';
import { PushRegistration, type PushRegistrationOptions } from './pushParameters.ts';
import { Signalling } from './signalling.ts';
import { SipSocket } from './socket.ts';
import { abandon, createUa, type RegistrationFailure, type RTCSessionEvent, type UA, type UaOptions } from './ua.ts';

export interface LineOptions extends Omit<UaOptions, 'credentials' | 'socket'> {
  /** Fresh ones at each connect: they are kept in memory only. */
  credentials: () => Promise<SipCredentials>;
  iceServers: () => Promise<IceServers>;
  /** Whether calls go through the relay only. */
  relayOnly: () => boolean;
  /** For a registrar that is not our switchboard, which has its own way to push: where this device is woken (RFC 8599). */
  push: PushRegistrationOptions | null;
  /** Whether somebody waits for the line: there is a call. */
  isUrgent: () => boolean;
  onRegistration(state: 'registering' | 'registered' | 'failed' | 'none', reason: string | null): void;
  /** A session begins, ours or theirs; JsSIP announces it synchronously. */
  onSession(event: RTCSessionEvent): void;
}

/** ms that a dial waits for the first connection, credentials and registration included: a second on most networks. Ours. */
const DIAL_PATIENCE = 10_000;

export class Line {
  readonly #options: LineOptions;
  readonly #iceServers: IceServerSource;
  #ua: UA | undefined;
  #signalling: Signalling | undefined;
  #credentials: SipCredentials | undefined;
  #registered: Promise<void> | undefined;
  readonly #closed = new AbortController();

  constructor(options: LineOptions) {
    this.#options = options;
    this.#iceServers = new IceServerSource({ fetch: options.iceServers, relayOnly: options.relayOnly });
  }

  /** Resolves when it is registered. @throws SwitchhookError `registrationFailed`; `noNetwork` when it is closed before */
  connect(): Promise<void> {
    this.#registered = this.#connect();
    return this.#registered;
  }

  /** Resolves when it has been registered for the first time. @throws SwitchhookError as {@link connect} */
  ready(): Promise<void> {
    return this.#registered ?? Promise.reject(notConnected());
  }

  /** The same for a page that dials as soon as it is there, to call back. @throws SwitchhookError also `noNetwork` */
  async readyToDial(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(notConnected()), DIAL_PATIENCE);
    });
    await Promise.race([this.ready(), late]).finally(() => clearTimeout(timer));
  }

  async #connect(): Promise<void> {
    const { onRegistration, onSession, isUrgent, push, credentials: fetchCredentials, ...options } = this.#options;
    onRegistration('registering', null);
    const [credentials] = await this.#reached(() => Promise.all([fetchCredentials(), this.#iceServers.prepare()]));
    if (this.isClosed) throw notConnected();
    this.#credentials = credentials;
    const wakeUp = new PushRegistration(push ?? NO_PUSH);
    const socket = new SipSocket(socketUrl(credentials), wakeUp.rewrite);
    const ua = createUa({ credentials, socket, ...options });
    this.#ua = ua;
    wakeUp.follow(ua);
    this.#signalling = new Signalling({ ua, socket, isUrgent });
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
        if (wakeUp.retry(ua, failure.code)) return;
        // Without a code nobody refused us: the connection is being made again, and with it the registration.
        onRegistration(failure.code === null ? 'registering' : 'failed', failure.cause);
        if (failure.code !== null) reject(refused(failure));
      });
      this.#closed.signal.addEventListener('abort', () => reject(notConnected()));
    });
    ua.start();
    return registered;
  }

  /** Unregisters, closes. */
  disconnect(): void {
    this.#close()?.stop();
    this.#options.onRegistration('none', null);
  }

  /** Closes the connection and says nothing. */
  abandon(): void {
    const ua = this.#close();
    if (ua) abandon(ua);
  }

  #close(): UA | undefined {
    const ua = this.#ua;
    this.#ua = undefined;
    this.#closed.abort();
    this.#signalling?.close();
    return ua;
  }

  /** Asks until there is an answer: a page that is loaded without a network has a line once there is one. */
  #reached<T>(ask: () => Promise<T>): Promise<T> {
    return untilReached(ask, {
      signal: this.#closed.signal,
      onFailure: ({ reason }) => this.#options.onRegistration('registering', reason),
    });
  }

  /** @throws SwitchhookError `noNetwork` before there ever was a connection */
  get signalling(): Signalling {
    if (!this.#signalling) throw notConnected();
    return this.#signalling;
  }

  /** The connected UA, and the address of a number on this line. @throws SwitchhookError `noNetwork` */
  connected(): { ua: UA; address(handle: string): string } {
    const ua = this.#ua;
    const domain = this.#credentials?.domain;
    if (!ua?.isConnected() || !domain) throw notConnected();
    return { ua, address: (handle) => `sip:${encodeURIComponent(handle)}@${domain}` };
  }

  get isConnected(): boolean {
    return this.#ua?.isConnected() ?? false;
  }

  /** It has been given up, and will not be connected again. */
  get isClosed(): boolean {
    return this.#closed.signal.aborted;
  }

  /** Null before the first connection. */
  get domain(): string | null {
    return this.#credentials?.domain ?? null;
  }

  /** What a call's media begins with. @throws SwitchhookError `noRelay`, `noNetwork` */
  peerConfiguration(): Promise<RTCConfiguration> {
    return this.#iceServers.configuration();
  }
}

const NO_PUSH: PushRegistrationOptions = { subscription: null, onPromise: () => undefined };

function socketUrl({ wsPath }: SipCredentials): string {
  const url = new URL(wsPath, location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  return url.href;
}

const notConnected = () => new SwitchhookError('noNetwork', { reason: 'There is no connection to the switchboard.' });

const refused = ({ cause, code }: RegistrationFailure) =>
  new SwitchhookError('registrationFailed', {
    reason: `The switchboard refused the registration: ${cause} (${code}).`,
  });
