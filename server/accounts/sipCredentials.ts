import { randomBytes } from 'node:crypto';
import type { SipCredentials } from '../../shared/http/api.ts';
import type { Config } from '../config.ts';
import { ha1Of } from '../sip/digest.ts';
import type { SipCredentialsRepository } from '../storage/sipCredentials.ts';
import type { LiveSession } from './sessions.ts';

/** Path of the SIP WebSocket on the switchboard's own origin. */
export const SIP_PATH = '/sip';
/** Characters of the device id in the digest user: enough to tell the devices of one person apart in a log. */
const DEVICE_PREFIX = 8;
/** Bytes: as much as the MD5 that the digest is made of can carry. */
const PASSWORD_BYTES = 16;

/** Makes SIP credentials for one device of the session's account; only their HA1 is kept. */
export async function issueSipCredentials(
  repository: SipCredentialsRepository,
  { session, account }: LiveSession,
  deviceId: string,
  { sipDomain: domain, pbx }: Pick<Config, 'sipDomain' | 'pbx'>,
): Promise<SipCredentials> {
  const device = deviceId.toLowerCase();
  const authUser = `${account.extension}.${device.slice(0, DEVICE_PREFIX)}`;
  const password = randomBytes(PASSWORD_BYTES).toString('base64url');
  await repository.replace({
    authUser,
    accountId: account.id,
    device,
    sessionId: session.id,
    ha1: ha1Of(authUser, domain, password),
    createdAt: Date.now(),
  });
  const uri = `sip:${encodeURIComponent(account.extension)}@${domain}`;
  return { uri, domain, authUser, password, wsPath: pbx.url ?? SIP_PATH };
}
