import { html, nothing, type TemplateResult } from 'lit';
import { initials } from './format.ts';

const HUES = 6;

/** The same person has the same colour everywhere. */
function hueOf(name: string): number {
  return [...name].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973, 7) % HUES;
}

/** The picture under which a person is known, or the initials; a picture that does not load leaves the initials. */
export function avatar(name: string, url: string | null, size: '' | 'large' = ''): TemplateResult {
  const hide = (event: Event) => (event.target as HTMLImageElement).remove();
  return html`<span class="avatar ${size} hue-${hueOf(name)}" part="avatar" aria-hidden="true">
    ${initials(name)}${url ? html`<img src=${url} alt="" referrerpolicy="no-referrer" @error=${hide} />` : nothing}
  </span>`;
}
