import { css, html, nothing } from 'lit';
import type { CommandKind, SimpleAction } from '../../shared/calls/commands.ts';
import type { CallRecord } from '../../shared/calls/record.ts';
import { avatar } from './avatar.ts';
import { answerText, endedBecause, endText } from './callText.ts';
import { commandButton } from './commandButton.ts';
import { commands } from './commandStyles.ts';
import { SwitchhookElement } from './element.ts';
import { peerName, talkTime } from './format.ts';
import { stage } from './stageStyles.ts';
import { avatars, controls, theme } from './theme.ts';

/**
 * A call that has just ended, and why.
 *
 * @property language `en` or `vi`
 * @property call the finished call
 * @property allowed what it allows now: `phone.allowed(call)`
 * @fires command `{callId, command: {kind: 'callback'}}`
 * @csspart avatar, command
 * @example <switchhook-ended .call=${state.justEnded[0]}></switchhook-ended>
 */
export class SwitchhookEnded extends SwitchhookElement {
  static override readonly screen = 'ended';

  static override properties = { call: { attribute: false }, allowed: { attribute: false } };

  static override styles = [
    theme,
    controls,
    avatars,
    commands,
    stage,
    css`
      .reason {
        max-width: 22rem;
        text-wrap: balance;
      }
      .avatar {
        filter: grayscale(0.7);
      }
    `,
  ];

  declare call: CallRecord | null;
  declare allowed: ReadonlySet<CommandKind>;

  constructor() {
    super();
    this.call = null;
    this.allowed = new Set();
  }

  override focus(options?: FocusOptions): void {
    this.renderRoot.querySelector('h2')?.focus(options);
  }

  override render() {
    const { call, allowed, language } = this;
    if (!call) return nothing;
    const name = peerName(call.peer, language);
    const talked = talkTime(call);
    const reason = answerText(call, language) ?? endedBecause(call, language);
    const ask = (kind: SimpleAction) => this.emit('command', { callId: call.id, command: { kind } });
    return html`<div class="who">
        ${avatar(name, call.peer.avatarUrl, 'large')}
        <h2 tabindex="-1">${name}</h2>
        ${call.peer.displayName ? html`<p class="quiet">${call.peer.handle}</p>` : nothing}
        <p class="state">${endText(call, language)}${talked ? ` · ${talked}` : ''}</p>
        ${reason ? html`<p class="small quiet reason">${reason}</p>` : nothing}
      </div>
      <div class="commands">
        ${commandButton({ call, allowed, language, ask }, 'callback', { icon: 'answer', style: 'good' })}
      </div>`;
  }
}

customElements.define('switchhook-ended', SwitchhookEnded);

declare global {
  interface HTMLElementTagNameMap {
    'switchhook-ended': SwitchhookEnded;
  }
}
