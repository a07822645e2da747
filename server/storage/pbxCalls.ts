import type { Database } from './database.ts';

/** A call that rings at a PBX, and the gateway that looks after it. */
export interface PbxCallRow {
  callId: string;
  /** Of the ring's tokens: the same after another gateway has taken over. */
  ringId: string;
  owner: Owner;
  /** JSON; for who takes over. */
  facts: string;
}

export interface Owner {
  /** Of one run of one gateway. */
  id: string;
  /** Where the other gateways reach it. */
  url: string;
}

/**
 * Which gateway wakes, resends and answers for which call: one at a time, as long as its lease runs. Whoever finds a lease
 * that has run out may take the call; the database decides between two.
 */
export class PbxCallRepository {
  constructor(private readonly db: Database) {}

  /** The call is the owner's, unless another has it: then that one is returned. */
  async open(call: PbxCallRow, now: number, leaseUntil: number): Promise<PbxCallRow | undefined> {
    const { callId, ringId, owner, facts } = call;
    const values = { ring_id: ringId, owner: owner.id, owner_url: owner.url, lease_until: leaseUntil, facts };
    await this.db
      .insertInto('pbx_calls')
      .values({ call_id: callId, ...values })
      .onConflict((conflict) => conflict.column('call_id').doUpdateSet(values).where('pbx_calls.lease_until', '<', now))
      .execute();
    const row = await this.get(callId);
    return row?.ringId === ringId ? undefined : row;
  }

  async get(callId: string): Promise<PbxCallRow | undefined> {
    const row = await this.db.selectFrom('pbx_calls').selectAll().where('call_id', '=', callId).executeTakeFirst();
    return row && toCall(row);
  }

  async setFacts(callId: string, owner: Owner, facts: string): Promise<void> {
    await this.db
      .updateTable('pbx_calls')
      .set({ facts })
      .where('call_id', '=', callId)
      .where('owner', '=', owner.id)
      .execute();
  }

  /** @returns the Call-IDs that are still the owner's */
  async renew(owner: Owner, leaseUntil: number): Promise<string[]> {
    const rows = await this.db
      .updateTable('pbx_calls')
      .set({ lease_until: leaseUntil })
      .where('owner', '=', owner.id)
      .returning('call_id')
      .execute();
    return rows.map((row) => row.call_id);
  }

  /** One whose owner is known to be gone; false when somebody else was faster. */
  async take(callId: string, from: Owner, owner: Owner, leaseUntil: number): Promise<boolean> {
    const { numUpdatedRows } = await this.db
      .updateTable('pbx_calls')
      .set({ owner: owner.id, owner_url: owner.url, lease_until: leaseUntil })
      .where('call_id', '=', callId)
      .where('owner', '=', from.id)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  /** Those whose lease has run out, now the owner's. */
  async takeAbandoned(owner: Owner, now: number, leaseUntil: number): Promise<PbxCallRow[]> {
    const rows = await this.db
      .updateTable('pbx_calls')
      .set({ owner: owner.id, owner_url: owner.url, lease_until: leaseUntil })
      .where('lease_until', '<', now)
      .returningAll()
      .execute();
    return rows.map(toCall);
  }

  /** Their owner stops, and will not look after them any more. */
  async abandon(owner: Owner): Promise<void> {
    await this.db.updateTable('pbx_calls').set({ lease_until: 0 }).where('owner', '=', owner.id).execute();
  }

  async remove(callId: string, owner: Owner): Promise<void> {
    await this.db.deleteFrom('pbx_calls').where('call_id', '=', callId).where('owner', '=', owner.id).execute();
  }
}

function toCall(row: {
  call_id: string;
  ring_id: string;
  owner: string;
  owner_url: string;
  facts: string;
}): PbxCallRow {
  return {
    callId: row.call_id,
    ringId: row.ring_id,
    owner: { id: row.owner, url: row.owner_url },
    facts: row.facts,
  };
}
