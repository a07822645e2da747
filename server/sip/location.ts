import { type DeviceIdentity, instanceId } from './identity.ts';
import type { SipSocket } from './socket.ts';

/** What a device registered (RFC 3261 10.3). */
export interface Binding {
  /** The Contact URI as the client wrote it: what requests to the device are sent to. */
  contact: string;
  /** `+sip.instance` and `reg-id` as given, repeated in answers so that the client recognises its own contact. */
  params: readonly string[];
  hasInstance: boolean;
  /** Milliseconds since the epoch. */
  expiresAt: number;
  callId: string;
  cseq: number;
}

/** A device whose socket is live. Dialogs reach it through {@link Location}, whichever socket it has now. */
export interface Device {
  readonly identity: DeviceIdentity;
  socket: SipSocket;
  binding: Binding | undefined;
  /** Hosts of the Contacts it has used, oldest first: browsers invent one `.invalid` host per page (RFC 7118 5). */
  readonly contactHosts: Set<string>;
}

/** The page that is, the one before it, and two to spare. */
const MAX_CONTACT_HOSTS = 4;

/**
 * Where every device is. It holds live sockets only: a device whose socket is gone is forgotten, and is back with its
 * next REGISTER. Nothing here outlives its socket, so its size is bounded by the number of sockets.
 */
export class Location {
  readonly #byExtension = new Map<string, Map<string, Device>>();
  readonly #byContactHost = new Map<string, Device>();

  /** `onReplaced`: a device has proved itself on another socket, and this one, open or not, is its path no more. */
  constructor(
    private readonly onReplaced: (socket: SipSocket) => void = () => undefined,
    private readonly now: () => number = Date.now,
  ) {}

  /** The device spoke on this socket and proved who it is: from now on it is reached there. */
  attach(identity: DeviceIdentity, socket: SipSocket): Device {
    const devices = this.#byExtension.get(identity.extension) ?? new Map<string, Device>();
    this.#byExtension.set(identity.extension, devices);
    const known = devices.get(identity.device);
    if (known) {
      const before = known.socket;
      known.socket = socket;
      if (before !== socket) this.onReplaced(before);
      return known;
    }
    const device: Device = { identity, socket, binding: undefined, contactHosts: new Set() };
    devices.set(identity.device, device);
    return device;
  }

  /** False when another live device uses this host: taking it over would redirect that device's calls. */
  learnContactHost(device: Device, host: string): boolean {
    const owner = this.#byContactHost.get(host);
    if (owner && owner !== device) return false;
    device.contactHosts.delete(host);
    device.contactHosts.add(host);
    this.#byContactHost.set(host, device);
    for (const oldest of device.contactHosts) {
      if (device.contactHosts.size <= MAX_CONTACT_HOSTS) break;
      device.contactHosts.delete(oldest);
      this.#byContactHost.delete(oldest);
    }
    return true;
  }

  /** Forgets the devices whose live path this socket was; one that has moved to a newer socket stays. */
  detach(socket: SipSocket): void {
    const identity = socket.identity;
    const devices = identity && this.#byExtension.get(identity.extension);
    const device = identity && devices?.get(identity.device);
    if (!devices || device?.socket !== socket) return;
    devices.delete(identity.device);
    if (devices.size === 0) this.#byExtension.delete(identity.extension);
    for (const host of device.contactHosts) this.#byContactHost.delete(host);
  }

  /** The device that a socket speaks for, when the socket is its live path. */
  deviceOf(socket: SipSocket): Device | undefined {
    const device = socket.identity && this.#byExtension.get(socket.identity.extension)?.get(socket.identity.device);
    return device?.socket === socket ? device : undefined;
  }

  /** Every live device of an extension with a registration that has not expired: what an INVITE rings. */
  registered(extension: string): Device[] {
    return this.#devices(extension).filter((device) => this.#isRegistered(device));
  }

  /** The live device behind a GRUU (RFC 5627 5.2), registered or not: a call outlives an unregistration. */
  byInstance(extension: string, instance: string): Device | undefined {
    const wanted = instance.toLowerCase();
    return this.#devices(extension).find((device) => instanceId(device.identity) === wanted && device.socket.open);
  }

  byContactHost(host: string): Device | undefined {
    const device = this.#byContactHost.get(host);
    return device?.socket.open ? device : undefined;
  }

  #devices(extension: string): Device[] {
    return [...(this.#byExtension.get(extension)?.values() ?? [])];
  }

  #isRegistered(device: Device): boolean {
    return device.socket.open && device.binding !== undefined && device.binding.expiresAt > this.now();
  }

  get size(): number {
    let devices = 0;
    for (const each of this.#byExtension.values()) devices += each.size;
    return devices;
  }
}
