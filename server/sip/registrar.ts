import { parseSeconds } from './digest.ts';
import { type Header, header, headerValue, headerValues, optionTags, type SipRequest } from './headers.ts';
import { type DeviceIdentity, instanceId, publicGruu } from './identity.ts';
import type { Device, Location } from './location.ts';
import type { Received } from './message.ts';
import type { Refusal } from './responses.ts';
import { parseDigits, quote } from './scan.ts';
import type { SipSocket } from './socket.ts';
import { type NameAddr, parseNameAddr, parseUri } from './uri.ts';

/** Seconds. */
export interface RegistrationLimits {
  registerMinSeconds: number;
  registerMaxSeconds: number;
  registerDefaultSeconds: number;
}

/** What a REGISTER asks for, once read and found to be in order. */
type Wish =
  | { kind: 'fetch' }
  | { kind: 'removeAll' }
  | { kind: 'remove'; contact: string }
  | { kind: 'bind'; contact: string; host: string; params: string[]; hasInstance: boolean; seconds: number };

/**
 * The registrar (RFC 3261 10.3): one binding per device, which is also the owner of the credentials, so the newest
 * REGISTER of a device replaces its older one whichever page sent it (RFC 5626).
 */
export class Registrar {
  constructor(
    private readonly domain: string,
    private readonly location: Location,
    private readonly limits: RegistrationLimits,
    private readonly now: () => number = Date.now,
  ) {}

  /** The answer to a REGISTER of an authenticated device; a refusal leaves everything as it was. */
  register(request: Received<SipRequest>, identity: DeviceIdentity, socket: SipSocket): Refusal {
    const aor = parseUri(request.envelope.to.uri, 'To');
    const target = parseUri(request.uri, 'Request-URI');
    if (target.host !== this.domain || aor.host !== this.domain) return { status: 404, reason: 'Unknown domain' };
    if (aor.user !== identity.extension) return { status: 403, reason: 'Another account' };
    const wish = readWish(request, identity, this.limits);
    if ('status' in wish) return wish;
    const { callId, cseq } = request.envelope;
    const known = this.location.byInstance(identity.extension, instanceId(identity))?.binding;
    if (known?.callId === callId && cseq.number <= known.cseq) return { status: 500, reason: 'CSeq out of order' };
    if (wish.kind === 'bind' && !this.#bind(wish, request, this.location.attach(identity, socket))) {
      return { status: 403, reason: 'Contact host of another device' };
    }
    if (wish.kind === 'removeAll') for (const each of this.location.registered(aor.user)) each.binding = undefined;
    if (wish.kind === 'remove') {
      const device = this.location.registered(aor.user).find((each) => each.binding?.contact === wish.contact);
      if (device) device.binding = undefined;
    }
    return { status: 200, reason: 'OK', headers: this.#contacts(request, aor.user) };
  }

  #bind(wish: Wish & { kind: 'bind' }, request: Received<SipRequest>, device: Device): boolean {
    if (!this.location.learnContactHost(device, wish.host)) return false;
    device.binding = {
      contact: wish.contact,
      params: wish.params,
      hasInstance: wish.hasInstance,
      expiresAt: this.now() + wish.seconds * 1000,
      callId: request.envelope.callId,
      cseq: request.envelope.cseq.number,
    };
    return true;
  }

  /** All bindings of the address of record (RFC 3261 10.3, item 8), with GRUUs for who understands them. */
  #contacts(request: SipRequest, extension: string): Header[] {
    const gruu = optionTags(request, 'supported').includes('gruu');
    const contacts = this.location.registered(extension).flatMap(({ identity, binding }) => {
      if (!binding) return [];
      const params = [...binding.params, `expires=${Math.max(0, Math.round((binding.expiresAt - this.now()) / 1000))}`];
      if (gruu && binding.hasInstance) params.push(`pub-gruu=${quote(publicGruu(identity, this.domain))}`);
      return header('Contact', [`<${binding.contact}>`, ...params].join(';'));
    });
    return [...contacts, header('Date', new Date(this.now()).toUTCString())];
  }
}

function readWish(request: SipRequest, identity: DeviceIdentity, limits: RegistrationLimits): Wish | Refusal {
  const contacts = headerValues(request, 'contact');
  const [first, ...others] = contacts;
  if (first === undefined) return { kind: 'fetch' };
  if (others.length > 0) return { status: 400, reason: 'Contact: one per device' };
  const expires = headerValue(request, 'expires');
  // A client may add its usual parameters to the star.
  if (first === '*' || first.startsWith('*;')) {
    if (expires?.trim() !== '0') return { status: 400, reason: 'Contact: * needs Expires: 0' };
    return { kind: 'removeAll' };
  }
  return readContact(parseNameAddr(first, 'Contact'), expires, identity, limits);
}

function readContact(
  contact: NameAddr,
  expires: string | undefined,
  identity: DeviceIdentity,
  limits: RegistrationLimits,
): Wish | Refusal {
  const host = parseUri(contact.uri, 'Contact').host;
  const instance = contact.params.get('+sip.instance');
  if (instance !== undefined && instance.toLowerCase() !== `<${instanceId(identity)}>`) {
    return { status: 403, reason: 'Instance of another device' };
  }
  const text = contact.params.get('expires') ?? expires;
  const asked = text === undefined ? limits.registerDefaultSeconds : parseSeconds(text);
  if (asked === undefined) return { status: 400, reason: 'Expires: seconds expected' };
  if (asked === 0) return { kind: 'remove', contact: contact.uri };
  if (asked < limits.registerMinSeconds) {
    return { status: 423, headers: [header('Min-Expires', String(limits.registerMinSeconds))] };
  }
  // RFC 5626 4.2: reg-id is a small number; anything else in its place is left out.
  const regId = parseDigits(contact.params.get('reg-id') ?? '', 2 ** 31 - 1);
  const params = regId === undefined ? [] : [`reg-id=${regId}`];
  if (instance !== undefined) params.push(`+sip.instance=${quote(instance)}`);
  const seconds = Math.min(asked, limits.registerMaxSeconds);
  return { kind: 'bind', contact: contact.uri, host, params, hasInstance: instance !== undefined, seconds };
}
