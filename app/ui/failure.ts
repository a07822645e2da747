/** What was asked of a call and did not work: said on the call's own screen, in every tab, for as long as it is news. */
import { css, html, nothing, type ReactiveController, type ReactiveControllerHost } from 'lit';
import type { CallRecord, Intent } from '../../shared/calls/record.ts';
import { isLive } from '../../shared/calls/states.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import { errorText, type Language, text } from '../../shared/i18n/messages.ts';
import { actionText } from '../../shared/i18n/notifications.ts';
import { icon } from './icons.ts';

/** How long a failure is shown, ms: the longest of the texts is read twice in that time. Ours. */
export const FAILURE_SHOWN = 6_000;

export interface Failure {
  /** Of the intent. */
  id: string;
  action: Intent['action'];
  code: ErrorCode;
  at: number;
}

/** The last failure of a live call that is still news; one that was tried again since is not. */
export function failureOf({ state, intents }: CallRecord, now: number): Failure | null {
  if (!isLive(state)) return null; // the end of a call fails all that is pending, and why it ended is said elsewhere
  const failures = intents.map(asFailure).filter((failure) => failure !== null);
  const news = failures.filter(({ at }) => Math.abs(now - at) < FAILURE_SHOWN);
  const last = news.sort((one, other) => other.at - one.at)[0];
  const again = intents.some(
    ({ id, action, askedAt }) => id !== last?.id && action === last?.action && askedAt >= last.at,
  );
  return last && !again ? last : null;
}

function asFailure({ id, action, outcome }: Intent): Failure | null {
  if (outcome === null || outcome.result === 'fulfilled') return null;
  return { id, action, code: outcome.result === 'failed' ? outcome.code : 'timedOut', at: outcome.at };
}

export function failureText({ action, code }: Failure, language: Language): string {
  const name = action === 'dial' ? text(language, 'dialpad.call') : actionText(language, action);
  return text(language, 'call.failed', { action: name, why: errorText(language, code) });
}

/** Draws its host again when the failure that it shows is no news any more. */
export class Failing implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #call: () => CallRecord | null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost, call: () => CallRecord | null) {
    this.#host = host;
    this.#call = call;
    host.addController(this);
  }

  line(language: Language) {
    const failure = this.#current();
    if (!failure) return nothing;
    return html`<p class="failure" data-failure=${failure.action}>
      ${icon('alert')}<span>${failureText(failure, language)}</span>
    </p>`;
  }

  hostConnected(): void {
    this.#host.requestUpdate();
  }

  hostUpdated(): void {
    clearTimeout(this.#timer);
    const failure = this.#current();
    if (!failure) return;
    this.#timer = setTimeout(() => this.#host.requestUpdate(), failure.at + FAILURE_SHOWN - Date.now());
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
  }

  #current(): Failure | null {
    const call = this.#call();
    return call && failureOf(call, Date.now());
  }
}

export const failures = css`
  .failure {
    display: flex;
    align-items: center;
    gap: 0.625rem;
    max-width: 28rem;
    margin-top: 0.375rem;
    padding: 0.5rem 0.875rem;
    border-radius: 12px;
    background: var(--wrong);
    color: var(--on-wrong);
    font-size: 0.9375rem;
    text-align: start;
  }
`;
