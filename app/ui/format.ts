/** Names, times and durations as people read them. */
import type { CallRecord, Peer } from '../../shared/calls/record.ts';
import { type Language, text } from '../../shared/i18n/messages.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export function peerName(peer: Peer, language: Language): string {
  return peer.displayName || peer.handle || text(language, 'app.unknownCaller');
}

/** At most two letters: of the first and the last word, for in Vietnamese the given name is the last one. */
export function initials(name: string): string {
  const words = name.match(/\p{L}[\p{L}\p{M}]*/gu) ?? [];
  const [first, last] = [words[0], words.length > 1 ? words.at(-1) : undefined];
  const letters = [first, last].map((word) => (word ? [...word][0] : '')).join('');
  return letters.toLocaleUpperCase() || '#';
}

/** Text to search in: small letters without diacritics, đ as d. */
export function fold(value: string): string {
  return value.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('đ', 'd').trim();
}

/** `0:07`, `12:30`, `1:02:03`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / SECOND));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

/** How long the two spoke; null when they did not. */
export function talkTime({ answeredAt, endedAt }: CallRecord): string | null {
  return answeredAt === null || endedAt === null ? null : duration(endedAt - answeredAt);
}

/** Formatters are slow to make and there are few of them. */
interface Formatters {
  relative: Intl.RelativeTimeFormat;
  time: Intl.DateTimeFormat;
  date: Intl.DateTimeFormat;
  full: Intl.DateTimeFormat;
}

const made = new Map<Language, Formatters>();

function formatters(language: Language): Formatters {
  const kept = made.get(language);
  if (kept) return kept;
  const fresh: Formatters = {
    relative: new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' }),
    time: new Intl.DateTimeFormat(language, { timeStyle: 'short' }),
    date: new Intl.DateTimeFormat(language, { dateStyle: 'medium' }),
    full: new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'short' }),
  };
  made.set(language, fresh);
  return fresh;
}

/** "5 min. ago" within the hour, the time today, "Yesterday, 14:05", then the date. */
export function when(at: number, now: number, language: Language): string {
  const { relative, time, date } = formatters(language);
  const age = Math.max(0, now - at);
  if (age < MINUTE) return relative.format(0, 'second');
  if (age < HOUR) return relative.format(-Math.floor(age / MINUTE), 'minute');
  const days = dayNumber(now) - dayNumber(at);
  if (days === 0) return time.format(at);
  if (days === 1) return text(language, 'recents.yesterday', { time: time.format(at) });
  return date.format(at);
}

export function fullTime(at: number, language: Language): string {
  return formatters(language).full.format(at);
}

/** Days since the epoch by the calendar on the wall, so that "yesterday" begins at midnight. */
function dayNumber(at: number): number {
  const date = new Date(at);
  return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / (24 * HOUR));
}
