/** Something typed and not sent would be lost. */
export function isTyping(): boolean {
  let focused = document.activeElement;
  while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  return document.visibilityState === 'visible' && focused instanceof HTMLInputElement && focused.value !== '';
}
