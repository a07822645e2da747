import { describe, expect, it } from 'vitest';
import { keyFrequencies, keyTone, render, TONES, type Tone, type ToneName } from './tones.ts';

const RATE = 8_000;

/** How strong a frequency is in the samples (Goertzel), 0 to 1. */
function strength(samples: Float32Array, frequency: number): number {
  const turn = (2 * Math.PI * frequency) / RATE;
  let [re, im] = [0, 0];
  for (const [index, sample] of samples.entries()) {
    re += sample * Math.cos(turn * index);
    im += sample * Math.sin(turn * index);
  }
  return (2 * Math.hypot(re, im)) / samples.length;
}

/** On and off times as seconds, seen in the samples. */
function cadence(tone: Tone): number[] {
  const step = RATE / 100;
  const samples = render(tone, RATE);
  const spans: { on: boolean; steps: number }[] = [];
  for (let index = 0; index < samples.length; index += step) {
    const on = samples.subarray(index, index + step).some((sample) => Math.abs(sample) > 0.01);
    const last = spans.at(-1);
    if (last?.on === on) last.steps++;
    else spans.push({ on, steps: 1 });
  }
  return spans.map((span) => span.steps / 100);
}

describe('network tones', () => {
  // 3GPP TS 22.001 F.2.3, CEPT
  it.each([
    ['ringback', [1, 4]],
    ['busy', [0.5, 0.5, 0.5, 0.5, 0.5, 0.5]],
    ['waiting', [0.2, 0.6, 0.2, 3]],
  ] as [ToneName, number[]][])('%s is 425 Hz in its cadence', (name, expected) => {
    expect(cadence(TONES[name])).toEqual(expected);
    const first = render(TONES[name], RATE).subarray(0, RATE / 5);
    expect(strength(first, 425)).toBeGreaterThan(0.9 * TONES[name].level);
    expect(strength(first, 480)).toBeLessThan(0.1 * TONES[name].level);
  });

  it.each(Object.entries(TONES))('%s stays within full scale and has no jump at its ends', (_name, tone) => {
    const samples = render(tone, RATE);
    expect(samples).toHaveLength(Math.round(tone.length * RATE));
    expect(samples.every((sample) => Math.abs(sample) <= tone.level)).toBe(true);
    expect(samples.some((sample) => Math.abs(sample) > tone.level / 4)).toBe(true);
    expect(Math.abs(samples[0] ?? 1)).toBeLessThan(0.01);
    expect(Math.abs(samples.at(-1) ?? 1)).toBeLessThan(0.01);
  });
});

describe('key tones', () => {
  // ITU-T Q.23
  it.each([
    ['1', 697, 1209],
    ['5', 770, 1336],
    ['9', 852, 1477],
    ['*', 941, 1209],
    ['0', 941, 1336],
    ['#', 941, 1477],
    ['A', 697, 1633],
    ['D', 941, 1633],
  ] as const)('%s is %d and %d Hz', (key, low, high) => {
    expect(keyFrequencies(key)).toEqual([low, high]);
    const tone = keyTone(key);
    expect(tone).not.toBeNull();
    const samples = tone ? render(tone, RATE) : new Float32Array();
    expect(strength(samples, low)).toBeGreaterThan(0.06);
    expect(strength(samples, high)).toBeGreaterThan(0.06);
  });

  it.each(['', '+', 'E', '12', ' '])('"%s" is no key', (key) => {
    expect(keyTone(key)).toBeNull();
  });
});
