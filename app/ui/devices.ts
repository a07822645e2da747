import { css, html, nothing, type PropertyValues } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { PhoneState } from '../phone/types.ts';
import { SwitchhookElement } from './element.ts';
import { fullTime, when } from './format.ts';
import { controls, theme } from './theme.ts';
import { Ticker } from './ticker.ts';

type Device = PhoneState['devices'][number];

/** What this device knows of itself better, and sooner, than the list does. */
export type ThisDevice = Pick<Device, 'device' | 'online' | 'push'>;

const MINUTE = 60_000;

/**
 * My devices: which can be reached and how, and away with those that are lost or no longer mine.
 *
 * @property language `en` or `vi`
 * @property devices as the switchboard lists them
 * @property here this device
 * @fires load-devices when the list comes on the screen
 * @fires remove-device `{device}` once it was confirmed
 * @example <switchhook-devices .devices=${state.devices} .here=${here}></switchhook-devices>
 */
export class SwitchhookDevices extends SwitchhookElement {
  static override properties = {
    devices: { attribute: false },
    here: { attribute: false },
    asking: { state: true },
  };

  static override styles = [
    theme,
    controls,
    css`
      :host {
        display: block;
        width: 100%;
      }
      ul:focus {
        outline: none;
      }
      li {
        padding: 0.5rem 0;
      }
      li + li {
        border-top: 1px solid var(--line);
      }
      .row,
      .buttons {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem;
      }
      .who {
        flex: 1 1 10rem;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      .name {
        font-weight: 550;
      }
      .confirm {
        display: grid;
        gap: 0.5rem;
        margin-top: 0.5rem;
        padding: 0.75rem;
        border-radius: 10px;
        background: var(--wrong);
        color: var(--on-wrong);
        overflow-wrap: anywhere;
      }
      .confirm .button {
        background: var(--surface);
        color: var(--text);
      }
      .confirm .button.danger {
        background: var(--bad);
        color: #ffffff;
      }
    `,
  ];

  declare devices: PhoneState['devices'];
  declare here: ThisDevice | null;
  /** The device whose removal waits for a yes. */
  declare private asking: string | null;

  /** Those that a person removed and the list still has, by their names. */
  readonly #leaving = new Map<string, string>();
  #news = '';
  #lostRow = false;

  constructor() {
    super();
    this.devices = [];
    this.here = null;
    this.asking = null;
    new Ticker(this, MINUTE);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.emit('load-devices');
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('devices')) return;
    const listed = new Set(this.devices.map(({ device }) => device));
    for (const [device, name] of this.#leaving) {
      if (listed.has(device)) continue;
      this.#leaving.delete(device);
      this.#news = this.text('devices.removed', { name });
    }
    if (this.asking !== null && !listed.has(this.asking)) this.asking = null;
    const row = this.shadowRoot?.activeElement?.closest<HTMLElement>('[data-device]')?.dataset.device;
    this.#lostRow = row !== undefined && !listed.has(row);
  }

  override updated(): void {
    if (this.#lostRow) this.renderRoot.querySelector('ul')?.focus();
    this.#lostRow = false;
  }

  override render() {
    const now = Date.now();
    const { here } = this;
    const own = this.devices.find(({ device }) => device === here?.device);
    const others = this.devices.filter((each) => each !== own).toSorted((one, two) => two.lastSeen - one.lastSeen);
    return html`<ul role="list" tabindex="-1" aria-label=${this.text('settings.devices')}>
        ${here ? this.#here(here, own?.name ?? '') : nothing}
        ${repeat(
          others,
          ({ device }) => device,
          (each) => this.#other(each, now),
        )}
      </ul>
      <p class="sr" role="status">${this.#news}</p>`;
  }

  #here({ device, online, push }: ThisDevice, name: string) {
    return html`<li data-device=${device}>
      <p class="name">${this.text('devices.this')}</p>
      ${name ? html`<p class="small quiet">${name}</p>` : nothing}
      <p class="small quiet">
        ${this.text(online ? 'devices.online' : 'devices.offline')} · ${this.#woken(push)}
      </p>
    </li>`;
  }

  #other(each: Device, now: number) {
    const { device, online, push } = each;
    const name = this.#nameOf(each);
    return html`<li data-device=${device} @keydown=${this.#escape}>
      <div class="row">
        <div class="who">
          <p class="name">${name}</p>
          <p class="small quiet">
            ${online ? this.text('devices.online') : this.#lastSeen(each, now)} · ${this.#woken(push)}
          </p>
        </div>
        ${
          this.asking === device
            ? nothing
            : html`<button type="button" class="button danger" data-action="remove-device"
                aria-label=${this.text('devices.removeNamed', { name })} @click=${() => this.#ask(device)}
              >${this.text('devices.remove')}</button>`
        }
      </div>
      ${this.asking === device ? this.#confirm(device, name) : nothing}
    </li>`;
  }

  #confirm(device: string, name: string) {
    return html`<div class="confirm" role="group" aria-labelledby="sure">
      <p id="sure" class="small">${this.text('devices.sure', { name })}</p>
      <div class="buttons">
        <button type="button" class="button danger" data-action="confirm-remove" @click=${() => this.#remove(device, name)}>
          ${this.text('devices.remove')}
        </button>
        <button type="button" class="button" data-action="keep-device" @click=${this.#keep}>
          ${this.text('devices.keep')}
        </button>
      </div>
    </div>`;
  }

  #nameOf({ name }: Device): string {
    return name || this.text('devices.unnamed');
  }

  #woken(push: boolean): string {
    return this.text(push ? 'devices.push' : 'devices.noPush');
  }

  #lastSeen({ lastSeen }: Device, now: number) {
    const { language } = this;
    return html`<time datetime=${new Date(lastSeen).toISOString()} title=${fullTime(lastSeen, language)}
      >${this.text('devices.lastSeen', { time: when(lastSeen, now, language) })}</time>`;
  }

  /** The focus goes to the way back: a second Enter must not remove anything. */
  #ask(device: string): void {
    this.asking = device;
    void this.#focusOn('[data-action=keep-device]');
  }

  #keep = (): void => {
    const device = this.asking;
    this.asking = null;
    if (device !== null) void this.#focusOn(`[data-device="${CSS.escape(device)}"] [data-action=remove-device]`);
  };

  #remove(device: string, name: string): void {
    this.#leaving.set(device, name);
    this.#keep();
    this.emit('remove-device', { device });
  }

  #escape = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && this.asking !== null) this.#keep();
  };

  async #focusOn(selector: string): Promise<void> {
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(selector)?.focus();
  }
}

customElements.define('switchhook-devices', SwitchhookDevices);

declare global {
  interface HTMLElementTagNameMap {
    'switchhook-devices': SwitchhookDevices;
  }
}
