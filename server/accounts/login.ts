import { SwitchhookError } from '../../shared/errors.ts';
import type { Limits } from '../limits.ts';
import type { Account, AccountRepository, AccountWithPassword } from '../storage/accounts.ts';
import type { LoginFailureRepository } from '../storage/loginFailures.ts';
import { hashPassword, verifyPassword } from './passwords.ts';

/** `lockedOut`, with when to come back. */
export class LockedOutError extends SwitchhookError {
  constructor(readonly retryAfterSeconds: number) {
    super('lockedOut', { reason: `too many wrong passwords; try again in ${retryAfterSeconds} seconds` });
  }
}

/** Checks passwords. An unknown name takes the same time and gets the same answers as a known one. */
export class LoginService {
  #decoy: Promise<string> | undefined;

  constructor(
    private readonly accounts: AccountRepository,
    private readonly failures: LoginFailureRepository,
    private readonly limits: Pick<Limits, 'wrongPasswords' | 'lockOutSeconds' | 'scryptCost'>,
    private readonly now: () => number = Date.now,
  ) {}

  /** @throws SwitchhookError `wrongCredentials` or `lockedOut` */
  async check(username: string, password: string): Promise<Account> {
    const name = username.toLowerCase();
    await this.#countAttempt(name);
    const account = await this.accounts.byUsername(name);
    if (!(await this.#matches(account, password)) || !account) {
      throw new SwitchhookError('wrongCredentials', { reason: 'the user name or the password is wrong' });
    }
    await this.failures.clear(name);
    return account;
  }

  async #matches(account: AccountWithPassword | undefined, password: string): Promise<boolean> {
    this.#decoy ??= hashPassword('', this.limits.scryptCost);
    return verifyPassword(password, account?.passwordHash ?? (await this.#decoy));
  }

  /** Counts before the password is looked at, so that attempts side by side are no way around the limit. */
  async #countAttempt(name: string): Promise<void> {
    const { wrongPasswords, lockOutSeconds } = this.limits;
    const now = this.now();
    const known = await this.failures.get(name);
    if (known && known.lockedUntil > now) throw new LockedOutError(Math.ceil((known.lockedUntil - now) / 1000));
    const lockEnded = known !== undefined && known.lockedUntil > 0;
    const recent = known !== undefined && !lockEnded && now - known.lastAt < lockOutSeconds * 1000;
    const failures = (recent ? known.failures : 0) + 1;
    const lockedUntil = failures > wrongPasswords ? now + lockOutSeconds * 1000 : 0;
    await this.failures.put(name, { failures, lastAt: now, lockedUntil });
    if (lockedUntil > 0) throw new LockedOutError(lockOutSeconds);
  }
}
