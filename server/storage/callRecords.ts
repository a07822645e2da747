import { randomUUID } from 'node:crypto';
import type { CallRecordStore, CallStart } from '../sip/callLog.ts';
import type { Database } from './database.ts';

export interface CallRecord {
  callId: string;
  caller: string;
  callee: string;
  startedAt: number;
  answeredAt: number | null;
  endedAt: number | null;
  finalCode: number | null;
}

/** A call that nobody answered, and who it was from as the directory knows them now. */
export interface MissedCall {
  callId: string;
  peer: { handle: string; displayName: string | null; avatarUrl: string | null; userId: string | null };
  createdAt: number;
  endedAt: number;
}

/** Somebody was there and said no: 486, 600 and 603 are no missed calls. */
const DECLINED = [486, 600, 603];

/** Characters of the callee column; what was dialled may be longer than any extension. */
const MAX_CALLEE = 255;
/** The status of an answered INVITE (RFC 3261 13.2.2.4). */
const ANSWERED = 200;

export class CallRecordRepository implements CallRecordStore {
  constructor(private readonly db: Database) {}

  async started(call: CallStart): Promise<string> {
    const id = randomUUID();
    await this.db
      .insertInto('call_records')
      .values({
        id,
        call_id: call.callId,
        caller: call.caller,
        callee: call.callee.slice(0, MAX_CALLEE),
        started_at: call.startedAt,
        answered_at: null,
        ended_at: null,
        final_code: null,
      })
      .execute();
    return id;
  }

  async answered(id: string, at: number): Promise<void> {
    await this.db
      .updateTable('call_records')
      .set({ answered_at: at, final_code: ANSWERED })
      .where('id', '=', id)
      .execute();
  }

  async failed(id: string, code: number, at: number): Promise<void> {
    await this.db.updateTable('call_records').set({ ended_at: at, final_code: code }).where('id', '=', id).execute();
  }

  async hungUp(callId: string, extension: string, at: number): Promise<void> {
    await this.db
      .updateTable('call_records')
      .set({ ended_at: at })
      .where('call_id', '=', callId)
      .where('answered_at', 'is not', null)
      .where('ended_at', 'is', null)
      .where((e) => e.or([e('caller', '=', extension), e('callee', '=', extension)]))
      .execute();
  }

  /** All records of a Call-ID, the oldest first: an INVITE that was sent again has one each. */
  async byCallId(callId: string): Promise<CallRecord[]> {
    const rows = await this.db
      .selectFrom('call_records')
      .selectAll()
      .where('call_id', '=', callId)
      .orderBy('started_at')
      .execute();
    return rows.map((row) => ({
      callId: row.call_id,
      caller: row.caller,
      callee: row.callee,
      startedAt: Number(row.started_at),
      answeredAt: row.answered_at === null ? null : Number(row.answered_at),
      endedAt: row.ended_at === null ? null : Number(row.ended_at),
      finalCode: row.final_code,
    }));
  }

  /** Calls to `callee` that nobody answered and that ended after `since`, newest first. */
  async missed(callee: string, since: number, limit: number): Promise<MissedCall[]> {
    const rows = await this.db
      .selectFrom('call_records as c')
      .leftJoin('accounts as a', 'a.extension', 'c.caller')
      .select(['c.call_id', 'c.caller', 'c.started_at', 'c.ended_at', 'a.id', 'a.display_name', 'a.avatar_url'])
      .where('c.callee', '=', callee)
      .where('c.caller', '<>', callee)
      .where('c.answered_at', 'is', null)
      .where('c.ended_at', '>', since)
      .where('c.final_code', 'not in', DECLINED)
      .orderBy('c.ended_at', 'desc')
      .limit(limit)
      .execute();
    return rows.map((row) => ({
      callId: row.call_id,
      peer: { handle: row.caller, displayName: row.display_name, avatarUrl: row.avatar_url, userId: row.id },
      createdAt: Number(row.started_at),
      endedAt: Number(row.ended_at),
    }));
  }
}
