import { randomUUID } from 'node:crypto';
import type { DemoAccounts } from '../../shared/http/api.ts';
import type { AccountRepository } from '../storage/accounts.ts';
import { hashPassword } from './passwords.ts';

/** Everybody knows these passwords: the accounts exist on a loopback address only. */
export const demoAccounts: DemoAccounts['accounts'] = [
  { username: '101', password: 'demo-101', displayName: 'Nguyễn Thị Mai' },
  { username: '102', password: 'demo-102', displayName: 'Trần Văn Hùng' },
  { username: '103', password: 'demo-103', displayName: 'Alice Carter' },
  { username: '104', password: 'demo-104', displayName: 'Ben Okafor' },
];

/** Creates those that are missing; their extension is their user name. */
export async function createDemoAccounts(accounts: AccountRepository, scryptCost: number): Promise<void> {
  await Promise.all(
    demoAccounts.map(async ({ username, password, displayName }) => {
      if (await accounts.byExtension(username)) return;
      const passwordHash = await hashPassword(password, scryptCost);
      const fixed = { username, extension: username, displayName, avatarUrl: null, demo: true };
      // Another gateway on the same database may be starting, too.
      await accounts.insertIfMissing({ ...fixed, id: randomUUID(), passwordHash, createdAt: Date.now() });
    }),
  );
}
