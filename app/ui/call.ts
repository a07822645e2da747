import { css, html, nothing, type PropertyValues } from 'lit';
import type { CommandKind, SimpleAction } from '../../shared/calls/commands.ts';
import type { CallRecord } from '../../shared/calls/record.ts';
import { isAnswered } from '../../shared/calls/states.ts';
import type { User } from '../../shared/http/api.ts';
import { actionText } from '../../shared/i18n/notifications.ts';
import { avatar } from './avatar.ts';
import { accountText, stateText } from './callText.ts';
import { toConnect } from './choices.ts';
import { type CommandLook, commandButton, named, oneOf } from './commandButton.ts';
import { commands } from './commandStyles.ts';
import { SwitchhookElement } from './element.ts';
import { Failing, failures } from './failure.ts';
import { peerName } from './format.ts';
import { icon } from './icons.ts';
import './keypad.ts';
import { stage } from './stageStyles.ts';
import { avatars, controls, theme } from './theme.ts';
import './timer.ts';
import './transfer.ts';

/** The keys of a keypad on a computer's keyboard. */
const KEY = /^[0-9*#]$/u;

/**
 * A call that is going on, or that is being set up or torn down. Its host has `data-state`.
 *
 * @property language `en` or `vi`
 * @property call the call
 * @property allowed what it allows now: `phone.allowed(call)`; the only thing that decides which buttons there are
 * @property others the other live calls: with any, the buttons say whose they are
 * @property contacts the directory: for a transfer, and for the name of who has answered
 * @property account the account that it belongs to, where that has to be said; or null
 * @fires command `{callId, command}`
 * @fires key `{digit}` for a key sent into the call
 * @csspart avatar, command
 * @example <switchhook-call .call=${call} .allowed=${phone.allowed(call)}></switchhook-call>
 */
export class SwitchhookCall extends SwitchhookElement {
  static override readonly screen = 'call';

  static override properties = {
    call: { attribute: false },
    allowed: { attribute: false },
    others: { attribute: false },
    account: { attribute: false },
    contacts: { attribute: false },
    keypad: { state: true },
    sent: { state: true },
  };

  static override styles = [
    theme,
    controls,
    avatars,
    commands,
    failures,
    stage,
    css`
      .state.bad {
        color: var(--bad-text);
        font-weight: 600;
      }
      .note {
        display: inline-flex;
        align-items: center;
        gap: 0.375rem;
        padding: 0.25rem 0.875rem;
        border-radius: 999px;
        background: var(--warn);
        color: var(--on-warn);
        font-size: 0.875rem;
      }
      .note .icon {
        width: 1.125rem;
        height: 1.125rem;
      }
      .controls {
        display: grid;
        justify-items: center;
        gap: 1.75rem;
      }
      /* Beside the keys there is room for one row of controls. */
      .controls.dense {
        display: flex;
        flex-wrap: wrap;
        justify-content: center;
        gap: 0.5rem;
      }
      .dense .commands {
        display: contents;
      }
      .dense .command {
        width: 4.5rem;
      }
      .keys {
        display: grid;
        gap: 0.75rem;
        width: min(18rem, 100%);
      }
    `,
  ];

  declare call: CallRecord | null;
  declare allowed: ReadonlySet<CommandKind>;
  declare others: readonly CallRecord[];
  declare account: string | null;
  declare contacts: readonly User[];
  declare private keypad: boolean;
  declare private sent: string;
  readonly #failing = new Failing(this, () => this.call);

  constructor() {
    super();
    this.call = null;
    this.allowed = new Set();
    this.others = [];
    this.account = null;
    this.contacts = [];
    this.keypad = false;
    this.sent = '';
    this.addEventListener('keydown', this.#onKey);
  }

  /** To the name: a person who listens hears whose call it is, and no key hangs up by accident. */
  override focus(options?: FocusOptions): void {
    this.renderRoot.querySelector('h2')?.focus(options);
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('call')) return;
    const before = changed.get('call');
    if (before && before.id !== this.call?.id) this.sent = '';
    if (!this.allowed.has('dtmf')) this.keypad = false;
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has('call')) this.dataset.state = this.call?.state ?? '';
  }

  override render() {
    const { call, language, account } = this;
    if (!call) return nothing;
    const name = peerName(call.peer, language);
    return html`<div class="who">
        ${this.keypad ? nothing : avatar(name, call.peer.avatarUrl, 'large')}
        <h2 tabindex="-1">${name}</h2>
        ${call.peer.displayName ? html`<p class="quiet">${call.peer.handle}</p>` : nothing}
        <p class="state ${call.state === 'reconnecting' ? 'bad' : ''}">
          ${stateText(call, language)}${this.#timer(call)}
        </p>
        ${this.#answeredBy(call)}
        ${account ? html`<p class="small quiet">${accountText(account, language)}</p>` : nothing}
        ${this.#notes(call, name)} ${this.#failing.line(language)}
      </div>
      ${this.keypad ? this.#keys(call) : nothing}
      <div class="controls ${this.keypad ? 'dense' : ''}" role="group" aria-label=${this.text('call.controls')}>
        ${this.#controls(call)}
        <div class="commands">${this.#button(call, 'hangUp', { icon: 'hangUp', style: 'bad' })}</div>
      </div>
      <switchhook-transfer .language=${language} .call=${call} .contacts=${this.contacts}
        ?mayCallFirst=${this.others.length === 0}></switchhook-transfer>`;
  }

  #timer({ answeredAt, state }: CallRecord) {
    if (answeredAt === null || !isAnswered(state)) return nothing;
    return html` · <span class="sr">${this.text('call.duration')}</span><switchhook-timer .since=${answeredAt}></switchhook-timer>`;
  }

  /** Where that is not who was called: a group, a secretary. */
  #answeredBy({ answeredBy, peer }: CallRecord) {
    if (answeredBy === null || answeredBy === peer.handle) return nothing;
    const known = this.contacts.find(({ extension }) => extension === answeredBy);
    const name = known?.displayName ?? answeredBy;
    return html`<p class="small quiet">${this.text('call.answeredBy', { name })}</p>`;
  }

  #notes({ attributes, state }: CallRecord, name: string) {
    const both = state === 'active' && attributes.held && attributes.heldByRemote;
    return html`${both ? html`<p class="note">${icon('hold')}${this.text('call.heldByRemote', { name })}</p>` : nothing}
    ${attributes.muted ? html`<p class="note">${icon('unmute')}${this.text('call.muted')}</p>` : nothing}`;
  }

  #controls(call: CallRecord) {
    const { allowed } = this;
    const mute = oneOf(call, allowed, 'mute', 'unmute');
    const hold = oneOf(call, allowed, 'hold', 'unhold');
    const { muted, held } = call.attributes;
    return html`<div class="commands">
      ${this.#button(call, mute, { icon: muted ? 'unmute' : 'mute', style: muted ? 'on' : '' })}
      ${allowed.has('dtmf') ? this.#keypadToggle(call) : nothing}
      ${this.#button(call, hold, { icon: held ? 'unhold' : 'hold', style: held ? 'on' : '' })}
      ${this.#transfer(call)} ${this.#connect(call)}
    </div>`;
  }

  #transfer(call: CallRecord) {
    const { allowed, language } = this;
    const ask = () => this.renderRoot.querySelector('switchhook-transfer')?.show();
    return commandButton({ call, allowed, language, about: this.#about(call), ask }, 'transfer', { icon: 'transfer' });
  }

  /** With another call: the two far sides talk to each other. */
  #connect(call: CallRecord) {
    const { allowed, language, others } = this;
    const two = toConnect(call, others);
    if (!two) return nothing;
    const [told, other] = two;
    const command = { kind: 'attendedTransfer', with: other.id } as const;
    const ask = () => this.emit('command', { callId: told.id, command });
    return commandButton({ call: told, allowed, language, ask }, 'attendedTransfer', { icon: 'attendedTransfer' });
  }

  #keypadToggle(call: CallRecord) {
    const { keypad, language } = this;
    const label = keypad ? this.text('call.hideKeypad') : actionText(language, 'dtmf');
    return html`<button type="button" class="command ${keypad ? 'on' : ''}" part="command" data-action="dtmf"
      aria-label=${named(label, this.#about(call)) ?? nothing} aria-expanded=${keypad} @click=${this.#toggleKeypad}
    ><span class="disc">${icon('keypad')}</span><span>${label}</span></button>`;
  }

  #keys(call: CallRecord) {
    const press = ({ detail }: CustomEvent<{ digit: string }>) => this.#send(call, detail.digit);
    return html`<div class="keys">
      <p class="state" role="status">${this.sent ? this.text('call.sent', { digits: this.sent }) : ''}</p>
      <switchhook-keypad .language=${this.language} @key=${press}></switchhook-keypad>
    </div>`;
  }

  #send(call: CallRecord, digits: string): void {
    this.sent += digits;
    this.emit('command', { callId: call.id, command: { kind: 'dtmf', digits } });
  }

  #button(call: CallRecord, kind: SimpleAction, look: CommandLook) {
    const { allowed, language } = this;
    const ask = (asked: SimpleAction) => this.emit('command', { callId: call.id, command: { kind: asked } });
    return commandButton({ call, allowed, language, about: this.#about(call), ask }, kind, look);
  }

  #about({ peer }: CallRecord): string | null {
    return this.others.length > 0 ? peerName(peer, this.language) : null;
  }

  #toggleKeypad = (): void => {
    this.keypad = !this.keypad;
  };

  /** With the keypad open the computer's keys are its keys, and Escape closes it; those in a dialog are the dialog's. */
  #onKey = (event: KeyboardEvent): void => {
    const { call, keypad } = this;
    if (event.composedPath().some((place) => place instanceof HTMLDialogElement)) return;
    if (!keypad || !call || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === 'Escape') {
      this.keypad = false;
      this.renderRoot.querySelector<HTMLElement>('[data-action="dtmf"]')?.focus();
    } else if (KEY.test(event.key) && !event.repeat) {
      this.emit('key', { digit: event.key });
      this.#send(call, event.key);
    }
  };
}

customElements.define('switchhook-call', SwitchhookCall);

declare global {
  interface HTMLElementTagNameMap {
    'switchhook-call': SwitchhookCall;
  }
}
