import { css, html } from 'lit';
import { SwitchhookElement } from './element.ts';
import { icon } from './icons.ts';
import './keypad.ts';
import { controls, theme } from './theme.ts';

/** What can be dialled (`extension` in shared/http/api.ts) and its longest length. */
const NOT_DIALABLE = /[^0-9*#+]/gu;
const MAX_DIGITS = 32;

/**
 * A number field with the twelve keys below and a call button.
 *
 * @property language `en` or `vi`
 * @property number what has been typed so far
 * @fires dial `{number}`
 * @fires key `{digit}` for each key pressed or typed
 * @example <switchhook-dialpad @dial=${(e) => phone.dial(e.detail.number)}></switchhook-dialpad>
 */
export class SwitchhookDialpad extends SwitchhookElement {
  static override readonly screen = 'keypad';

  static override properties = { number: { type: String } };

  static override styles = [
    theme,
    controls,
    css`
      :host {
        display: grid;
        align-content: center;
        justify-items: center;
      }
      form {
        display: grid;
        gap: 1rem;
        width: min(20rem, 100%);
      }
      .number {
        position: relative;
      }
      input {
        width: 100%;
        height: 3.75rem;
        padding: 0 3rem;
        border: 0;
        border-radius: 12px;
        background: none;
        font-size: 2rem;
        font-weight: 500;
        text-align: center;
        letter-spacing: 0.02em;
      }
      input::placeholder {
        font-size: 1rem;
        font-weight: 400;
        letter-spacing: 0;
        color: var(--quiet);
        opacity: 1;
        translate: 0 -0.25rem;
      }
      .round {
        position: absolute;
        inset: 0.5rem 0 auto auto;
        color: var(--quiet);
      }
      .round.none {
        visibility: hidden;
      }
      .good {
        justify-self: center;
        width: 4.25rem;
        height: 4.25rem;
        padding: 0;
      }
      .good .icon {
        width: 2rem;
        height: 2rem;
      }
      .good:hover {
        background: var(--good);
        filter: brightness(1.1);
      }
      .good[aria-disabled='true'] {
        filter: none;
        opacity: 0.45;
      }
    `,
  ];

  declare number: string;

  constructor() {
    super();
    this.number = '';
  }

  override render() {
    const { number } = this;
    return html`<form @submit=${this.#submit} @key=${this.#press}>
      <div class="number">
        <input
          name="number"
          type="text"
          inputmode="tel"
          autocomplete="off"
          spellcheck="false"
          enterkeyhint="go"
          maxlength=${MAX_DIGITS}
          aria-label=${this.text('dialpad.number')}
          placeholder=${this.text('dialpad.number')}
          .value=${number}
          @input=${this.#type}
        />
        <button type="button" class="round ${number ? '' : 'none'}" aria-label=${this.text('dialpad.backspace')}
          @click=${this.#backspace}>${icon('backspace')}</button>
      </div>
      <switchhook-keypad .language=${this.language}></switchhook-keypad>
      <button class="button good" data-action="dial" aria-label=${this.text('dialpad.call')} aria-disabled=${!number}>
        ${icon('answer')}
      </button>
    </form>`;
  }

  #type = (event: InputEvent): void => {
    const field = event.currentTarget as HTMLInputElement;
    const number = field.value.replace(NOT_DIALABLE, '').slice(0, MAX_DIGITS);
    // The field is put right at once; the caret stays where it was while nothing was taken out.
    if (number !== field.value) field.value = number;
    this.number = number;
    if (event.data?.length === 1 && number.includes(event.data)) this.emit('key', { digit: event.data });
  };

  /** A key of the keypad; the field's own `key` events come from this element and do not pass here. */
  #press = (event: CustomEvent<{ digit: string }>): void => {
    this.number = (this.number + event.detail.digit).slice(0, MAX_DIGITS);
  };

  #backspace = (): void => {
    this.number = this.number.slice(0, -1);
    // The button goes with the last digit, and the focus must not go with it.
    if (!this.number) this.renderRoot.querySelector('input')?.focus();
  };

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (this.number) this.emit('dial', { number: this.number });
    else this.renderRoot.querySelector('input')?.focus();
  };
}

customElements.define('switchhook-dialpad', SwitchhookDialpad);

declare global {
  interface HTMLElementTagNameMap {
    'switchhook-dialpad': SwitchhookDialpad;
  }
}
