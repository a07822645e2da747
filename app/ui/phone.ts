import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { SwitchhookError } from '../../shared/errors.ts';
import type { Session } from '../../shared/http/api.ts';
import { LANGUAGE_NAMES } from '../../shared/i18n/messages.ts';
import type { Phone, PhoneState } from '../phone/types.ts';
import { announcements, type Told, titleFor } from './announcements.ts';
import './banner.ts';
import './contacts.ts';
import './dialpad.ts';
import { type EventName, SwitchhookElement, type SwitchhookEvents } from './element.ts';
import { failureOf } from './failure.ts';
import { focusIsLost, focusStage } from './focus.ts';
import { HANDLERS, type Handlers } from './handlers.ts';
import { idleContent } from './idle.ts';
import './login.ts';
import { type Notice, noticesFor } from './notices.ts';
import { phoneStyles } from './phoneStyles.ts';
import './recents.ts';
import './settings.ts';
import { IDLE, onStage, type Stage, stageContent } from './stage.ts';
import { renderTabs, TABS, type Tab } from './tabs.ts';
import { avatars, controls, theme } from './theme.ts';

/**
 * The whole phone: log-in, keypad, contacts, recents, settings, and the calls, which take the main place. The only
 * element that calls the phone's methods. The tab is in the address: `#/keypad`, `#/contacts`, `#/recents`, `#/settings`.
 *
 * @property phone what the screens are built on
 * @fires key `{digit}`, for the tone of a key; every other event of the elements passes here too
 * @cssprop --switchhook-accent and the other tokens of theme.ts
 * @example
 * const screen = document.createElement('switchhook-phone');
 * screen.phone = phone;
 * document.body.append(screen);
 */
export class SwitchhookPhone extends SwitchhookElement {
  static override properties = {
    phone: { attribute: false },
    tab: { state: true },
    peeking: { state: true },
    logInError: { state: true },
    loggingIn: { state: true },
    loadingMore: { state: true },
    failure: { state: true },
  };

  static override styles = [theme, controls, avatars, phoneStyles];

  declare phone: Phone | null;
  declare private tab: Tab;
  /** The person looks at a tab while a call has the main place; on small screens there is room for one. */
  declare private peeking: boolean;
  declare private logInError: SwitchhookError | null;
  declare private loggingIn: boolean;
  declare private loadingMore: boolean;
  /** What went wrong and is not the phone's own `problem`. */
  declare private failure: SwitchhookError | null;

  #unsubscribe: (() => void) | null = null;
  #dismissed: ReadonlySet<string> = new Set();
  #stage: Stage = IDLE;
  /** What the focus was last moved for; null before the first time. */
  #focused: string | null = null;
  /** How many calls there were then. */
  #shown = 0;
  #notices: readonly Notice[] = [];
  /** The problem that a call's own screen has told. */
  #toldOnCall: SwitchhookError | null = null;
  #told: Told = new Map();
  #news = '';

