import { html, nothing } from 'lit';
import { countText, type Language, text } from '../../shared/i18n/messages.ts';
import { type IconName, icon } from './icons.ts';

export const TABS = ['keypad', 'contacts', 'recents', 'settings'] as const;
export type Tab = (typeof TABS)[number];

const ICONS: Readonly<Record<Tab, IconName>> = {
  keypad: 'keypad',
  contacts: 'person',
  recents: 'clock',
  settings: 'settings',
};

/** Two digits fit the badge. */
const MAX_BADGE = 99;

export interface TabsOptions {
  language: Language;
  current: Tab;
  /** Missed calls that have not been looked at. */
  unseen: number;
  go(tab: Tab): void;
}

/** The sections of the phone: below on small screens, at the side on large ones. */
export function renderTabs({ language, current, unseen, go }: TabsOptions) {
  return html`<nav aria-label=${text(language, 'app.sections')}>
    <span class="mark">${icon('hangUp')}</span>
    ${TABS.map((tab) => {
      const label = text(language, `tab.${tab}`);
      const missed = tab === 'recents' && unseen > 0 ? unseen : 0;
      return html`<button
        type="button"
        class="tab"
        data-tab=${tab}
        aria-current=${tab === current ? 'page' : nothing}
        aria-label=${missed ? `${label}, ${countText(language, 'unseen', missed)}` : label}
        @click=${() => go(tab)}
      ><span class="pill">${icon(ICONS[tab])}${missed ? html`<span class="badge">${Math.min(missed, MAX_BADGE)}</span>` : nothing}</span
      ><span class="label">${label}</span></button>`;
    })}
  </nav>`;
}
