import type { StoredCredentials } from '../sip/authenticator.ts';
import { lockAccount } from './accounts.ts';
import type { Database } from './database.ts';

export interface NewSipCredentials {
  authUser: string;
  accountId: string;
  device: string;
  sessionId: string;
  ha1: string;
  createdAt: number;
}

/** SIP credentials, one per account and device. */
export class SipCredentialsRepository {
  constructor(
    private readonly db: Database,
    private readonly options: { demo: boolean },
  ) {}

  /** Stores new ones; the device's older ones, and any other under the same name, stop working. */
  async replace(credentials: NewSipCredentials): Promise<void> {
    const { authUser, accountId, device } = credentials;
    await this.db.transaction().execute(async (trx) => {
      await lockAccount(trx, accountId);
      await trx
        .deleteFrom('sip_credentials')
        .where((e) =>
          e.or([e('auth_user', '=', authUser), e.and([e('account_id', '=', accountId), e('device', '=', device)])]),
        )
        .execute();
      await trx
        .insertInto('sip_credentials')
        .values({
          auth_user: authUser,
          account_id: accountId,
          device,
          session_id: credentials.sessionId,
          ha1: credentials.ha1,
          created_at: credentials.createdAt,
        })
        .execute();
    });
  }

  /** With the account that they speak for; none while its session has run out. */
  async find(authUser: string, now: number): Promise<StoredCredentials | undefined> {
    const visible = this.db
      .selectFrom('sip_credentials as c')
      .innerJoin('accounts as a', 'a.id', 'c.account_id')
      .innerJoin('sessions as s', 's.id', 'c.session_id')
      .select(['c.ha1', 'c.device', 'a.id', 'a.extension', 'a.display_name'])
      .where('c.auth_user', '=', authUser)
      .where('s.expires_at', '>', now);
    const row = await (this.options.demo ? visible : visible.where('a.demo', '=', 0)).executeTakeFirst();
    if (!row) return undefined;
    const { id: accountId, extension, display_name: displayName, device, ha1 } = row;
    return { identity: { accountId, extension, displayName, device }, ha1 };
  }

  /** The device can register no more until it fetches new ones. */
  async removeDevice(accountId: string, device: string): Promise<void> {
    await this.db
      .deleteFrom('sip_credentials')
      .where('account_id', '=', accountId)
      .where('device', '=', device)
      .execute();
  }
}
