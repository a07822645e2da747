import { html, nothing, type TemplateResult } from 'lit';
import type { Session } from '../../shared/http/api.ts';
import { errorText, LANGUAGE_NAMES, type Language } from '../../shared/i18n/messages.ts';
import type { Settings } from '../../shared/registry/input.ts';
import type { DtmfTransport, PhoneState, Preferences } from '../phone/types.ts';
import './devices.ts';
import { type PlainEvent, SwitchhookElement } from './element.ts';
import { reachedWhenClosed } from './findings.ts';
import './health.ts';
import { type IconName, icon } from './icons.ts';
import { settingsStyles } from './settingsStyles.ts';
import { controls, theme } from './theme.ts';

/** The part of the phone's state that the settings show. */
export type SettingsState = Pick<
  PhoneState,
  | 'settings'
  | 'preferences'
  | 'notifications'
  | 'push'
  | 'link'
  | 'sound'
  | 'microphone'
  | 'registration'
  | 'role'
  | 'ringer'
  | 'devices'
  | 'device'
  | 'testRing'
> & { session: Session | null };

type Title =
  | `settings.${'notifications' | 'calls' | 'sound' | 'microphone' | 'language' | 'devices' | 'device'}`
  | 'health.title';
type ButtonLabel = `settings.${'notificationsEnable' | 'soundEnable' | 'testRing' | 'microphoneCheck'}`;
type SwitchLabel = `settings.${'notificationsOn' | 'callWaiting' | 'voiceProcessing' | 'relayOnly'}`;

/** Live calls at once: with call waiting one is talked in while another waits. */
const CALLS_AT_ONCE = { on: 2, off: 1 } as const;

const DTMF_TRANSPORTS = ['rtp', 'info'] as const satisfies readonly DtmfTransport[];

/**
 * Language, notifications, calls, sound, microphone, my devices, what this one is, and "Will I ring?".
 *
 * @property language `en` or `vi`
 * @property state the part of the phone's state that is shown
 * @fires configure `{settings}`, prefer `{preferences}`
 * @fires enable-notifications, enable-sound, enable-microphone, test-ring, test-push, log-out
 * @fires load-devices, remove-device `{device}`
 * @example <switchhook-settings .state=${phone.state}></switchhook-settings>
 */
export class SwitchhookSettings extends SwitchhookElement {
  static override readonly screen = 'settings';

  static override properties = { state: { attribute: false }, checking: { state: true } };
  static override styles = [theme, controls, settingsStyles];

  declare state: SettingsState | null;
  /** "Will I ring?" is open. */
  declare private checking: boolean;

  constructor() {
    super();
    this.state = null;
    this.checking = false;
  }

  override render() {
    const { state } = this;
    if (!state) return nothing;
    if (this.checking)
      return html`<switchhook-health .language=${this.language} .state=${state} @leave=${this.#leaveHealth}></switchhook-health>`;
    return html`<h2>${this.text('tab.settings')}</h2>
      ${this.#health()} ${this.#notifications(state)} ${this.#calls(state)} ${this.#sound(state)} ${this.#microphone(state)}
      ${this.#languages(state)} ${this.#devices(state)} ${this.#device(state)}`;
  }

