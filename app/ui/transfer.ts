import { css, html, nothing, type PropertyValues } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { DIALABLE } from '../../shared/calls/commands.ts';
import type { CallRecord } from '../../shared/calls/record.ts';
import type { User } from '../../shared/http/api.ts';
import { avatar } from './avatar.ts';
import { search } from './contacts.ts';
import { SwitchhookElement } from './element.ts';
import { peerName } from './format.ts';
import { icon } from './icons.ts';
import { listStyles } from './rowStyles.ts';

/**
 * A dialog that asks whom a call is to be handed to: somebody in the directory, or a number; at once, or after a word with
 * them. Open after {@link show}; Escape closes it.
 *
 * @property language `en` or `vi`
 * @property call the call
 * @property contacts everybody but me
 * @property mayCallFirst there is room for a call to the target beside this one
 * @fires command `{callId, command: {kind: 'transfer', target}}`
 * @fires dial `{number}` to speak with the target first
 * @csspart avatar
 * @example <switchhook-transfer .call=${call} .contacts=${state.contacts}></switchhook-transfer>
 */
export class SwitchhookTransfer extends SwitchhookElement {
  static override properties = {
    call: { attribute: false },
    contacts: { attribute: false },
    mayCallFirst: { type: Boolean },
    query: { state: true },
  };

  static override styles = [
    listStyles,
    css`
      :host {
        display: contents;
      }
      dialog {
        width: min(27rem, calc(100vw - 2rem));
        max-height: calc(100dvh - 2rem);
        padding: 1.25rem;
        border: 0;
        border-radius: var(--radius);
        background: var(--surface);
        color: var(--text);
        text-align: start;
      }
      dialog::backdrop {
        background: rgb(0 0 0 / 50%);
      }
      form {
        display: grid;
        gap: 0.75rem;
      }
      header {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 0.5rem;
      }
      ul {
        max-height: 16rem;
        overflow-y: auto;
      }
      .row {
        width: 100%;
        min-height: 3.5rem;
        padding-inline: 0.25rem;
        border-radius: 10px;
        text-align: start;
      }
      li + li .row {
        border-top: 1px solid var(--line);
      }
      .row:hover {
        background: var(--hover);
      }
      .row:focus-visible {
        outline-offset: -3px;
      }
      .empty {
        padding: 1.5rem 1rem;
      }
      .choices {
        display: flex;
        flex-wrap: wrap;
        justify-content: end;
        gap: 0.5rem;
      }
    `,
  ];

  declare call: CallRecord | null;
  declare contacts: readonly User[];
  declare mayCallFirst: boolean;
  declare private query: string;

  constructor() {
    super();
    this.call = null;
    this.contacts = [];
    this.mayCallFirst = false;
    this.query = '';
  }

  /** Opens it; where the focus was it goes back to. */
  show(): void {
    this.query = '';
    this.#dialog?.showModal();
  }

  override updated(changed: PropertyValues<this>): void {
    // Another call: what was being decided was about the one before.
    if (changed.has('call') && changed.get('call')?.id !== this.call?.id) this.#dialog?.close();
  }

  override render() {
    const { call, language, query } = this;
    if (!call) return nothing;
    const found = this.#found();
    const number = this.#number(found);
    return html`<dialog aria-labelledby="title">
      <form @submit=${this.#submit}>
        <header>
          <h2 id="title">${this.text('transfer.title', { name: peerName(call.peer, language) })}</h2>
          <button type="button" class="round" data-action="cancel" aria-label=${this.text('transfer.cancel')}
            @click=${this.#close}>${icon('close')}</button>
        </header>
        <input class="field" name="target" type="text" inputmode="search" autofocus autocomplete="off" spellcheck="false"
          aria-label=${this.text('transfer.to')} placeholder=${this.text('transfer.to')}
          .value=${query} @input=${this.#type} />
        ${found.length > 0 ? this.#people(found) : this.#nobody(number)}
        <div class="choices">
          ${
            this.mayCallFirst
              ? html`<button type="button" class="button" data-action="callFirst"
                  aria-describedby="why" aria-disabled=${number === null} @click=${this.#callFirst}
                  >${this.text('transfer.first')}</button>`
              : nothing
          }
          <button class="button primary" data-action="transferNow"
            aria-disabled=${number === null}>${this.text('transfer.now')}</button>
        </div>
        ${this.mayCallFirst ? html`<p id="why" class="small quiet">${this.text('transfer.firstWhy')}</p>` : nothing}
      </form>
    </dialog>`;
  }

  /** Whom the words can mean, but for the one who is talked to. */
  #found(): readonly User[] {
    return search(this.contacts, this.query).filter(({ extension }) => extension !== this.call?.peer.handle);
  }

  #people(found: readonly User[]) {
    return html`<ul role="list" aria-label=${this.text('transfer.people')}>
      ${repeat(
        found,
        ({ userId }) => userId,
        ({ displayName, extension, avatarUrl }) => html`<li>
          <button type="button" class="row" data-number=${extension} @click=${() => this.#choose(extension)}>
            ${avatar(displayName, avatarUrl)}
            <span class="who"><span class="name">${displayName}</span> <span class="small quiet">${extension}</span></span>
          </button>
        </li>`,
      )}
    </ul>`;
  }

  /** A number needs to be nobody's that we know. */
  #nobody(number: string | null) {
    const { query } = this;
    return number === null && query
      ? html`<p class="empty quiet" role="status">${this.text('transfer.nobody', { query })}</p>`
      : nothing;
  }

  /** What would be dialled: what has been typed, or the one person that it can mean; null: neither. */
  #number(found: readonly User[]): string | null {
    const typed = this.query.replaceAll(/[\s.()-]/gu, '');
    if (DIALABLE.test(typed)) return typed;
    return this.query && found.length === 1 ? (found[0]?.extension ?? null) : null;
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog');
  }

  #type = (event: InputEvent): void => {
    this.query = (event.currentTarget as HTMLInputElement).value;
  };

  /** The next key decides how. */
  #choose(extension: string): void {
    this.query = extension;
    this.renderRoot.querySelector<HTMLElement>('[data-action="transferNow"]')?.focus();
  }

  #close = (): void => this.#dialog?.close();

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const { call } = this;
    this.#decide((target) => {
      if (call) this.emit('command', { callId: call.id, command: { kind: 'transfer', target } });
    });
  };

  #callFirst = (): void => this.#decide((number) => this.emit('dial', { number }));

  /** Does it with whom has been named; without anybody, asks on. */
  #decide(act: (number: string) => void): void {
    const number = this.#number(this.#found());
    if (number === null) {
      this.renderRoot.querySelector('input')?.focus();
      return;
    }
    this.#close();
    act(number);
  }
}

customElements.define('switchhook-transfer', SwitchhookTransfer);

declare global {
  interface HTMLElementTagNameMap {
    'switchhook-transfer': SwitchhookTransfer;
  }
}
