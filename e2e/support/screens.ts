/** What a screen has to be for everybody: without violations for axe, and quiet on the console. */

import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

export interface Look {
  colorScheme: 'light' | 'dark';
  width: number;
  height: number;
}

/** A telephone and a desktop. */
const SIZES = [
  { width: 390, height: 844 },
  { width: 1280, height: 800 },
];

export const LOOKS: readonly Look[] = (['light', 'dark'] as const).flatMap((colorScheme) =>
  SIZES.map((size) => ({ colorScheme, ...size })),
);

/** Looks at what is on the screen now, in each of the looks. */
export async function expectNoViolations(page: Page, screen: string, looks: readonly Look[] = LOOKS): Promise<void> {
  for (const { colorScheme, ...size } of looks) {
    // Without motion: a colour that is half way to another has not the contrast of either.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize(size);
    // In the page itself: the other way opens a tab, and this one would no longer be the one in front.
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, target }) => `${target} ${html}`)}`);
    expect(found, `${screen}, ${colorScheme}, ${size.width} px`).toEqual([]);
  }
}

/** Everything that the page complains about; 401 is how the switchboard says that nobody is logged in. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    const expected = message.text().includes('status of 401');
    if (message.type() === 'error' && !expected) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return complaints;
}

/** Presses Tab until the focus is there, as somebody does who cannot use a mouse. */
export async function tabTo(page: Page, selector: string): Promise<void> {
  /** More stops than any screen has. */
  const STOPS = 60;
  for (let n = 0; n < STOPS; n += 1) {
    if (await page.evaluate(isFocused, selector)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to ${selector}`);
}

/** Runs in the page, so it uses nothing from outside itself. */
function isFocused(selector: string): boolean {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active?.matches(selector) ?? false;
}
