/** What a screen reader is told, and what the tab's title says: pure functions of the state. */
import type { CallRecord } from '../../shared/calls/record.ts';
import { isLive } from '../../shared/calls/states.ts';
import { type Language, text } from '../../shared/i18n/messages.ts';
import type { PhoneState } from '../phone/types.ts';
import { answerText, stateText } from './callText.ts';
import { isHeard } from './choices.ts';
import { failureOf, failureText } from './failure.ts';
import { peerName } from './format.ts';

/** What was last told: the line of each call by its id, that of each failure by the id of its intent. */
export type Told = ReadonlyMap<string, string>;

/** What has changed since `told`; a call that ended elsewhere and was never told is news to those only who wanted to answer it. */
export function announcements(
  told: Told,
  { calls, justEnded }: Pick<PhoneState, 'calls' | 'justEnded'>,
  language: Language,
  at: number,
): { told: Told; news: string[] } {
  const now = new Map<string, string>();
  const news: string[] = [];
  for (const call of [...calls, ...justEnded]) {
    const why = call.state === 'disconnected' ? answerText(call, language) : null;
    const line = `${stateText(call, language)}, ${peerName(call.peer, language)}${why ? `. ${why}` : ''}`;
    now.set(call.id, line);
    const isNews = told.has(call.id) || call.state !== 'disconnected' || why !== null;
    if (told.get(call.id) !== line && isNews) news.push(line);
    const failure = failureOf(call, at);
    if (!failure) continue;
    const failed = `${peerName(call.peer, language)}: ${failureText(failure, language)}`;
    now.set(failure.id, failed);
    if (!told.has(failure.id)) news.push(failed);
  }
  return { told: now, news };
}

export function titleFor({ calls, unseen }: Pick<PhoneState, 'calls' | 'unseen'>, language: Language): string {
  const ringing = calls.filter((call) => call.state === 'ringing');
  const name = (call: CallRecord) => peerName(call.peer, language);
  if (ringing[0]) return text(language, 'title.incoming', { count: ringing.length, name: name(ringing[0]) });
  const live = calls.find(isHeard) ?? calls.find((call) => isLive(call.state));
  if (live) return text(language, 'title.call', { name: name(live) });
  return unseen > 0 ? text(language, 'title.missed', { count: unseen }) : text(language, 'app.name');
}