  #health() {
    return this.#group(
      'check',
      'health.title',
      html`
      <p class="small quiet">${this.text('health.why')}</p>
      <button type="button" class="button" data-action="health" @click=${this.#openHealth}>
        ${this.text('health.open')}
      </button>`,
    );
  }

  #notifications(state: SettingsState) {
    const { notifications, settings } = state;
    const reached = reachedWhenClosed(state);
    const shown = {
      granted: () =>
        this.#switch('notifications', 'settings.notificationsOn', settings.notifications, (on) =>
          this.#configure({ notifications: on }),
        ),
      default: () => this.#button('enable-notifications', 'settings.notificationsEnable', 'primary'),
      denied: () =>
        html`<p class="hint warn">${icon('alert')}<span>${this.text('settings.notificationsDenied')}</span></p>`,
      unsupported: () => html`<p class="hint">${this.text('settings.notificationsUnsupported')}</p>`,
    }[notifications];
    return this.#group(
      'bell',
      'settings.notifications',
      html`
      <p class="small quiet">
        ${this.text('settings.notificationsWhy')}
        ${reached === 'unknown' ? nothing : this.text(reached ? 'settings.closedReached' : 'settings.closedMissed')}
      </p>
      ${shown()}`,
    );
  }

  #calls({ settings, preferences, session }: SettingsState) {
    return this.#group(
      'answer',
      'settings.calls',
      html`
      ${this.#switch('callWaiting', 'settings.callWaiting', settings.maxCalls > CALLS_AT_ONCE.off, (on) =>
        this.#configure({ maxCalls: on ? CALLS_AT_ONCE.on : CALLS_AT_ONCE.off }),
      )}
      <p class="small quiet">${this.text('settings.callWaitingWhy')}</p>
      <fieldset class="choice" aria-describedby="dtmf-why">
        <legend>${this.text('settings.dtmf')}</legend>
        ${DTMF_TRANSPORTS.map((dtmf) =>
          this.#option('dtmf', dtmf, this.text(`settings.dtmf.${dtmf}`), preferences.dtmf === dtmf, () =>
            this.emit('prefer', { preferences: { dtmf } }),
          ),
        )}
      </fieldset>
      <p id="dtmf-why" class="small quiet">${this.text('settings.dtmfWhy')}</p>
      ${session?.relay || preferences.relayOnly ? this.#relay(preferences) : nothing}`,
    );
  }

  #relay({ relayOnly }: Preferences) {
    return html`${this.#switch('relayOnly', 'settings.relayOnly', relayOnly, (on) =>
      this.emit('prefer', { preferences: { relayOnly: on } }),
    )}
      <p class="small quiet">${this.text('settings.relayOnlyWhy')}</p>`;
  }

  #sound({ sound, preferences }: SettingsState) {
    return this.#group(
      'sound',
      'settings.sound',
      html`
      <label class="line">
        <span>${this.text('settings.ringVolume')}</span>
        <input type="range" name="ringVolume" min="0" max="1" step="0.05" .value=${String(preferences.ringVolume)}
          @change=${this.#volume} />
      </label>
      <div class="buttons">
        ${sound === 'blocked' ? this.#button('enable-sound', 'settings.soundEnable', 'primary') : nothing}
        ${this.#button('test-ring', 'settings.testRing')}
      </div>`,
    );
  }

  #microphone({ microphone, preferences }: SettingsState) {
    return this.#group(
      'mute',
      'settings.microphone',
      html`
      ${this.#microphoneLine(microphone)}
      ${microphone === 'granted' ? nothing : this.#button('enable-microphone', 'settings.microphoneCheck')}
      ${this.#switch('voiceProcessing', 'settings.voiceProcessing', preferences.voiceProcessing, (voiceProcessing) =>
        this.emit('prefer', { preferences: { voiceProcessing } }),
      )}
      <p class="small quiet">${this.text('settings.voiceProcessingWhy')}</p>`,
    );
  }

  #microphoneLine(microphone: PhoneState['microphone']): TemplateResult {
    if (microphone === 'granted') return html`<p class="small quiet">${this.text('settings.microphoneGranted')}</p>`;
    if (microphone === 'unknown' || microphone === 'prompt')
      return html`<p class="small quiet">${this.text('settings.microphonePrompt')}</p>`;
    const code = ({ denied: 'microphoneDenied', absent: 'microphoneAbsent', inUse: 'microphoneInUse' } as const)[
      microphone
    ];
    return html`<p class="hint warn">${icon('alert')}<span>${errorText(this.language, code)}</span></p>`;
  }

  #languages({ settings }: SettingsState) {
    const languages = Object.keys(LANGUAGE_NAMES) as Language[];
    return this.#group(
      'globe',
      'settings.language',
      html`<fieldset class="choice">
      <legend class="sr">${this.text('settings.language')}</legend>
      ${languages.map(
        (language) =>
          html`<div lang=${language}>${this.#option(
            'language',
            language,
            LANGUAGE_NAMES[language],
            settings.language === language,
            () => this.#configure({ language }),
          )}</div>`,
      )}
    </fieldset>`,
    );
  }

  #option(name: string, value: string, label: string, chosen: boolean, choose: () => void) {
    return html`<label>
      <input type="radio" name=${name} value=${value} .checked=${chosen} @change=${choose} />
      <span>${label}</span>
    </label>`;
  }

  #devices({ devices, device, registration, ...state }: SettingsState) {
    const here = { device, online: registration === 'registered', push: reachedWhenClosed(state) === true };
    return this.#group(
      'devices',
      'settings.devices',
      html`
      <p class="small quiet">${this.text('devices.why')}</p>
      <switchhook-devices .language=${this.language} .devices=${devices} .here=${here}></switchhook-devices>`,
    );
  }

  #device({ session, registration, role, ringer }: SettingsState) {
    const where = (here: boolean) => this.text(here ? 'settings.thisTab' : 'settings.otherTab');
    const line = (label: string, value: string) => html`<div class="line"><dt>${label}</dt><dd>${value}</dd></div>`;
    return this.#group(
      'person',
      'settings.device',
      html`<dl>
        ${session ? line(this.text('settings.account'), session.user.displayName) : nothing}
        ${session ? line(this.text('settings.number'), session.user.extension) : nothing}
        ${line(this.text('settings.registration'), this.text(`registration.${registration}`))}
        ${line(this.text('settings.role'), where(role === 'host'))}
        ${line(this.text('settings.ringer'), where(ringer))}
      </dl>
      <button type="button" class="button danger" data-action="logOut" @click=${() => this.emit('log-out')}>
        ${icon('logOut')}${this.text('settings.logOut')}
      </button>`,
    );
  }

  #group(name: IconName, title: Title, content: TemplateResult) {
    return html`<section>${icon(name)}<div class="group"><h3>${this.text(title)}</h3>${content}</div></section>`;
  }

  #button(event: PlainEvent, label: ButtonLabel, look = '') {
    return html`<button type="button" class="button ${look}" data-action=${event} @click=${() => this.emit(event)}>
      ${this.text(label)}
    </button>`;
  }

  #switch(name: string, label: SwitchLabel, on: boolean, set: (on: boolean) => void) {
    const change = (event: Event) => set((event.currentTarget as HTMLInputElement).checked);
    return html`<label class="line">
      <span>${this.text(label)}</span>
      <input type="checkbox" role="switch" name=${name} .checked=${on} @change=${change} />
    </label>`;
  }

  #configure(settings: Partial<Settings>): void {
    this.emit('configure', { settings });
  }

  #openHealth = async (): Promise<void> => {
    this.checking = true;
    await this.updateComplete;
    const health = this.renderRoot.querySelector('switchhook-health');
    await health?.updateComplete;
    health?.focus();
  };

  #leaveHealth = async (): Promise<void> => {
    this.checking = false;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('[data-action=health]')?.focus();
  };

  #volume = (event: Event): void => {
    const preferences: Partial<Preferences> = { ringVolume: Number((event.currentTarget as HTMLInputElement).value) };
    this.emit('prefer', { preferences });
  };
}

customElements.define('switchhook-settings', SwitchhookSettings);

declare global {
  interface HTMLElementTagNameMap {
    'switchhook-settings': SwitchhookSettings;
  }
}
