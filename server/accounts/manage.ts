/** Making, changing and removing accounts: what an administrator does, and no request over HTTP. */

import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { SwitchhookError } from '../../shared/errors.ts';
import { extension, loginRequest } from '../../shared/http/api.ts';
import { parse } from '../../shared/validate.ts';
import type { Account, AccountRepository } from '../storage/accounts.ts';
import type { LoginFailureRepository } from '../storage/loginFailures.ts';
import type { SessionRepository } from '../storage/sessions.ts';
import { hashPassword } from './passwords.ts';

export const newAccount = v.object({
  username: loginRequest.entries.username,
  extension,
  /** 128: the column's. */
  displayName: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(128)),
  /** At least 8 characters: NIST SP 800-63B 5.1.1.1. At most what a log-in takes. */
  password: v.pipe(v.string(), v.minLength(8), v.maxLength(256)),
});
export type NewAccountRequest = v.InferOutput<typeof newAccount>;

export interface Repositories {
  accounts: AccountRepository;
  sessions: SessionRepository;
  failures: LoginFailureRepository;
}

export class AccountManager {
  constructor(
    private readonly repositories: Repositories,
    private readonly scryptCost: number,
  ) {}

  /** @throws SwitchhookError `invalidArgument`; `storage` when the name or the extension is taken */
  async add(request: NewAccountRequest): Promise<void> {
    const { password, ...account } = parse(newAccount, request, 'account');
    const passwordHash = await hashPassword(password, this.scryptCost);
    const fixed = { avatarUrl: null, demo: false, id: randomUUID(), createdAt: Date.now() };
    try {
      await this.repositories.accounts.insert({ ...account, ...fixed, passwordHash });
    } catch (cause) {
      throw new SwitchhookError('storage', { reason: await this.#whyNot(account), cause });
    }
  }

  list(): Promise<Account[]> {
    return this.repositories.accounts.list();
  }

  /** Its log-ins, devices and subscriptions go with it; its call records stay. @throws SwitchhookError `notFound` */
  async remove(username: string): Promise<void> {
    const { id } = await this.#named(username);
    await this.repositories.accounts.remove(id);
    await this.repositories.failures.clear(username.toLowerCase());
  }

  /** Ends its log-ins and its lock-out: whoever knew the old password is out. @throws SwitchhookError `notFound`, `invalidArgument` */
  async setPassword(username: string, password: string): Promise<void> {
    const { id } = await this.#named(username);
    const checked = parse(newAccount.entries.password, password, 'password');
    await this.repositories.accounts.setPasswordHash(id, await hashPassword(checked, this.scryptCost));
    await this.repositories.sessions.deleteOfAccount(id);
    await this.repositories.failures.clear(username.toLowerCase());
  }

  async #named(username: string): Promise<Account> {
    const account = await this.repositories.accounts.byUsername(username);
    if (!account) throw new SwitchhookError('notFound', { reason: `there is no account ${username}` });
    return account;
  }

  async #whyNot({ username, extension: number }: { username: string; extension: string }): Promise<string> {
    const { accounts } = this.repositories;
    if (await accounts.byUsername(username)) return `the user name ${username} is taken`;
    const owner = await accounts.byExtension(number);
    return owner ? `the extension ${number} is taken by ${owner.username}` : 'the account was not created';
  }
}
