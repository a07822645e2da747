/** Whose device it is: what a digest answer proves, and what the proxy decides by. */
export interface DeviceIdentity {
  accountId: string;
  /** The user part of the address of record. */
  extension: string;
  displayName: string;
  /** The device id, a UUID in lower case; the SIP instance id is `urn:uuid:<device>` (RFC 5626 4.1). */
  device: string;
}

export function instanceId(identity: Pick<DeviceIdentity, 'device'>): string {
  return `urn:uuid:${identity.device}`;
}

/** One browser profile may hold devices of several accounts, and all of them have its device id. */
export function isSameDevice(one: DeviceIdentity, other: DeviceIdentity): boolean {
  return one.accountId === other.accountId && one.device === other.device;
}

/** Public GRUU (RFC 5627 3.1.1): reaches this device whichever socket it is on. */
export function publicGruu(identity: DeviceIdentity, domain: string): string {
  return `sip:${encodeURIComponent(identity.extension)}@${domain};gr=${instanceId(identity)}`;
}
