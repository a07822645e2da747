/** What the proxy changes in a request before it passes it on (RFC 3261 16.6): pure functions. */
import { type Header, header, type SipRequest, withoutHeaders } from './headers.ts';
import type { DeviceIdentity } from './identity.ts';
import { maxForwards } from './routing.ts';
import { quote } from './scan.ts';

/**
 * One hop fewer, and without what was meant for us: the digest answer, and identities that only the switchboard may
 * assert (RFC 3325 5).
 */
export function forwarded<R extends SipRequest>(request: R): R {
  const kept = withoutHeaders(
    request.headers,
    'max-forwards',
    'proxy-authorization',
    'authorization',
    'p-asserted-identity',
    'p-preferred-identity',
  );
  const hops = header('Max-Forwards', String((maxForwards(request) ?? 1) - 1));
  return { ...request, headers: [...kept, hops] };
}

/** A request that starts something: the caller's checked identity, no Route of the client's choice. */
export function asserted<R extends SipRequest>(request: R, caller: DeviceIdentity, domain: string): R {
  const identity = header('P-Asserted-Identity', identityValue(caller, domain));
  return { ...request, headers: [...withoutHeaders(request.headers, 'route'), identity] };
}

/** Name and address of an account, as the switchboard vouches for them (RFC 3325 9.1). */
export function identityValue({ displayName, extension }: DeviceIdentity, domain: string): string {
  return `${quote(displayName)} <${addressOf(extension, domain)}>`;
}

/** Who has sent the sender (RFC 3892), by the switchboard's own word; what a phone writes there is removed. */
export function referredBy<R extends SipRequest>(request: R, referrer: string | undefined, domain: string): R {
  const kept = withoutHeaders(request.headers, 'referred-by');
  if (referrer === undefined) return { ...request, headers: kept };
  return { ...request, headers: [...kept, header('Referred-By', `<${addressOf(referrer, domain)}>`)] };
}

const addressOf = (extension: string, domain: string): string => `sip:${encodeURIComponent(extension)}@${domain}`;

/** Keeps the switchboard in the path of the dialog (RFC 3261 16.6, item 4). */
export function recordRouted<R extends SipRequest>(request: R, domain: string): R {
  const own: Header = header('Record-Route', `<sip:${domain};transport=ws;lr>`);
  return { ...request, headers: [own, ...request.headers] };
}
