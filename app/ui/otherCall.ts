import { css, html, nothing, type PropertyValues } from 'lit';
import type { CommandKind, SimpleAction } from '../../shared/calls/commands.ts';
import type { CallRecord } from '../../shared/calls/record.ts';
import { isAnswered } from '../../shared/calls/states.ts';
import { avatar } from './avatar.ts';
import { accountText, stateText } from './callText.ts';
import { waysToTake, wayToTakeUp } from './choices.ts';
import { type CommandLook, commandButton } from './commandButton.ts';
import { commands } from './commandStyles.ts';
import { SwitchhookElement } from './element.ts';
import { Failing, failures } from './failure.ts';
import { peerName } from './format.ts';
import { avatars, theme } from './theme.ts';
import './timer.ts';

type Offer = readonly [SimpleAction, CommandLook];

/**
 * A call beside the one in the main place, in small: on hold, waiting, or going on while another rings. Its host has
 * `data-state`.
 *
 * @property language `en` or `vi`
 * @property call the call
 * @property allowed what it allows now: `phone.allowed(call)`
 * @property others the other live calls, the one in the main place among them
 * @property account the account that it belongs to, where that has to be said; or null
 * @fires command `{callId, command}`
 * @csspart avatar, command
 * @example <switchhook-other-call .call=${held} .allowed=${phone.allowed(held)} .others=${[heard]}></switchhook-other-call>
 */
export class SwitchhookOtherCall extends SwitchhookElement {
  static override properties = {
    call: { attribute: false },
    allowed: { attribute: false },
    others: { attribute: false },
    account: { attribute: false },
  };

  static override styles = [
    theme,
    avatars,
    commands,
    failures,
    css`
      :host {
        display: block;
      }
      .card {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem 0.75rem;
        padding: 0.625rem 0.75rem;
        border-radius: var(--radius);
        background: var(--raised);
      }
      .words {
        flex: 1 1 6rem;
        overflow-wrap: anywhere;
      }
      .state {
        font-variant-numeric: tabular-nums;
      }
      .commands {
        flex-wrap: nowrap;
        gap: 0.25rem;
        margin-inline-start: auto;
      }
      .command {
        gap: 0.25rem;
        width: 4.5rem;
        font-size: 0.8125rem;
        line-height: 1.2;
      }
      .disc {
        width: 2.75rem;
        height: 2.75rem;
        background: var(--hover);
      }
      .command:is(.good, .bad) .icon {
        width: 1.5rem;
        height: 1.5rem;
      }
      .failure {
        flex-basis: 100%;
        max-width: none;
        margin-top: 0;
      }
    `,
  ];

  declare call: CallRecord | null;
  declare allowed: ReadonlySet<CommandKind>;
  declare others: readonly CallRecord[];
  declare account: string | null;
  readonly #failing = new Failing(this, () => this.call);

  constructor() {
    super();
    this.call = null;
    this.allowed = new Set();
    this.others = [];
    this.account = null;
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has('call')) this.dataset.state = this.call?.state ?? '';
  }

  override render() {
    const { call, language, account } = this;
    if (!call) return nothing;
    const name = peerName(call.peer, language);
    return html`<div class="card" role="group" aria-labelledby="name">
      ${avatar(name, call.peer.avatarUrl)}
      <div class="words">
        <h3 id="name">${name}</h3>
        <p class="small quiet state">${stateText(call, language)}${this.#timer(call)}</p>
        ${account ? html`<p class="small quiet">${accountText(account, language)}</p>` : nothing}
      </div>
      <div class="commands">${this.#offers(call).map((offer) => this.#button(call, name, offer))}</div>
      ${this.#failing.line(language)}
    </div>`;
  }

  #timer({ answeredAt, state }: CallRecord) {
    if (answeredAt === null || !isAnswered(state)) return nothing;
    return html` · <span class="sr">${this.text('call.duration')}</span><switchhook-timer .since=${answeredAt}></switchhook-timer>`;
  }

  #offers(call: CallRecord): Offer[] {
    const { allowed, others } = this;
    if (call.state === 'ringing') {
      const taking = waysToTake(call, allowed, others);
      return [
        ['decline', { icon: 'hangUp', style: 'bad' }],
        ...taking.map((kind): Offer => [kind, { icon: kind === 'answerWithVideo' ? 'video' : kind, style: 'good' }]),
      ];
    }
    const takeUp = wayToTakeUp(call, allowed, others);
    const waits: Offer[] = call.attributes.held
      ? [[takeUp, takeUp === 'swap' ? { icon: 'swap' } : { icon: 'unhold' }]]
      : [];
    return [...waits, ['hangUp', { icon: 'hangUp', style: 'bad' }]];
  }

  #button(call: CallRecord, about: string, [kind, look]: Offer) {
    const { allowed, language } = this;
    const ask = (asked: SimpleAction) => this.emit('command', { callId: call.id, command: { kind: asked } });
    return commandButton({ call, allowed, language, about, ask }, kind, look);
  }
}

customElements.define('switchhook-other-call', SwitchhookOtherCall);

declare global {
  interface HTMLElementTagNameMap {
    'switchhook-other-call': SwitchhookOtherCall;
  }
}
