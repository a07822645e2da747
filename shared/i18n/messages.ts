/** Every text that the screens show, but those of notifications and actions, which `notifications.ts` has. */

import type { ErrorCode } from '../errors.ts';
import { en } from './en.ts';
import { fill, type Language, type Params } from './template.ts';
import { vi } from './vi.ts';

export type { Language } from './template.ts';

type English = typeof en;
export type MessageKey = keyof English;

/** The catalogue in another language: as many messages as the English one, which the compiler checks. */
export type Catalogue = Readonly<Record<MessageKey, string>>;

/** For tests and for tools that translate; everybody else asks {@link text}. */
export const CATALOGUES: Readonly<Record<Language, Catalogue>> = { en, vi };

/** What each language calls itself. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', vi: 'Tiếng Việt' };

export function text<Key extends MessageKey>(language: Language, key: Key, ...[params]: Params<English[Key]>): string {
  return fill(CATALOGUES[language][key], params);
}

/** What happened and what can be done about it. */
export function errorText(language: Language, code: ErrorCode): string {
  return text(language, `error.${code}`);
}

type Counted = Extract<MessageKey, `${string}.one`> extends `${infer Stem}.one` ? Stem : never;

/** One of `<stem>.one` and `<stem>.many`. English has these two forms, Vietnamese one (CLDR plural rules). */
export function countText(language: Language, stem: Counted, count: number): string {
  return fill(CATALOGUES[language][`${stem}.${count === 1 ? 'one' : 'many'}`], { count });
}
