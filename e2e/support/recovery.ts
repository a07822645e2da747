/** Sound that comes back. */

import type { Person } from './person.ts';
import { timeToTone } from './tones.ts';

/** ms from the end of the fault to sound. Aimed at are 2 s (what was measured is printed); this is for a busy machine. */
const BACK_WITHIN = 10_000;

/** Waits for sound both ways, and prints how long it took. `tones`: what each says, in Hz. */
export async function expectBack(
  { mai, hung }: { mai: Person; hung: Person },
  tones: { mai: number; hung: number },
  what: string,
): Promise<void> {
  const [toMai, toHung] = await Promise.all([
    timeToTone(mai.page, tones.hung, BACK_WITHIN),
    timeToTone(hung.page, tones.mai, BACK_WITHIN),
  ]);
  console.log(`      sound is back after ${what}: ${Math.round(toMai)} ms to Mai, ${Math.round(toHung)} ms to Hung`);
  await Promise.all([mai.sees('active'), hung.sees('active')]);
}
