import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Account, AccountRepository } from '../storage/accounts.ts';
import type { SessionRepository, SessionRow } from '../storage/sessions.ts';

export interface LiveSession {
  session: SessionRow;
  account: Account;
}

/** Told when sessions end before their time, so that their sockets end too. */
export interface SessionListener {
  sessionEnded(sessionId: string): void;
  accountLoggedOut(accountId: string): void;
}

/** Bytes of a session token: 256 bits cannot be guessed. */
const TOKEN_BYTES = 32;
const MS_PER_DAY = 86_400_000;

export class Sessions {
  constructor(
    private readonly sessions: SessionRepository,
    private readonly accounts: AccountRepository,
    private readonly listener: SessionListener,
    private readonly days: number,
    private readonly now: () => number = Date.now,
  ) {}

  /** Seconds that a new session lives. */
  get maxAgeSeconds(): number {
    return (this.days * MS_PER_DAY) / 1000;
  }

  /** A new session; its token is for the cookie and is not kept. */
  async start(account: Account): Promise<{ token: string; session: SessionRow }> {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const createdAt = this.now();
    const session = { id: randomUUID(), accountId: account.id, expiresAt: createdAt + this.days * MS_PER_DAY };
    await this.sessions.insert({ ...session, tokenHash: hashToken(token), createdAt });
    return { token, session };
  }

  async find(token: string | undefined): Promise<LiveSession | undefined> {
    if (!token) return undefined;
    const session = await this.sessions.byTokenHash(hashToken(token), this.now());
    const account = session && (await this.accounts.byId(session.accountId));
    return account && { session, account };
  }

  async end(sessionId: string): Promise<void> {
    await this.sessions.delete(sessionId);
    this.listener.sessionEnded(sessionId);
  }

  /** A device of the account is gone, and so is every log-in that it has. @param asking the session that says so */
  async endOfDevice(accountId: string, device: string, asking: string): Promise<void> {
    for (const id of await this.sessions.ofDevice(accountId, device, asking)) await this.end(id);
  }

  /** Of these, those that have ended elsewhere (the account command, another switchboard on the database) end here, too. */
  async endGone(ids: readonly string[]): Promise<void> {
    for (const id of await this.sessions.gone(ids)) this.listener.sessionEnded(id);
  }

  async endAll(accountId: string): Promise<void> {
    await this.sessions.deleteOfAccount(accountId);
    this.listener.accountLoggedOut(accountId);
  }
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
