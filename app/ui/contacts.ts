import { css, html } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { User } from '../../shared/http/api.ts';
import { countText } from '../../shared/i18n/messages.ts';
import { avatar } from './avatar.ts';
import { SwitchhookElement } from './element.ts';
import { fold } from './format.ts';
import { icon } from './icons.ts';
import { listStyles } from './rowStyles.ts';

/** Everybody whose name contains every word of the query, or whose number contains it; diacritics do not matter. */
export function search(contacts: readonly User[], query: string): readonly User[] {
  const words = fold(query).split(/\s+/u).filter(Boolean);
  return contacts.filter((person) => {
    const name = fold(person.displayName);
    return words.every((word) => name.includes(word) || person.extension.includes(word));
  });
}

/**
 * The directory, with a search that does not mind diacritics.
 *
 * @property language `en` or `vi`
 * @property contacts everybody but me
 * @fires dial `{number}`
 * @csspart avatar
 * @example <switchhook-contacts .contacts=${state.contacts}></switchhook-contacts>
 */
export class SwitchhookContacts extends SwitchhookElement {
  static override readonly screen = 'contacts';

  static override properties = { contacts: { attribute: false }, query: { state: true } };

  static override styles = [
    listStyles,
    css`
      .search {
        position: sticky;
        top: 0;
        z-index: 1;
        padding: 0.25rem 0 0.75rem;
        background: var(--surface);
      }
      .search .icon {
        position: absolute;
        inset: 1rem auto auto 0.875rem;
        color: var(--quiet);
      }
      .field {
        padding-inline-start: 2.875rem;
      }
    `,
  ];

  declare contacts: readonly User[];
  declare private query: string;

  constructor() {
    super();
    this.contacts = [];
    this.query = '';
  }

  override render() {
    const found = search(this.contacts, this.query);
    return html`<h2>${this.text('tab.contacts')}</h2>
      <div class="search">
        ${icon('search')}
        <input
          class="field"
          name="search"
          type="search"
          autocomplete="off"
          aria-label=${this.text('contacts.search')}
          placeholder=${this.text('contacts.search')}
          .value=${this.query}
          @input=${this.#search}
        />
      </div>
      <p class="sr" role="status">${this.query ? countText(this.language, 'contacts.count', found.length) : ''}</p>
      ${found.length > 0 ? this.#list(found) : this.#empty()}`;
  }

  #list(found: readonly User[]) {
    return html`<ul role="list">
      ${repeat(
        found,
        (person) => person.userId,
        ({ displayName, extension, avatarUrl }) => html`<li class="row">
          ${avatar(displayName, avatarUrl)}
          <div class="who">
            <p class="name">${displayName}</p>
            <p class="small quiet">${extension}</p>
          </div>
          <button type="button" class="round call" data-number=${extension}
            aria-label=${this.text('contacts.call', { name: displayName })}
            @click=${() => this.emit('dial', { number: extension })}>${icon('answer')}</button>
        </li>`,
      )}
    </ul>`;
  }

  #empty() {
    const { query } = this;
    return html`<p class="empty quiet">
      ${query ? this.text('contacts.noMatch', { query }) : this.text('contacts.empty')}
    </p>`;
  }

  #search = (event: InputEvent): void => {
    this.query = (event.currentTarget as HTMLInputElement).value;
  };
}

customElements.define('switchhook-contacts', SwitchhookContacts);

declare global {
  interface HTMLElementTagNameMap {
    'switchhook-contacts': SwitchhookContacts;
  }
}
