import type { ExpressionBuilder, Selectable } from 'kysely';
import type { Database } from './database.ts';
import type { LiveCallsTable, Schema } from './schema.ts';

/** One end of a dialog, by what the other end's devices need of it. */
export interface LiveParty {
  /** Account. */
  account: string;
  /** UUID, lower case; null for a telephone that is no device of ours. */
  device: string | null;
  tag: string;
  /** GRUU; null where other devices cannot reach it. */
  target: string | null;
}

export interface ConfirmedDialog {
  callId: string;
  caller: LiveParty;
  callee: LiveParty;
  /** Call-ID of the dialog in whose place this one says that it is. */
  replaced: string | null;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** A dialog as one of its two sides has it. */
export interface StoredSide {
  callId: string;
  direction: 'incoming' | 'outgoing';
  mine: LiveParty & { device: string };
  far: LiveParty & { target: string; extension: string; displayName: string };
  answeredAt: number;
}

/** Dialogs of one account: as many as it may have devices (limits.ts). The earliest are forgotten first. */
const MAX_PER_ACCOUNT = 32;

/** The calls that are going on at a PBX, until they end or nobody refreshes them. */
export class LiveCallRepository {
  constructor(private readonly db: Database) {}

  /** The first that is told of a Call-ID counts. */
  async confirmed({ callId, caller, callee, replaced, expiresAt }: ConfirmedDialog, now: number): Promise<void> {
    await this.db.transaction().execute(async (trx) => {
      // By an answer of one of its parties only: nobody else can say that it is over.
      const earlier =
        replaced === null
          ? undefined
          : await trx
              .deleteFrom('live_calls')
              .where('call_id', '=', replaced)
              .where(hasParty(callee.account))
              .returningAll()
              .executeTakeFirst();
      // A call that is taken up is the same one; one that is handed on to somebody else is another.
      const isSame = earlier && [earlier.caller, earlier.callee].includes(caller.account);
      await trx
        .insertInto('live_calls')
        .values({
          call_id: callId,
          first_call_id: isSame ? earlier.first_call_id : callId,
          caller: caller.account,
          caller_device: caller.device,
          caller_tag: caller.tag,
          caller_target: caller.target,
          callee: callee.account,
          callee_device: callee.device,
          callee_tag: callee.tag,
          callee_target: callee.target,
          answered_at: earlier?.answered_at ?? now,
          expires_at: expiresAt,
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      for (const { account } of [caller, callee]) {
        const kept = trx
          .selectFrom('live_calls')
          .select('call_id')
          .where(hasParty(account))
          .orderBy('answered_at', 'desc')
          .orderBy('call_id')
          .limit(MAX_PER_ACCOUNT);
        await trx.deleteFrom('live_calls').where(hasParty(account)).where('call_id', 'not in', kept).execute();
      }
    });
  }

  /** By a party; anybody else changes nothing. */
  async refreshed(callId: string, account: string, expiresAt: number): Promise<void> {
    await this.db
      .updateTable('live_calls')
      .set({ expires_at: expiresAt })
      .where('call_id', '=', callId)
      .where(hasParty(account))
      .execute();
  }

  /**
   * A party has sent BYE.
   * @returns the Call-ID that the record of the ended call goes by; null: the call goes on in another dialog
   */
  async hungUp(callId: string, account: string): Promise<string | null> {
    const ended = await this.db
      .deleteFrom('live_calls')
      .where('call_id', '=', callId)
      .where(hasParty(account))
      .returning('first_call_id')
      .executeTakeFirst();
    const first = ended?.first_call_id ?? callId;
    const other = await this.db
      .selectFrom('live_calls')
      .select('call_id')
      .where('first_call_id', '=', first)
      .where(hasParty(account))
      .executeTakeFirst();
    return other ? null : first;
  }

  /** The far side knows nothing of it, says another device of a party than the one that had it: its end was not seen. */
  async gone(callId: string, account: string, device: string): Promise<void> {
    await this.db
      .deleteFrom('live_calls')
      .where('call_id', '=', callId)
      .where((e) =>
        e.or([
          e.and([e('caller', '=', account), e('caller_device', '<>', device)]),
          e.and([e('callee', '=', account), e('callee_device', '<>', device)]),
        ]),
      )
      .execute();
  }

  /** The calls of an account on its other devices that another device can take, newest first. */
  async elsewhere(account: string, device: string, now: number): Promise<StoredSide[]> {
    const rows = await this.db
      .selectFrom('live_calls as l')
      .innerJoin('accounts as a', 'a.id', 'l.caller')
      .innerJoin('accounts as b', 'b.id', 'l.callee')
      .selectAll('l')
      .select(['a.extension as caller_extension', 'a.display_name as caller_name'])
      .select(['b.extension as callee_extension', 'b.display_name as callee_name'])
      .where((e) => e.or([e('l.caller', '=', account), e('l.callee', '=', account)]))
      .where('l.expires_at', '>', now)
      .orderBy('l.answered_at', 'desc')
      .execute();
    return rows.flatMap((row) => sideOf(row, account) ?? []).filter(({ mine }) => mine.device !== device);
  }

  async deleteExpired(now: number): Promise<void> {
    await this.db.deleteFrom('live_calls').where('expires_at', '<=', now).execute();
  }
}

const hasParty = (account: string) => (e: ExpressionBuilder<Schema, 'live_calls'>) =>
  e.or([e('caller', '=', account), e('callee', '=', account)]);

type NamedRow = Selectable<LiveCallsTable> & {
  caller_extension: string;
  caller_name: string;
  callee_extension: string;
  callee_name: string;
};

function sideOf(row: NamedRow, account: string): StoredSide | undefined {
  // Between two devices of one person there is nothing to take: both are theirs already.
  if (row.caller === row.callee) return undefined;
  const { caller_device, caller_tag, caller_target, caller_extension, caller_name } = row;
  const { callee_device, callee_tag, callee_target, callee_extension, callee_name } = row;
  const caller = { account: row.caller, device: caller_device, tag: caller_tag, target: caller_target };
  const callee = { account: row.callee, device: callee_device, tag: callee_tag, target: callee_target };
  const callers = { ...caller, extension: caller_extension, displayName: caller_name };
  const callees = { ...callee, extension: callee_extension, displayName: callee_name };
  const [mine, far] = row.caller === account ? [callers, callees] : [callees, callers];
  if (mine.device === null || far.target === null) return undefined;
  return {
    callId: row.call_id,
    direction: mine === callers ? 'outgoing' : 'incoming',
    mine: { ...mine, device: mine.device },
    far: { ...far, target: far.target },
    answeredAt: Number(row.answered_at),
  };
}
