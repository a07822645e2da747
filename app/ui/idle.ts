/** What has the main place while there are no calls: who one is, and whether calls arrive. */
import { html, type TemplateResult } from 'lit';
import type { Session } from '../../shared/http/api.ts';
import { type Language, text } from '../../shared/i18n/messages.ts';
import type { RegistrationState } from '../phone/types.ts';
import { avatar } from './avatar.ts';

export function idleContent(registration: RegistrationState, { user }: Session, language: Language): TemplateResult {
  const status = registration === 'registered' ? 'app.ready' : (`registration.${registration}` as const);
  return html`<div class="idle">
    ${avatar(user.displayName, user.avatarUrl, 'large')}
    <h2>${user.displayName}</h2>
    <p class="extension">${user.extension}</p>
    <p class="status ${registration}">${text(language, status)}</p>
    <p class="small quiet">${text(language, 'app.readyHint')}</p>
  </div>`;
}
