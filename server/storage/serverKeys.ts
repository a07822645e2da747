import type { Database } from './database.ts';

/** Keys that the server made for itself, by name. They are as secret as the database that holds them. */
export class ServerKeyRepository {
  constructor(private readonly db: Database) {}

  /** The key of this name; the first that asks makes it. Two that ask at once get the same one. */
  async getOrMake(name: string, make: () => string): Promise<string> {
    const known = await this.#get(name);
    if (known !== undefined) return known;
    await this.db
      .insertInto('server_keys')
      .values({ name, value: make() })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute();
    const { value } = await this.db
      .selectFrom('server_keys')
      .select('value')
      .where('name', '=', name)
      .executeTakeFirstOrThrow();
    return value;
  }

  async #get(name: string): Promise<string | undefined> {
    const row = await this.db.selectFrom('server_keys').select('value').where('name', '=', name).executeTakeFirst();
    return row?.value;
  }
}
