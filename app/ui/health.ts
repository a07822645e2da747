import { css, html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { countText } from '../../shared/i18n/messages.ts';
import type { PhoneState } from '../phone/types.ts';
import { SwitchhookElement } from './element.ts';
import { type Checked, type Finding, findings, type Remedy } from './findings.ts';
import { icon } from './icons.ts';
import { type Platform, thisPlatform } from './platform.ts';
import { controls, theme } from './theme.ts';

/** The part of the phone's state that is looked at. */
export type HealthState = Checked & Pick<PhoneState, 'testRing'>;

const STATE_ICONS = { ok: 'check', problem: 'alert', unknown: 'question' } as const;

/**
 * "Will I ring?": what a call needs to reach this device, what of it is missing and how to mend that, and a ring on request.
 *
 * @property language `en` or `vi`
 * @property state the part of the phone's state that is looked at
 * @property platform what the browser can do; this one's unless it is set
 * @fires leave when the person goes back
 * @fires test-push, test-ring
 * @fires enable-notifications, enable-sound, enable-microphone, configure `{settings}` as the findings have it
 * @example <switchhook-health .state=${phone.state}></switchhook-health>
 */
export class SwitchhookHealth extends SwitchhookElement {
  static override readonly screen = 'health';

  static override properties = { state: { attribute: false }, platform: { attribute: false } };

  static override styles = [
    theme,
    controls,
    css`
      :host {
        display: grid;
        align-content: start;
        gap: 1rem;
      }
      header {
        display: flex;
        align-items: center;
        gap: 0.5rem;
      }
      h2:focus {
        outline: none;
      }
      .round {
        margin-inline-start: -0.625rem;
      }
      li,
      section {
        display: flex;
        gap: 0.875rem;
        padding: 1rem 0;
        border-top: 1px solid var(--line);
      }
      li > .icon {
        stroke-width: 2.2;
      }
      .what {
        display: grid;
        flex: 1;
        gap: 0.5rem;
        min-width: 0;
        justify-items: start;
      }
      .heading {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        justify-content: space-between;
        gap: 0 0.75rem;
        width: 100%;
      }
      .state {
        font-size: 0.875rem;
        font-weight: 600;
      }
      .ok > .icon,
      .ok .state {
        color: light-dark(#17773f, #6fd69a);
      }
      .problem > .icon,
      .problem .state {
        color: var(--bad-text);
      }
      .unknown > .icon,
      .unknown .state {
        color: var(--quiet);
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
      }
      section > .icon {
        color: var(--accent);
      }
      [role='status'] p {
        display: flex;
        gap: 0.5rem;
        padding: 0.75rem;
        border-radius: 10px;
        background: var(--raised);
        font-size: 0.875rem;
      }
      [role='status'] .failed {
        background: var(--wrong);
        color: var(--on-wrong);
      }
    `,
  ];

  declare state: HealthState | null;
  declare platform: Platform;

  constructor() {
    super();
    this.state = null;
    this.platform = thisPlatform();
  }

  /** The focus goes to the heading: a screen that was opened is read from its top. */
  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('h2')?.focus();
  }

  override render() {
    const { state } = this;
    if (!state) return nothing;
    const found = findings(state, this.platform);
    return html`<header>
        <button type="button" class="round" data-action="leave" aria-label=${this.text('health.back')}
          @click=${() => this.emit('leave')}>${icon('back')}</button>
        <h2 tabindex="-1">${this.text('health.title')}</h2>
      </header>
      <p>${this.#summary(found)}</p>
      <ul role="list">
        ${repeat(
          found,
          ({ id }) => id,
          (finding) => this.#finding(finding),
        )}
      </ul>
      ${this.#test(state)}`;
  }

  #summary(found: readonly Finding[]): string {
    const problems = found.filter(({ state }) => state === 'problem').length;
    if (problems > 0) return countText(this.language, 'health.problems', problems);
    return this.text(found.some(({ state }) => state === 'unknown') ? 'health.someUnknown' : 'health.allWell');
  }

  #finding({ id, state, text, remedy }: Finding) {
    return html`<li class=${state} data-finding=${id} data-state=${state}>
      ${icon(STATE_ICONS[state])}
      <div class="what">
        <div class="heading">
          <h3>${this.text(`health.${id}`)}</h3>
          <p class="state">${this.text(`health.${state}`)}</p>
        </div>
        <p class="small ${state === 'problem' ? '' : 'quiet'}">${this.text(text)}</p>
        ${
          remedy
            ? html`<button type="button" class="button ${state === 'problem' ? 'primary' : ''}"
                data-action=${remedy.kind} @click=${() => this.#mend(remedy.kind)}
              >${this.text(remedy.label)}</button>`
            : nothing
        }
      </div>
    </li>`;
  }

  #mend(kind: Remedy): void {
    if (kind === 'show-notifications') this.emit('configure', { settings: { notifications: true } });
    else this.emit(kind);
  }

  #test({ testRing, push }: HealthState) {
    const waiting = testRing === 'sent';
    const ready = push === 'ready';
    return html`<section>
      ${icon('bell')}
      <div class="what">
        <h3>${this.text('health.test')}</h3>
        <p class="small quiet">${this.text(ready ? 'health.testWhy' : 'health.testNeedsPush')}</p>
        <div class="buttons">
          <button type="button" class="button ${ready ? 'primary' : ''}" data-action="test-push"
            aria-disabled=${waiting} @click=${() => waiting || this.emit('test-push')}
          >${waiting ? html`<span class="spinner"></span>` : nothing}${this.text('health.ringMe')}</button>
          ${
            ready
              ? nothing
              : html`<button type="button" class="button" data-action="test-ring"
                  @click=${() => this.emit('test-ring')}>${this.text('settings.testRing')}</button>`
          }
        </div>
        <div role="status" data-test-ring=${testRing}>${testRing === 'none' ? nothing : this.#result(testRing)}</div>
      </div>
    </section>`;
  }

  #result(testRing: Exclude<PhoneState['testRing'], 'none'>) {
    const name = ({ sent: 'clock', rang: 'check', failed: 'alert' } as const)[testRing];
    return html`<p class=${testRing}>${icon(name)}<span>${this.text(`health.test.${testRing}`)}</span></p>`;
  }
}

customElements.define('switchhook-health', SwitchhookHealth);

declare global {
  interface HTMLElementTagNameMap {
    'switchhook-health': SwitchhookHealth;
  }
}
