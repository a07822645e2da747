import type { LitElement } from 'lit';
import type { Stage } from './stage.ts';

/** Where the focus is, through the shadow trees. */
export function deepActiveElement(): Element | null {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active;
}

/** Whether nothing has the focus: what had it has gone, or `screen` itself has it. */
export function focusIsLost(screen: Element): boolean {
  const active = deepActiveElement();
  return active === null || active === document.body || active === screen;
}

const NOT_TEXT = new Set(['button', 'checkbox', 'radio', 'range', 'submit']);

/** Whether the next keys are meant for a text field; `except` is the name of a field that has done its work. */
export function isTyping(element: Element | null, except: string | null): boolean {
  if (element instanceof HTMLInputElement) return !NOT_TEXT.has(element.type) && element.name !== except;
  return element instanceof HTMLTextAreaElement || (element instanceof HTMLElement && element.isContentEditable);
}

/** Brings the focus to what has come to the main place; not away from somebody who types, nor to what is over. */
export async function focusStage(phone: LitElement, kind: Stage['kind']): Promise<void> {
  const lost = focusIsLost(phone);
  if (kind === 'idle') {
    if (lost) phone.renderRoot.querySelector<HTMLElement>('main')?.focus();
    return;
  }
  if (!lost && (kind === 'ended' || isTyping(deepActiveElement(), kind === 'call' ? 'number' : null))) return;
  const screen = phone.renderRoot.querySelector<LitElement>(`.stage switchhook-${kind}`);
  await screen?.updateComplete;
  screen?.focus();
}
