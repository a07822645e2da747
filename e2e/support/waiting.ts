import { setTimeout as pause } from 'node:timers/promises';

/** ms between two looks: short against everything that is waited for. */
const LOOK_EVERY = 20;

/** Until it is time to look again at something that goes on by itself. */
export const nextLook = (): Promise<void> => pause(LOOK_EVERY);

/**
 * Looks until there is something to see.
 * @throws when there is nothing after `patience` ms
 */
export async function waitUntil<T>(
  what: string,
  patience: number,
  look: () => T | Promise<T>,
): Promise<Exclude<T, undefined | null | false>> {
  const deadline = performance.now() + patience;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== null && seen !== false) return seen as Exclude<T, undefined | null | false>;
    if (performance.now() > deadline) throw new Error(`Waited ${patience} ms in vain for ${what}.`);
    await nextLook();
  }
}
