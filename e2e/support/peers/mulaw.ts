/** A tone as the telephone network has it: G.711 mu-law, 8000 samples a second, no header. */

import { writeFileSync } from 'node:fs';

const RATE = 8_000;
/** A quarter of the 14 bits that mu-law begins with, so far from clipping. */
const AMPLITUDE = 8_159 / 4;

/** One second, to be played over and over. @param hz whole, so that it repeats without a click */
export function writeMulawTone(path: string, hz: number): void {
  const samples = Array.from({ length: RATE }, (_, n) => AMPLITUDE * Math.sin((2 * Math.PI * hz * n) / RATE));
  writeFileSync(path, Buffer.from(samples.map(encode)));
}

/** ITU-T G.711 table 2a: sign, the exponent that the biased magnitude needs, four bits of mantissa; all inverted. */
function encode(sample: number): number {
  const biased = Math.min(Math.round(Math.abs(sample)), 8_158) + 33;
  const exponent = Math.floor(Math.log2(biased)) - 5;
  const mantissa = (biased >> (exponent + 1)) & 0x0f;
  return ~((sample < 0 ? 0x80 : 0) | (exponent << 4) | mantissa) & 0xff;
}
