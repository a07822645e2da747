/** The phone on the page, for the tests of screens, and what is found in it. */
import { vi } from 'vitest';
import type { PhoneState } from '../../phone/types.ts';
import '../index.ts';
import { FakePhone } from './fakePhone.ts';

export async function show(changes: Partial<PhoneState> = {}) {
  const phone = new FakePhone(changes);
  const screen = document.createElement('switchhook-phone');
  screen.phone = phone;
  document.body.append(screen);
  await screen.updateComplete;
  return { phone, screen };
}

/** Finds through the shadow trees. */
export function find(selector: string, root: ParentNode = document): HTMLElement | null {
  const here = root.querySelector<HTMLElement>(selector);
  if (here) return here;
  for (const element of root.querySelectorAll('*')) {
    const inside = element.shadowRoot && find(selector, element.shadowRoot);
    if (inside) return inside;
  }
  return null;
}

export const found = (selector: string, root: ParentNode = document) =>
  vi.waitFor(() => {
    const element = find(selector, root);
    if (!element) throw new Error(`nothing matches ${selector}`);
    return element;
  });
