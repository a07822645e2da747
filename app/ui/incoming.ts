import { css, html, nothing, type PropertyValues } from 'lit';
import type { CommandKind, SimpleAction } from '../../shared/calls/commands.ts';
import { pendingIntent } from '../../shared/calls/intents.ts';
import type { CallRecord } from '../../shared/calls/record.ts';
import { avatar } from './avatar.ts';
import { ringText } from './callText.ts';
import { type CommandLook, commandButton } from './commandButton.ts';
import { commands } from './commandStyles.ts';
import { SwitchhookElement } from './element.ts';
import { peerName } from './format.ts';
import { stage } from './stageStyles.ts';
import { avatars, controls, theme } from './theme.ts';

/**
 * ms after it appeared in which a key does not press its buttons: whoever is typing when it rings must not take or
 * refuse a call with the next letter. Ours: longer than between two keys, shorter than deciding takes.
 */
const KEY_GUARD = 700;

const TAKING: readonly [SimpleAction, CommandLook][] = [
  ['holdAndAnswer', { icon: 'hold', style: 'good' }],
  ['endAndAnswer', { icon: 'swap', style: 'good' }],
  ['answerWithVideo', { icon: 'video', style: 'good' }],
  ['answer', { icon: 'answer', style: 'good' }],
];

/**
 * An incoming call that rings. Its host has `data-state`.
 *
 * @property language `en` or `vi`
 * @property call the ringing call
 * @property allowed what it allows now: `phone.allowed(call)`
 * @property other the name of the person that one is in a call with, or null
 * @fires command `{callId, command}`
 * @csspart avatar, command
 * @example <switchhook-incoming .call=${call} .allowed=${phone.allowed(call)}></switchhook-incoming>
 */
export class SwitchhookIncoming extends SwitchhookElement {
  static override readonly screen = 'incoming';

  static override properties = {
    call: { attribute: false },
    allowed: { attribute: false },
    other: { attribute: false },
  };

  static override styles = [
    theme,
    controls,
    avatars,
    commands,
    stage,
    css`
      .ring {
        position: relative;
      }
      .ring::before {
        content: '';
        position: absolute;
        inset: -0.5rem;
        border: 3px solid var(--good);
        border-radius: 50%;
        animation: ring 1.6s ease-out infinite;
      }
      .ring.silent::before {
        display: none;
      }
      @keyframes ring {
        from {
          scale: 0.92;
          opacity: 0.9;
        }
        to {
          scale: 1.25;
          opacity: 0;
        }
      }
    `,
  ];

  declare call: CallRecord | null;
  declare allowed: ReadonlySet<CommandKind>;
  declare other: string | null;
  #shownAt = 0;

  constructor() {
    super();
    this.call = null;
    this.allowed = new Set();
    this.other = null;
    this.addEventListener('keydown', this.#guard, { capture: true });
  }

  /** To the button that takes the call. */
  override focus(options?: FocusOptions): void {
    this.renderRoot.querySelector<HTMLElement>('.good')?.focus(options);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#shownAt = performance.now();
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has('call')) this.dataset.state = this.call?.state ?? '';
  }

  override render() {
    const { call, language } = this;
    if (!call) return nothing;
    const name = peerName(call.peer, language);
    const { silenced } = call.attributes;
    return html`<div class="who">
        <span class="ring ${silenced ? 'silent' : ''}">${avatar(name, call.peer.avatarUrl, 'large')}</span>
        <h2>${name}</h2>
        ${call.peer.displayName ? html`<p class="quiet">${call.peer.handle}</p>` : nothing}
        <p class="state">${ringText(call, language)}</p>
        ${silenced ? html`<p class="small quiet">${this.text('incoming.silenced')}</p>` : nothing}
        ${this.other ? html`<p class="small quiet">${this.text('incoming.while', { name: this.other })}</p>` : nothing}
      </div>
      <div class="commands wide">
        ${this.#button(call, 'decline', { icon: 'hangUp', style: 'bad' })}
        ${this.#taking(call).map(([kind, look]) => this.#button(call, kind, look))}
      </div>
      <div class="commands">
        ${this.#button(call, 'silence', { icon: 'silence', style: 'flat' })}
        ${this.#button(call, 'declineEverywhere', { icon: 'devices', style: 'flat' })}
      </div>`;
  }

  /** While one way of taking the call is under way the others are not offered; beside another call plain answer is not. */
  #taking(call: CallRecord) {
    const offered = TAKING.filter(([kind]) => this.allowed.has(kind) || pendingIntent(call, kind));
    const beside = offered.some(([kind]) => kind === 'holdAndAnswer');
    return offered.filter(([kind]) => !(beside && kind === 'answer'));
  }

  #button(call: CallRecord, kind: SimpleAction, look: CommandLook) {
    const { allowed, language } = this;
    const ask = (asked: SimpleAction) => this.emit('command', { callId: call.id, command: { kind: asked } });
    return commandButton({ call, allowed, language, ask }, kind, look);
  }

  #guard = (event: KeyboardEvent): void => {
    const presses = event.key === 'Enter' || event.key === ' ';
    if (presses && (event.repeat || performance.now() - this.#shownAt < KEY_GUARD)) event.preventDefault();
  };
}

customElements.define('switchhook-incoming', SwitchhookIncoming);

declare global {
  interface HTMLElementTagNameMap {
    'switchhook-incoming': SwitchhookIncoming;
  }
}
