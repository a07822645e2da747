import { css, html, nothing, type PropertyValues } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { CommandKind } from '../../shared/calls/commands.ts';
import { isMissed } from '../../shared/calls/missed.ts';
import type { CallRecord } from '../../shared/calls/record.ts';
import { avatar } from './avatar.ts';
import { endText } from './callText.ts';
import { SwitchhookElement } from './element.ts';
import { fullTime, peerName, talkTime, when } from './format.ts';
import { type IconName, icon } from './icons.ts';
import { listStyles } from './rowStyles.ts';
import { Ticker } from './ticker.ts';

const MINUTE = 60_000;

/**
 * The calls that are over, newest first.
 *
 * @property language `en` or `vi`
 * @property calls the pages loaded so far
 * @property more whether there are earlier ones
 * @property loading earlier ones are on their way
 * @property allowed which commands a call allows: `(call) => phone.allowed(call)`
 * @fires command `{callId, command: {kind: 'callback'}}`
 * @fires load-more
 * @fires seen when calls that were missed and not looked at are on the screen
 * @csspart avatar
 * @example <switchhook-recents .calls=${state.recents} .allowed=${(call) => phone.allowed(call)}></switchhook-recents>
 */
export class SwitchhookRecents extends SwitchhookElement {
  static override readonly screen = 'recents';

  static override properties = {
    calls: { attribute: false },
    more: { type: Boolean },
    loading: { type: Boolean },
    allowed: { attribute: false },
  };

  static override styles = [
    listStyles,
    css`
      .what {
        display: flex;
        align-items: center;
        gap: 0.375rem;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .what .icon {
        width: 1rem;
        height: 1rem;
        stroke-width: 2.2;
      }
      .missed .name,
      .missed .kind {
        color: var(--bad-text);
        font-weight: 650;
      }
      .new {
        padding: 0 0.5rem;
        border-radius: 999px;
        background: var(--bad);
        color: #ffffff;
        font-size: 0.75rem;
        font-weight: 650;
        line-height: 1.25rem;
      }
      .nameline {
        display: flex;
        align-items: center;
        gap: 0.5rem;
      }
      .button {
        justify-self: center;
      }
      .empty .icon {
        width: 3rem;
        height: 3rem;
        margin-bottom: 0.75rem;
        stroke-width: 1.2;
      }
    `,
  ];

  declare calls: readonly CallRecord[];
  declare more: boolean;
  declare loading: boolean;
  declare allowed: (call: CallRecord) => ReadonlySet<CommandKind>;

  constructor() {
    super();
    this.calls = [];
    this.more = false;
    this.loading = false;
    this.allowed = () => new Set();
    new Ticker(this, MINUTE);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('visibilitychange', this.#tellSeen);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('visibilitychange', this.#tellSeen);
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has('calls')) this.#tellSeen();
  }

  override render() {
    return html`<h2>${this.text('tab.recents')}</h2>
      ${this.calls.length === 0 ? this.#empty() : this.#list()}
      ${this.more ? this.#moreButton() : nothing}`;
  }

  #list() {
    const now = Date.now();
    return html`<ul role="list">
      ${repeat(
        this.calls,
        (call) => call.id,
        (call) => this.#row(call, now),
      )}
    </ul>`;
  }

  #row(call: CallRecord, now: number) {
    const { language } = this;
    const name = peerName(call.peer, language);
    const missed = isMissed(call);
    const talked = talkTime(call);
    const kind: IconName & ('missed' | 'incoming' | 'outgoing') = missed ? 'missed' : call.direction;
    const at = call.createdAt;
    const parts = [
      talked ?? (missed ? null : endText(call, language)),
      call.peer.displayName ? call.peer.handle : null,
    ];
    return html`<li class="row ${missed ? 'missed' : ''}" data-call=${call.id}>
      ${avatar(name, call.peer.avatarUrl)}
      <div class="who">
        <p class="nameline">
          <span class="name">${name}</span>
          ${call.unseen ? html`<span class="new">${this.text('recents.unseen')}</span>` : nothing}
        </p>
        <p class="small quiet what">
          ${icon(kind)}<span class="kind">${this.text(`recents.${kind}`)}</span>
          <span>${parts.filter(Boolean).map((part) => ` · ${part}`)}</span>
        </p>
        <p class="small quiet">
          <time datetime=${new Date(at).toISOString()} title=${fullTime(at, language)}>${when(at, now, language)}</time>
        </p>
      </div>
      ${this.allowed(call).has('callback') ? this.#callBack(call, name) : nothing}
    </li>`;
  }

  #callBack({ id }: CallRecord, name: string) {
    return html`<button type="button" class="round call" data-action="callback"
      aria-label=${this.text('recents.callBack', { name })}
      @click=${() => this.emit('command', { callId: id, command: { kind: 'callback' } })}
    >${icon('answer')}</button>`;
  }

  #moreButton() {
    const { loading } = this;
    return html`<button type="button" class="button" aria-disabled=${loading}
      @click=${() => loading || this.emit('load-more')}
    >${loading ? html`<span class="spinner"></span>${this.text('recents.loading')}` : this.text('recents.more')}</button>`;
  }

  #empty() {
    return html`<div class="empty quiet">
      ${icon('clock')}
      <p>${this.text('recents.empty')}</p>
      <p class="small">${this.text('recents.emptyHint')}</p>
    </div>`;
  }

  /** Nobody has looked at a list in a tab that is behind another. */
  #tellSeen = (): void => {
    if (!document.hidden && this.calls.some((call) => call.unseen)) this.emit('seen');
  };
}

customElements.define('switchhook-recents', SwitchhookRecents);

declare global {
  interface HTMLElementTagNameMap {
    'switchhook-recents': SwitchhookRecents;
  }
}
