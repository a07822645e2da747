import { css, html, nothing, type PropertyValues } from 'lit';
import type { CommandKind, SimpleAction } from '../../shared/calls/commands.ts';
import type { CallRecord } from '../../shared/calls/record.ts';
import { avatar } from './avatar.ts';
import { accountText, isBeingAnswered, stateText } from './callText.ts';
import { waysToTake } from './choices.ts';
import { type CommandLook, commandButton } from './commandButton.ts';
import { commands } from './commandStyles.ts';
import { SwitchhookElement } from './element.ts';
import { Failing, failures } from './failure.ts';
import { peerName } from './format.ts';
import { stage } from './stageStyles.ts';
import { avatars, controls, theme } from './theme.ts';

/**
 * ms after it appeared in which a key does not press its buttons: whoever is typing when it rings must not take or
 * refuse a call with the next letter. Ours: longer than between two keys, shorter than deciding takes.
 */
const KEY_GUARD = 700;

const LOOKS = {
  holdAndAnswer: { icon: 'holdAndAnswer', style: 'good' },
  endAndAnswer: { icon: 'endAndAnswer', style: 'good' },
  answerWithVideo: { icon: 'video', style: 'good' },
  answer: { icon: 'answer', style: 'good' },
} as const satisfies Partial<Record<SimpleAction, CommandLook>>;

/**
 * An incoming call that rings. Its host has `data-state`.
 *
 * @property language `en` or `vi`
 * @property call the ringing call
 * @property allowed what it allows now: `phone.allowed(call)`
 * @property others the other live calls: they decide what answering means, and that buttons say whose they are
 * @property account the account that it belongs to, where that has to be said; or null
 * @fires command `{callId, command}`
 * @csspart avatar, command
 * @example <switchhook-incoming .call=${call} .allowed=${phone.allowed(call)}></switchhook-incoming>
 */
export class SwitchhookIncoming extends SwitchhookElement {
  static override readonly screen = 'incoming';

  static override properties = {
    call: { attribute: false },
    allowed: { attribute: false },
    others: { attribute: false },
    account: { attribute: false },
  };

  static override styles = [
    theme,
    controls,
    avatars,
    commands,
    failures,
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
  declare others: readonly CallRecord[];
  declare account: string | null;
  #shownAt = 0;
  readonly #failing = new Failing(this, () => this.call);

  constructor() {
    super();
    this.call = null;
    this.allowed = new Set();
    this.others = [];
    this.account = null;
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
    const { call, language, account } = this;
    if (!call) return nothing;
    const name = peerName(call.peer, language);
    const { silenced } = call.attributes;
    const quiet = silenced || isBeingAnswered(call);
    return html`<div class="who">
        <span class="ring ${quiet ? 'silent' : ''}">${avatar(name, call.peer.avatarUrl, 'large')}</span>
        <h2>${name}</h2>
        ${call.peer.displayName ? html`<p class="quiet">${call.peer.handle}</p>` : nothing}
        <p class="state">${stateText(call, language)}</p>
        ${silenced ? html`<p class="small quiet">${this.text('incoming.silenced')}</p>` : nothing}
        ${account ? html`<p class="small quiet">${accountText(account, language)}</p>` : nothing}
        ${this.#failing.line(language)}
      </div>
      <div class="commands wide">
        ${this.#button(call, 'decline', { icon: 'hangUp', style: 'bad' })}
        ${waysToTake(call, this.allowed, this.others).map((kind) => this.#button(call, kind, LOOKS[kind]))}
      </div>
      <div class="commands">
        ${this.#button(call, 'silence', { icon: 'silence', style: 'flat' })}
        ${this.#button(call, 'declineEverywhere', { icon: 'devices', style: 'flat' })}
      </div>`;
  }

  #button(call: CallRecord, kind: SimpleAction, look: CommandLook) {
    const { allowed, language, others } = this;
    const about = others.length > 0 ? peerName(call.peer, language) : null;
    const ask = (asked: SimpleAction) => this.emit('command', { callId: call.id, command: { kind: asked } });
    return commandButton({ call, allowed, language, about, ask }, kind, look);
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
