import { css, html, nothing } from 'lit';
import type { SwitchhookError } from '../../shared/errors.ts';
import type { DemoAccounts } from '../../shared/http/api.ts';
import { errorText } from '../../shared/i18n/messages.ts';
import { avatar } from './avatar.ts';
import { SwitchhookElement } from './element.ts';
import { icon } from './icons.ts';
import { avatars, controls, theme } from './theme.ts';

/**
 * User name and password; demo accounts as one click each.
 *
 * @property language `en` or `vi`
 * @property demo accounts to try the phone with; none: the choice is not shown
 * @property busy a log-in is under way
 * @property error why the last log-in failed, or null
 * @fires log-in `{username, password}`
 * @example <switchhook-login .demo=${state.demo} @log-in=${(e) => phone.logIn(e.detail.username, e.detail.password)}></switchhook-login>
 */
export class SwitchhookLogin extends SwitchhookElement {
  static override readonly screen = 'login';

  static override properties = {
    demo: { attribute: false },
    busy: { type: Boolean },
    error: { attribute: false },
  };

  static override styles = [
    theme,
    controls,
    avatars,
    css`
      :host {
        display: block;
      }
      .card {
        display: grid;
        gap: 1.25rem;
        width: min(24rem, 100%);
        margin: 0 auto;
      }
      .mark {
        display: grid;
        place-items: center;
        width: 3.5rem;
        height: 3.5rem;
        border-radius: 16px;
        background: var(--accent);
        color: var(--on-accent);
      }
      .mark .icon {
        width: 2rem;
        height: 2rem;
      }
      form,
      label,
      .demo {
        display: grid;
        gap: 0.875rem;
      }
      label {
        gap: 0.375rem;
        font-weight: 600;
        font-size: 0.875rem;
      }
      .field {
        font-size: 1rem;
        font-weight: 400;
      }
      .error {
        display: flex;
        gap: 0.5rem;
        color: var(--bad-text);
      }
      .demo {
        padding-top: 1.25rem;
        border-top: 1px solid var(--line);
        gap: 0.5rem;
      }
      .account {
        display: flex;
        align-items: center;
        gap: 0.75rem;
        width: 100%;
        min-height: 3.5rem;
        padding: 0.375rem 0.75rem;
        border-radius: 12px;
        background: var(--raised);
        text-align: start;
      }
      .account:hover {
        background: var(--hover);
      }
      .account span:last-child {
        margin-inline-start: auto;
      }
    `,
  ];

  declare demo: DemoAccounts['accounts'];
  declare busy: boolean;
  declare error: SwitchhookError | null;

  constructor() {
    super();
    this.demo = [];
    this.busy = false;
    this.error = null;
  }

  override render() {
    const { busy, error } = this;
    return html`<div class="card">
      <span class="mark">${icon('hangUp')}</span>
      <h2>${this.text('login.title')}</h2>
      <form @submit=${this.#submit} aria-busy=${busy}>
        <label>${this.text('login.username')}
          <input class="field" name="username" autocomplete="username" autocapitalize="none" spellcheck="false"
            required maxlength="64" aria-describedby="error" />
        </label>
        <label>${this.text('login.password')}
          <input class="field" name="password" type="password" autocomplete="current-password"
            required maxlength="256" aria-describedby="error" />
        </label>
        <p id="error" role="alert" class="error" ?hidden=${!error}>
          ${error ? html`${icon('alert')}<span>${errorText(this.language, error.code)}</span>` : nothing}
        </p>
        <button class="button primary" aria-disabled=${busy}>
          ${busy ? html`<span class="spinner"></span>${this.text('login.busy')}` : this.text('login.submit')}
        </button>
      </form>
      ${this.demo.length > 0 ? this.#demoAccounts() : nothing}
    </div>`;
  }

  #demoAccounts() {
    return html`<div class="demo">
      <h3 class="small quiet">${this.text('login.demo')}</h3>
      ${this.demo.map(
        ({ username, password, displayName }) => html`<button
          type="button"
          class="account"
          data-demo=${username}
          aria-disabled=${this.busy}
          aria-label=${this.text('login.demoAs', { name: displayName, number: username })}
          @click=${() => this.#logIn(username, password)}
        >${avatar(displayName, null)}<span>${displayName}</span><span class="quiet">${username}</span></button>`,
      )}
    </div>`;
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    this.#logIn(String(fields.get('username')).trim(), String(fields.get('password')));
  };

  #logIn(username: string, password: string): void {
    if (!this.busy) this.emit('log-in', { username, password });
  }
}

customElements.define('switchhook-login', SwitchhookLogin);

declare global {
  interface HTMLElementTagNameMap {
    'switchhook-login': SwitchhookLogin;
  }
}
