/** Where the focus is, through the shadow trees. */
export function deepActiveElement(): Element | null {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active;
}

const NOT_TEXT = new Set(['button', 'checkbox', 'radio', 'range', 'submit']);

/** Whether the next keys are meant for a text field; `except` is the name of a field that has done its work. */
export function isTyping(element: Element | null, except: string | null): boolean {
  if (element instanceof HTMLInputElement) return !NOT_TEXT.has(element.type) && element.name !== except;
  return element instanceof HTMLTextAreaElement || (element instanceof HTMLElement && element.isContentEditable);
}
