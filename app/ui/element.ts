/** What the elements have in common: a language, typed events, the name of the screen for tests and styles. */
import { LitElement, type PropertyDeclarations } from 'lit';
import type { CallCommand } from '../../shared/calls/commands.ts';
import type { en } from '../../shared/i18n/en.ts';
import { type Language, type MessageKey, text } from '../../shared/i18n/messages.ts';
import type { Params } from '../../shared/i18n/template.ts';
import type { Settings } from '../../shared/registry/input.ts';
import type { Preferences } from '../phone/types.ts';

/** Every event of the elements with its detail. All of them bubble and leave the shadow tree. */
export interface SwitchhookEvents {
  /** A person wants to call a number. */
  dial: { number: string };
  /** A person asks something of a call. */
  command: { callId: string; command: CallCommand };
  /** A key of a keypad was pressed: for its tone. */
  key: { digit: string };
  'log-in': { username: string; password: string };
  'log-out': undefined;
  'load-more': undefined;
  /** The missed calls are on the screen. */
  seen: undefined;
  configure: { settings: Partial<Settings> };
  prefer: { preferences: Partial<Preferences> };
  'enable-sound': undefined;
  'enable-notifications': undefined;
  'enable-microphone': undefined;
  /** A call that goes on elsewhere is to go on here. */
  'take-here': undefined;
  'test-ring': undefined;
  /** A ring to oneself by push. */
  'test-push': undefined;
  /** The list of devices has come on the screen. */
  'load-devices': undefined;
  'remove-device': { device: string };
  /** A person goes back from a screen to the one that it was opened from. */
  leave: undefined;
  /** A notice was sent away. */
  dismiss: { notice: string };
}

export type EventName = keyof SwitchhookEvents;

/** The names of the events that carry nothing. */
export type PlainEvent = { [Name in EventName]: SwitchhookEvents[Name] extends undefined ? Name : never }[EventName];

export abstract class SwitchhookElement extends LitElement {
  static override properties: PropertyDeclarations = { language: { type: String } };

  /** What the host's `data-screen` says; null for elements that are no screen. */
  static readonly screen: string | null = null;

  declare language: Language;

  constructor() {
    super();
    this.language = 'en';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const { screen } = this.constructor as typeof SwitchhookElement;
    if (screen) this.dataset.screen = screen;
  }

  protected text<Key extends MessageKey>(key: Key, ...params: Params<(typeof en)[Key]>): string {
    return text(this.language, key, ...params);
  }

  protected emit<Name extends EventName>(
    name: Name,
    ...[detail]: SwitchhookEvents[Name] extends undefined ? [] : [detail: SwitchhookEvents[Name]]
  ): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}