  constructor() {
    super();
    this.phone = null;
    this.tab = 'keypad';
    this.peeking = false;
    this.logInError = null;
    this.loggingIn = false;
    this.loadingMore = false;
    this.failure = null;
    for (const name of Object.keys(HANDLERS) as (keyof Handlers)[]) this.addEventListener(name, this.#handle);
    this.addEventListener('log-in', this.#logIn);
    this.addEventListener('dismiss', this.#dismiss);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#route();
    window.addEventListener('hashchange', this.#route);
    this.#subscribe();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('hashchange', this.#route);
    this.#unsubscribe?.();
    this.#unsubscribe = null;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('phone')) this.#subscribe();
    const state = this.phone?.state;
    if (!state) return;
    const { language } = state.settings;
    this.language = language;
    this.lang = language;
    const stage = onStage(state, this.#stage);
    const fresh = stage.key !== this.#stage.key;
    this.#stage = stage;
    if (fresh && (stage.kind === 'incoming' || stage.kind === 'call')) this.peeking = false;
    this.#notices = this.#undismissed(noticesFor({ ...state, problem: this.#untold(state.problem ?? this.failure) }));
    const { told, news } = announcements(this.#told, state, language, Date.now());
    this.#told = told;
    if (news.length > 0) this.#news = news.join('. ');
  }

  override updated(): void {
    const state = this.phone?.state;
    if (!state) return;
    const title = titleFor(state, this.language);
    if (document.title !== title) document.title = title;
    const [before, now] = [this.#focused, state.session ? this.#stage.key : null];
    this.#focused = now;
    const [shown, count] = [this.#shown, this.#stage.calls.length];
    this.#shown = count;
    // A call that has gone from beside another took the focus with it, if that was on its buttons.
    const gone = count < shown && focusIsLost(this);
    if (now === before ? !gone : before === null && now === IDLE.key && !this.loggingIn) return;
    focusStage(this, this.#stage.kind).catch(this.#failed);
  }

  override render() {
    const state = this.phone?.state;
    return html`<header class="sr"><h1>${this.text('app.name')}</h1></header>
      ${state?.session ? this.#app(state, state.session) : this.#door(state)}
      <div class="sr" role="status" aria-live=${this.#stage.kind === 'incoming' ? 'assertive' : 'polite'}>${this.#news}</div>`;
  }

  /** Before there is a session: starting, or the log-in. */
  #door(state: PhoneState | undefined) {
    const starting = state?.session === undefined && state?.link !== 'failed';
    return html`<main class="door">
      ${starting && !state?.problem ? html`<span></span>` : this.#banner()}
      ${state && this.#stage.kind !== 'idle' ? html`<section class="stage">${stageContent(this.#stage, state, this.#allowed)}</section>` : nothing}
      ${
        state?.session === null
          ? html`<switchhook-login .language=${this.language} .demo=${state.demo} .busy=${this.loggingIn}
              .error=${this.logInError}></switchhook-login>
            ${this.#otherLanguage()}`
          : html`<p class="starting quiet" ?hidden=${!starting || this.#stage.kind !== 'idle'}>
              <span class="spinner"></span>${this.text('app.starting')}
            </p>`
      }
    </main>`;
  }

  #otherLanguage() {
    const other = this.language === 'en' ? 'vi' : 'en';
    const change = () => this.emit('configure', { settings: { language: other } });
    return html`<button type="button" class="button" lang=${other} data-language=${other} @click=${change}>
      ${LANGUAGE_NAMES[other]}
    </button>`;
  }

  #app(state: PhoneState, session: Session) {
    const stage = this.#stage;
    const view = this.#view();
    return html`<div class="app" data-view=${view} data-stage=${stage.kind}>
      ${renderTabs({ language: this.language, current: this.tab, unseen: state.unseen, go: this.#go })}
      ${this.#banner()}
      <main tabindex="-1">
        <div class="pane">
          ${stage.kind === 'call' ? this.#backToCall() : nothing}
          ${this.#tab(state, session)}
        </div>
        <section class="stage">
          ${stage.kind === 'idle' ? idleContent(state.registration, session, this.language) : stageContent(stage, state, this.#allowed)}
        </section>
      </main>
    </div>`;
  }

  #tab(state: PhoneState, session: Session): TemplateResult {
    const { language } = this;
    switch (this.tab) {
      case 'keypad':
        return html`<switchhook-dialpad .language=${language}></switchhook-dialpad>`;
      case 'contacts':
        return html`<switchhook-contacts .language=${language} .contacts=${state.contacts}></switchhook-contacts>`;
      case 'recents':
        return html`<switchhook-recents .language=${language} .calls=${state.recents} .more=${state.moreRecents}
          .loading=${this.loadingMore} .allowed=${this.#allowed}></switchhook-recents>`;
      case 'settings':
        return html`<switchhook-settings .language=${language} .state=${{ ...state, session }}></switchhook-settings>`;
    }
  }

  #banner() {
    return html`<switchhook-banner .language=${this.language} .notices=${this.#notices}></switchhook-banner>`;
  }

  /** What is over may come again: it is forgotten as sent away when it goes. */
  #undismissed(notices: readonly Notice[]): readonly Notice[] {
    this.#dismissed = new Set([...this.#dismissed].filter((id) => notices.some((notice) => notice.id === id)));
    return notices.filter((notice) => !this.#dismissed.has(notice.id));
  }

  #backToCall() {
    const show = () => {
      this.peeking = false;
    };
    return html`<button type="button" class="button good back" @click=${show}>${this.text('app.backToCall')}</button>`;
  }

  /** What a small screen shows. */
  #view(): 'stage' | 'tab' {
    const { kind } = this.#stage;
    return kind !== 'idle' && (kind === 'incoming' || !this.peeking) ? 'stage' : 'tab';
  }

  /** The problem, unless the screen of a call has told it: it is said once. */
  #untold(problem: SwitchhookError | null): SwitchhookError | null {
    const now = Date.now();
    const told =
      this.#view() === 'stage' && this.#stage.calls.some((call) => failureOf(call, now)?.code === problem?.code);
    if (told) this.#toldOnCall = problem;
    return problem === this.#toldOnCall ? null : problem;
  }

  #allowed = (call: Parameters<Phone['allowed']>[0]) => this.phone?.allowed(call) ?? new Set<never>();

  #subscribe(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = (this.isConnected && this.phone?.subscribe(() => this.requestUpdate())) || null;
  }

  #route = (): void => {
    const wanted = location.hash.slice(2);
    const tab = TABS.find((one) => one === wanted);
    if (tab) this.tab = tab;
  };

  #go = (tab: Tab): void => {
    this.tab = tab;
    this.peeking = true;
    if (location.hash !== `#/${tab}`) history.replaceState(history.state, '', `#/${tab}`);
  };

  #handle = (event: Event): void => {
    const { phone } = this;
    const handler = HANDLERS[event.type as EventName] as Handlers['configure'] | undefined;
    if (!phone || !handler) return;
    this.failure = null;
    const done = new Promise((resolve) => resolve(handler(phone, (event as CustomEvent).detail)));
    const loading = event.type === 'load-more';
    if (loading) this.loadingMore = true;
    done.catch(this.#failed).finally(() => {
      if (loading) this.loadingMore = false;
    });
  };

  #logIn = (event: Event): void => {
    const { username, password } = (event as CustomEvent<SwitchhookEvents['log-in']>).detail;
    if (!this.phone || this.loggingIn) return;
    this.loggingIn = true;
    this.logInError = null;
    this.phone
      .logIn(username, password)
      .catch((error: unknown) => {
        this.logInError = SwitchhookError.from(error);
      })
      .finally(() => {
        this.loggingIn = false;
      });
  };

  #dismiss = (event: Event): void => {
    const { notice } = (event as CustomEvent<SwitchhookEvents['dismiss']>).detail;
    if (notice === 'problem') {
      this.failure = null;
      this.phone?.dismissProblem();
    } else this.#dismissed = new Set([...this.#dismissed, notice]);
    this.requestUpdate();
  };

  /** The phone records what went wrong with a call itself; the rest is shown from here. */
  #failed = (error: unknown): void => {
    if (!this.phone?.state.problem) this.failure = SwitchhookError.from(error);
  };
}

customElements.define('switchhook-phone', SwitchhookPhone);

declare global {
  interface HTMLElementTagNameMap {
    'switchhook-phone': SwitchhookPhone;
  }
}
