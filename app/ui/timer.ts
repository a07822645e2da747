import { css, html, LitElement } from 'lit';
import { duration } from './format.ts';
import { Ticker } from './ticker.ts';

/**
 * How long something lasts: `0:07`. Ticks only while it is shown.
 *
 * @property since ms since the epoch
 * @example <switchhook-timer .since=${call.answeredAt}></switchhook-timer>
 */
export class SwitchhookTimer extends LitElement {
  static override properties = { since: { type: Number } };
  static override styles = css`
    :host {
      font-variant-numeric: tabular-nums;
    }
  `;

  declare since: number;

  constructor() {
    super();
    this.since = Date.now();
    new Ticker(this, 1_000, () => this.since);
  }

  override render() {
    return html`<span role="timer" aria-live="off">${duration(Date.now() - this.since)}</span>`;
  }
}

customElements.define('switchhook-timer', SwitchhookTimer);

declare global {
  interface HTMLElementTagNameMap {
    'switchhook-timer': SwitchhookTimer;
  }
}
