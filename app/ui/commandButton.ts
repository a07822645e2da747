/** The button of a command: there when the call allows the command, busy while it is being carried out. */
import { html, nothing, type TemplateResult } from 'lit';
import type { CommandKind, SimpleAction } from '../../shared/calls/commands.ts';
import { pendingIntent } from '../../shared/calls/intents.ts';
import type { CallRecord } from '../../shared/calls/record.ts';
import { type Language, type MessageKey, text } from '../../shared/i18n/messages.ts';
import { actionText } from '../../shared/i18n/notifications.ts';
import { type IconName, icon } from './icons.ts';

/** What a button can ask for: all that needs no argument, and what the one who asks adds it to. */
export type ButtonKind = SimpleAction | 'transfer' | 'attendedTransfer';

export interface CommandContext<Kind extends ButtonKind = SimpleAction> {
  call: CallRecord;
  allowed: ReadonlySet<CommandKind>;
  language: Language;
  /** Whose call it is, where there are several to press a button for; null otherwise. */
  about?: string | null;
  ask(kind: Kind): void;
}

export interface CommandLook {
  icon: IconName;
  /** `good` and `bad` for taking and ending a call, `on` for something that is switched on, `flat` for a secondary one. */
  style?: 'good' | 'bad' | 'on' | 'flat' | '';
}

const PENDING: Readonly<Partial<Record<ButtonKind, MessageKey & `pending.${string}`>>> = {
  answer: 'pending.answer',
  answerWithVideo: 'pending.answer',
  holdAndAnswer: 'pending.answer',
  endAndAnswer: 'pending.answer',
  decline: 'pending.decline',
  declineEverywhere: 'pending.decline',
  hangUp: 'pending.hangUp',
  mute: 'pending.mute',
  unmute: 'pending.unmute',
  hold: 'pending.hold',
  unhold: 'pending.unhold',
  silence: 'pending.silence',
  swap: 'pending.swap',
  callback: 'pending.callback',
  transfer: 'pending.transfer',
  attendedTransfer: 'pending.attendedTransfer',
};

export function commandButton<Kind extends ButtonKind>(
  { call, allowed, language, about = null, ask }: CommandContext<Kind>,
  kind: Kind,
  { icon: name, style = '' }: CommandLook,
): TemplateResult | typeof nothing {
  const pending = pendingIntent(call, kind) !== undefined;
  if (!pending && !allowed.has(kind)) return nothing;
  const busyText: (typeof PENDING)[ButtonKind] = PENDING[kind];
  const label = pending && busyText ? text(language, busyText) : actionText(language, kind);
  // Busy, not disabled: a disabled button would drop the focus that is on it.
  return html`<button
    type="button"
    class="command ${style}"
    part="command"
    data-action=${kind}
    aria-label=${named(label, about) ?? nothing}
    aria-busy=${pending ? 'true' : nothing}
    aria-disabled=${pending ? 'true' : nothing}
    @click=${() => pending || ask(kind)}
  ><span class="disc">${pending ? html`<span class="spinner"></span>` : icon(name)}</span><span>${label}</span></button>`;
}

/** A label with the name in it: the words on the button first, for people who say what they see. */
export function named(label: string, about: string | null): string | null {
  return about === null ? null : `${label}, ${about}`;
}

/** Of two opposite commands the one that is under way or offered: one button that keeps its place and its focus. */
export function oneOf(call: CallRecord, allowed: ReadonlySet<CommandKind>, on: SimpleAction, off: SimpleAction) {
  if (pendingIntent(call, on)) return on;
  return pendingIntent(call, off) || allowed.has(off) ? off : on;
}
