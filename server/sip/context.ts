import type { FastifyBaseLogger } from 'fastify';
import type { Limits } from '../limits.ts';
import type { CredentialsSource } from './authenticator.ts';
import type { CallLog, CallRecordStore } from './callLog.ts';
import { headerValues, type SipMessage } from './headers.ts';
import { type DeviceIdentity, isSameDevice } from './identity.ts';
import type { LiveCalls } from './liveCalls.ts';
import type { Device, Location } from './location.ts';
import type { ClientTransactions } from './proxy/clientTransactions.ts';
import type { Rings } from './proxy/rings.ts';
import type { ServerTransaction, ServerTransactions } from './proxy/serverTransactions.ts';
import type { Referrals } from './referrals.ts';
import type { Refusal } from './responses.ts';
import type { SipSocket } from './socket.ts';
import { parseNameAddr, parseUri } from './uri.ts';
import type { Waker } from './wake.ts';

/** Who can be called; undefined for an extension that nobody has. */
export interface Directory {
  hasExtension(extension: string): Promise<boolean>;
}

export interface SwitchOptions {
  /** The SIP domain, which is also the digest realm. */
  domain: string;
  /** How long a call rings, in milliseconds. */
  ringMs: number;
  limits: Limits;
  credentials: CredentialsSource;
  directory: Directory;
  records: CallRecordStore;
  /** Wakes devices without a live socket; without it there is nothing but sockets. */
  waker?: Waker;
  log: FastifyBaseLogger;
}

/** What the parts of the proxy share. */
export interface SwitchContext extends SwitchOptions {
  location: Location;
  servers: ServerTransactions;
  clients: ClientTransactions;
  rings: Rings;
  referrals: Referrals;
  live: LiveCalls;
  calls: CallLog;
  /** Challenges, or binds the socket to the device that answered; undefined when the request is already answered. */
  authenticate(transaction: ServerTransaction): Promise<Device | undefined>;
}

export function answer(transaction: ServerTransaction, { status, ...options }: Refusal): void {
  transaction.reply(status, options);
}

/** A socket speaks for one device in its life; what belongs to the first must not become reachable by another. */
export function bindSocket(socket: SipSocket, identity: DeviceIdentity): boolean {
  const known = socket.identity;
  if (known && !isSameDevice(known, identity)) return false;
  socket.identity = identity;
  return true;
}

/**
 * Remembers which device the Contact of a dialog means, so that later requests find it.
 * @returns false when the Contact names a host of another device.
 * @throws SwitchhookError `invalidArgument` for a Contact that is no SIP URI.
 */
export function learnContact(
  { location, domain }: Pick<SwitchContext, 'location' | 'domain'>,
  device: Device,
  message: SipMessage,
): boolean {
  return headerValues(message, 'contact').every((contact) => {
    const { host } = parseUri(parseNameAddr(contact, 'Contact').uri, 'Contact');
    return host === domain || location.learnContactHost(device, host);
  });
}
