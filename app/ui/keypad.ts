import { css, html } from 'lit';
import { SwitchhookElement } from './element.ts';
import { theme } from './theme.ts';

/** Keys and letters as ITU-T E.161 has them. */
const KEYS = [
  ['1', ''],
  ['2', 'ABC'],
  ['3', 'DEF'],
  ['4', 'GHI'],
  ['5', 'JKL'],
  ['6', 'MNO'],
  ['7', 'PQRS'],
  ['8', 'TUV'],
  ['9', 'WXYZ'],
  ['*', ''],
  ['0', ''],
  ['#', ''],
] as const;

/**
 * The twelve keys of a telephone.
 *
 * @property language `en` or `vi`
 * @fires key `{digit}`
 * @csspart key
 * @example <switchhook-keypad @key=${(e) => player.key(e.detail.digit)}></switchhook-keypad>
 */
export class SwitchhookKeypad extends SwitchhookElement {
  static override styles = [
    theme,
    css`
      :host {
        display: block;
      }
      div {
        display: grid;
        grid-template-columns: repeat(3, 1fr);
        gap: 0.625rem;
      }
      button {
        display: grid;
        place-content: center;
        justify-items: center;
        min-height: 3.75rem;
        border-radius: 16px;
        background: var(--raised);
        font-size: 1.5rem;
        line-height: 1.15;
        transition: background-color 120ms;
      }
      button:hover {
        background: var(--hover);
      }
      button:active {
        background: var(--tint);
      }
      @media (max-height: 44rem) {
        button {
          min-height: 3rem;
        }
      }
      small {
        min-height: 0.875rem;
        font-size: 0.6875rem;
        letter-spacing: 0.12em;
        color: var(--quiet);
      }
    `,
  ];

  override render() {
    return html`<div role="group" aria-label=${this.text('dialpad.keys')}>
      ${KEYS.map(
        ([digit, letters]) => html`<button
          type="button"
          part="key"
          data-key=${digit}
          aria-label=${this.#name(digit)}
          @click=${() => this.emit('key', { digit })}
        >${digit}<small aria-hidden="true">${letters}</small></button>`,
      )}
    </div>`;
  }

  #name(digit: string): string {
    if (digit === '*') return this.text('dialpad.star');
    return digit === '#' ? this.text('dialpad.hash') : digit;
  }
}

customElements.define('switchhook-keypad', SwitchhookKeypad);

declare global {
  interface HTMLElementTagNameMap {
    'switchhook-keypad': SwitchhookKeypad;
  }
}
