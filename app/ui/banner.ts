import { css, html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { SwitchhookElement } from './element.ts';
import { icon } from './icons.ts';
import type { Notice } from './notices.ts';
import { controls, theme } from './theme.ts';

/** Notices at once: more would push the phone off a small screen. The others come when these are gone. Ours. */
const SHOWN = 2;

/**
 * What a person should know about the phone, and what to do about it.
 *
 * @property language `en` or `vi`
 * @property notices `noticesFor(phone.state)`
 * @fires dismiss `{notice}`
 * @fires enable-sound, enable-notifications, enable-microphone as the notices have it
 * @csspart notice
 * @example <switchhook-banner .notices=${noticesFor(phone.state)}></switchhook-banner>
 */
export class SwitchhookBanner extends SwitchhookElement {
  static override properties = { notices: { attribute: false } };

  static override styles = [
    theme,
    controls,
    css`
      :host {
        display: block;
      }
      div {
        display: grid;
        gap: 0.5rem;
      }
      div:has(p) {
        padding: 0.75rem;
      }
      p {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem 0.75rem;
        padding: 0.375rem 0.5rem 0.375rem 1rem;
        border-radius: 12px;
        background: var(--tint);
        font-size: 0.9375rem;
      }
      .error {
        background: var(--wrong);
        color: var(--on-wrong);
      }
      .hint {
        background: var(--warn);
        color: var(--on-warn);
      }
      .words {
        flex: 1 1 14rem;
        padding: 0.5rem 0.5rem 0.5rem 0;
      }
      .button {
        background: light-dark(rgb(0 0 0 / 8%), rgb(255 255 255 / 14%));
      }
      .button:hover,
      .round:hover {
        background: light-dark(rgb(0 0 0 / 14%), rgb(255 255 255 / 22%));
      }
    `,
  ];

  declare notices: readonly Notice[];

  constructor() {
    super();
    this.notices = [];
  }

  override render() {
    const shown = this.notices.slice(0, SHOWN);
    return html`<div role="group" aria-label=${this.text('banner.label')} aria-live="polite">
      ${repeat(
        shown,
        (notice) => notice.id,
        (notice) => this.#notice(notice),
      )}
    </div>`;
  }

  #notice({ id, level, text, action, dismissable }: Notice) {
    return html`<p class=${level} part="notice" data-notice=${id}>
      ${level === 'progress' ? html`<span class="spinner"></span>` : icon('alert')}
      <span class="words">${text}</span>
      ${action ? html`<button type="button" class="button" data-action=${action.event} @click=${() => this.emit(action.event)}>${action.label}</button>` : nothing}
      ${dismissable ? html`<button type="button" class="round" aria-label=${this.text('banner.dismiss')} @click=${() => this.emit('dismiss', { notice: id })}>${icon('close')}</button>` : nothing}
    </p>`;
  }
}

customElements.define('switchhook-banner', SwitchhookBanner);

declare global {
  interface HTMLElementTagNameMap {
    'switchhook-banner': SwitchhookBanner;
  }
}
