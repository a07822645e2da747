import { SwitchhookError } from '../../shared/errors.ts';
import { challengeHeader, digestMatches, parseDigestAnswer } from './digest.ts';
import { headerValues, type SipRequest } from './headers.ts';
import type { DeviceIdentity } from './identity.ts';
import type { Received } from './message.ts';
import type { Nonces } from './nonces.ts';
import type { Refusal } from './responses.ts';
import type { SipSocket } from './socket.ts';

/** Credentials of one device, as stored. */
export interface StoredCredentials {
  identity: DeviceIdentity;
  /** MD5(authUser:realm:password), hex. */
  ha1: string;
}

export interface CredentialsSource {
  findCredentials(authUser: string): Promise<StoredCredentials | undefined>;
}

export type AuthResult = { kind: 'accepted'; identity: DeviceIdentity } | { kind: 'refused'; refusal: Refusal };

/** Checks who sent a request (RFC 3261 22): 401 for a REGISTER, 407 for what is proxied. */
export class Authenticator {
  constructor(
    private readonly realm: string,
    private readonly nonces: Nonces,
    private readonly credentials: CredentialsSource,
  ) {}

  async check(request: Received<SipRequest>, socket: SipSocket): Promise<AuthResult> {
    const register = request.method === 'REGISTER';
    const challenge = (stale: boolean): AuthResult => ({
      kind: 'refused',
      refusal: {
        status: register ? 401 : 407,
        headers: [challengeHeader(this.realm, this.nonces.issue(), { proxy: !register, stale })],
      },
    });
    const answer = headerValues(request, register ? 'authorization' : 'proxy-authorization')
      .map(parseDigestAnswer)
      .find((each) => each?.realm === this.realm);
    if (!answer) return challenge(false);
    // The URI is part of what is hashed: one answer is good for one target only (RFC 7616 3.4.6).
    if (answer.uri !== request.uri) throw wrongUri();
    const nonce = this.nonces.judge(answer.nonce);
    if (nonce === 'forged') return challenge(false);
    const stored = await this.credentials.findCredentials(answer.username);
    if (!stored || !digestMatches(stored.ha1, request.method, answer)) return challenge(false);
    if (nonce === 'stale' || !this.nonces.use(answer.nonce, answer.nc)) return challenge(true);
    if (stored.identity.accountId !== socket.session.accountId) {
      return { kind: 'refused', refusal: { status: 403, reason: 'Credentials of another account' } };
    }
    return { kind: 'accepted', identity: stored.identity };
  }
}

function wrongUri(): SwitchhookError {
  return new SwitchhookError('invalidArgument', {
    reason: 'Authorization: uri differs from the Request-URI',
    field: 'Authorization',
  });
}
