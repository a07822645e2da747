/**
 * The seam between a ring and whatever wakes devices that have no live socket (push). The SIP side knows when a device
 * should be woken and what a device that was woken may do to the ring; how it is woken is none of its business.
 * Devices are named by their id; all of a ring are of one account.
 */
import type { DeviceIdentity } from './identity.ts';

/** What is known about a call that starts to ring. */
export interface RingFacts {
  callId: string;
  /** Of a ring that goes on elsewhere: what its devices were given stays good. A new one without it. */
  ringId?: string;
  caller: DeviceIdentity;
  video: boolean;
  /** Milliseconds since the epoch. */
  createdAt: number;
  expiresAt: number;
}

/** How a ring ended, and which device did it; `missed`: the ring time is over, or nobody is left who could answer. */
export interface RingEnd {
  cause: 'answered' | 'declined' | 'canceled' | 'missed';
  /** The final status that the caller got, or would have got. */
  status: number;
  by?: string;
}

/** What a device may do to a ring without a socket. After the ring has ended nothing of it has an effect. */
export interface RingControl {
  /** The ring waits for this device although it has no socket. */
  expect(device: string): void;
  /** It does not wait for it any more: 480 of this device. */
  giveUp(device: string): void;
  /** Whether the device has the call on a live socket and has said anything there. */
  reaches(device: string): boolean;
  /** It rings for a person: the caller may hear 180. */
  ringing(device: string): void;
  /** Its person declined: for this device, or for all. */
  decline(device: string, everywhere: boolean): void;
  /** Its person wants to answer: for `ms` the call is for this device only, and ends with 480 when that is over. */
  claim(device: string, ms: number): void;
  /** A claim is given back: the call ends with 480. */
  release(device: string): void;
}

/** Told about a ring as it goes on. */
export interface RingObserver {
  /** The INVITE went to the device on its socket. */
  offered(device: string): void;
  /** Its socket closed before an answer. True: it is expected, so the ring goes on. */
  lost(device: string): boolean;
  /** It refused on its socket. */
  refused(device: string): void;
  ended(end: RingEnd): void;
}

/** One ring by other means than a socket. */
export interface WakeRing extends RingObserver {
  /** Starts: wakes every device that is not among those with a live registration, and watches these. */
  begin(control: RingControl, live: ReadonlySet<string>): void;
  /** Another server goes on with it: from here nothing more is sent, and nothing said. */
  letGo(): void;
}

/** The devices of one account that can be woken, for one call. */
export interface Wakeable {
  readonly devices: ReadonlySet<string>;
  /** A ring of these devices; of all when it is not said. */
  ring(facts: RingFacts, only?: ReadonlySet<string>): WakeRing;
}

export interface Waker {
  /** Who of this extension could be woken for a call of `caller`; undefined when there is nobody. Never rejects. */
  find(extension: string, caller: DeviceIdentity): Promise<Wakeable | undefined>;
}
