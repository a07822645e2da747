/** A user of the phone: a browser with a profile, a voice, permissions and a desktop of their own. */

import { type BrowserContext, chromium, type Page } from '@playwright/test';
import { ALL_PERMISSIONS, createProfile, type UserOptions } from './profile.ts';

export interface UserBrowser {
  context: BrowserContext;
  /** The tab that the browser started with. */
  page: Page;
  /** Closes the browser and removes its profile. */
  close(): Promise<void>;
}

/** A persistent context: clicks on the notifications of an incognito one are never delivered. */
export async function launchUser(options: UserOptions): Promise<UserBrowser> {
  const { executablePath, directory, args, env, remove } = createProfile(options);
  try {
    const context = await chromium.launchPersistentContext(directory, { executablePath, headless: true, args, env });
    // One call: each takes back what the one before has granted.
    await context.grantPermissions([...(options.permissions ?? ALL_PERMISSIONS)]);
    const page = context.pages()[0] ?? (await context.newPage());
    const close = async () => {
      await context.close();
      remove();
    };
    return { context, page, close };
  } catch (error) {
    remove();
    throw error;
  }
}
