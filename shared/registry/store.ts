/**
 * The registry's database as data: the worker writes it, pages read it. Version 2.
 *
 * `live`      calls that are not over, by id
 * `history`   finished calls, by id; indexes page and filter at the same cost for 100,000 calls as for 1,000
 * `log`       one entry per committed submission, by its gapless `rev`; unique by the submission's id: exactly once
 * `meta`      one record: revision, host, settings
 * `wakeups`   how to answer the switchboard for a call that came by push, by our call id (since version 2)
 * `outbox`    what the worker still has to tell the switchboard, in order (since version 2)
 */

import { isMissed } from '../calls/missed.ts';
import type { CallRecord } from '../calls/record.ts';
import type { Host, Outcome, Settings } from './input.ts';

export const DATABASE = 'switchhook';
export const DATABASE_VERSION = 2;

/** A finished call with the fields that its indexes read; IndexedDB indexes no booleans. */
export interface StoredCall extends CallRecord {
  handle: string;
  /** 1 for a missed call, absent otherwise: the index holds the missed ones only. */
  missed?: 1;
  /** 1 while the person has not looked at it. */
  unseenMark?: 1;
  /** Lower-case words of name and number, each followed by the inverted end time: a prefix search comes newest first per word. */
  words: string[];
}

export interface LogEntry {
  rev: number;
  id: string;
  at: number;
  /** The calls that changed. */
  calls: string[];
  outcome: Outcome;
}

export interface MetaRecord {
  key: 'registry';
  rev: number;
  host: Host | null;
  settings: Settings;
  /** How many finished calls there are: counting 100,000 records costs 50 ms, a number nothing. */
  finished: number;
}

/** The worker's way back to the switchboard for one call, as its push brought it. */
export interface Wakeup {
  /** Ours. */
  callId: string;
  url: string;
  token: string;
  /** ms since the epoch, by this device's clock: when the ring is over. */
  until: number;
}

/** Something that the switchboard is to be told about a call, once there is a network. */
export interface Errand {
  /** Order; given by the database. */
  n?: number;
  callId: string;
  action: 'ringing' | 'answer' | 'decline';
  everywhere: boolean;
  /** For `answer`: gives the claim back, the call could not be taken. */
  release: boolean;
  url: string;
  token: string;
  until: number;
}

/** The schema in the form that `idb` reads its types from. */
export interface RegistryStores {
  live: { key: string; value: CallRecord; indexes: { network: [string, string, string] } };
  history: {
    key: string;
    value: StoredCall;
    indexes: {
      endedAt: number;
      peer: [string, number];
      direction: [string, number];
      missed: [number, number];
      unseen: number;
      words: string;
      network: [string, string, string];
    };
  };
  log: { key: number; value: LogEntry; indexes: { id: string } };
  meta: { key: string; value: MetaRecord };
  wakeups: { key: string; value: Wakeup };
  outbox: { key: number; value: Errand };
}

/** How many log entries are kept: the window in which a repeated id is recognised. A busy day has some thousands. */
export const LOG_KEPT = 20_000;

/** Room for an end time in ms, so that the inverse sorts as text: 15 digits last until the year 33,658. */
const TIME_DIGITS = 15;
const TIME_CEILING = 10 ** TIME_DIGITS;

const MAX_WORDS = 8;

export function stored(call: CallRecord): StoredCall {
  const endedAt = call.endedAt ?? 0;
  const inverse = String(TIME_CEILING - endedAt).padStart(TIME_DIGITS, '0');
  return {
    ...call,
    handle: call.peer.handle,
    words: searchWords(`${call.peer.displayName ?? ''} ${call.peer.handle}`).map((word) => `${word}\u0000${inverse}`),
    ...(isMissed(call) ? { missed: 1 as const } : {}),
    ...(call.unseen ? { unseenMark: 1 as const } : {}),
  };
}

/** Words as they are searched: lower case, without diacritics, so that "nguyen" finds "Nguyễn". */
export function searchWords(text: string): string[] {
  const plain = text
    .normalize('NFD')
    .replace(/\p{Mark}/gu, '')
    .replaceAll(/[đĐ]/gu, 'd')
    .toLowerCase();
  return [...new Set(plain.split(/[^\p{Letter}\p{Number}*#+]+/u).filter(Boolean))].slice(0, MAX_WORDS);
}
