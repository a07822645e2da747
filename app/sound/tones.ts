/**
 * The tones of a telephone as data, and one function that turns them into samples. Frequencies in Hz, times in seconds.
 * Sources: 3GPP TS 22.001 F.2.3 (supervisory tones, CEPT column), which has the cadences that ITU-T E.180 recommends and
 * Vietnam uses; ITU-T Q.23 for the keys.
 */

/** One sound within a tone. */
export interface Beep {
  at: number;
  duration: number;
  frequencies: readonly number[];
  /** `steady` as networks send it; `bell` is struck and dies away. */
  shape: 'steady' | 'bell';
}

export interface Tone {
  beeps: readonly Beep[];
  /** How long the tone is, its last silence included: what a loop repeats. */
  length: number;
  loop: boolean;
  /** Peak amplitude, 0 to 1. */
  level: number;
}

export type ToneName = 'ringtone' | 'ringback' | 'busy' | 'ended' | 'waiting' | 'reconnecting';

/** The one frequency of European and Vietnamese supervisory tones (E.180: 400 to 450 Hz, 425 preferred). */
const SUPERVISORY = 425;

/** Tones in the ear are quieter than a ring across the room. Ours: about -16 dBFS, clear and not startling. */
const IN_EAR = 0.16;

const steady = (at: number, duration: number, ...frequencies: number[]): Beep => ({
  at,
  duration,
  frequencies,
  shape: 'steady',
});

const bell = (at: number, frequency: number): Beep => ({
  at,
  duration: BELL_LENGTH,
  // A struck bar: its second partial lies near four times the first (a marimba is tuned so).
  frequencies: [frequency, frequency * 4],
  shape: 'bell',
});

/** Long enough that a struck note has died away to a thousandth. */
const BELL_LENGTH = 0.9;

/** Our ring: a fifth that rises and comes back, twice. D5 and A5, where small loudspeakers are good. */
const LOW = 587.33;
const HIGH = 880;
const MOTIF = [LOW, HIGH, LOW, HIGH];
/** Seconds between two notes, and until the motif comes again: a lively walk, as mechanical bells had it. */
const STEP = 0.16;
const MOTIF_AT = [0, 0.96];

export const TONES: Readonly<Record<ToneName, Tone>> = {
  ringtone: {
    beeps: MOTIF_AT.flatMap((start) => MOTIF.map((frequency, index) => bell(start + index * STEP, frequency))),
    length: 3.6,
    loop: true,
    level: 0.8,
  },
  // TS 22.001 "ringing tone": 1 s on, 4 s off.
  ringback: { beeps: [steady(0, 1, SUPERVISORY)], length: 5, loop: true, level: IN_EAR },
  // TS 22.001 "subscriber busy": 0.5 s on, 0.5 s off; three of them tell it (ours).
  busy: {
    beeps: [0, 1, 2].map((at) => steady(at, 0.5, SUPERVISORY)),
    length: 3,
    loop: false,
    level: IN_EAR,
  },
  // Ours: two short notes that fall by a fourth; nobody takes it for busy.
  ended: {
    beeps: [steady(0, 0.12, 480), steady(0.16, 0.18, 360)],
    length: 0.4,
    loop: false,
    level: IN_EAR,
  },
  // TS 22.001 "call waiting": 0.2 s on, 0.6 s off, 0.2 s on, 3 s off.
  waiting: {
    beeps: [steady(0, 0.2, SUPERVISORY), steady(0.8, 0.2, SUPERVISORY)],
    length: 4,
    loop: true,
    level: IN_EAR,
  },
  // Ours: one short low note every two seconds, quieter than anything else. It says that the silence is not the far side's.
  reconnecting: { beeps: [steady(0, 0.08, 330)], length: 2, loop: true, level: IN_EAR / 2 },
};

/** ITU-T Q.23: the rows' low and the columns' high frequencies. */
const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477, 1633];
const KEYS = ['123A', '456B', '789C', '*0#D'];

/** The two frequencies of a key; null for what is no key. */
export function keyFrequencies(key: string): readonly [number, number] | null {
  const row = key.length === 1 ? KEYS.findIndex((keys) => keys.includes(key)) : -1;
  const low = ROWS[row];
  const high = COLUMNS[KEYS[row]?.indexOf(key) ?? -1];
  return low === undefined || high === undefined ? null : [low, high];
}

/** Heard only by the one who presses. ITU-T Q.24 asks for 40 ms at least; 100 ms is what telephones give. */
export function keyTone(key: string): Tone | null {
  const pair = keyFrequencies(key);
  return pair && { beeps: [steady(0, 0.1, ...pair)], length: 0.1, loop: false, level: IN_EAR };
}

/** Seconds of fading at both ends of a beep, without which it clicks. */
const FADE = 0.006;
/** A struck note falls to a thousandth (ln 1000 = 6.9) in its length. */
const DECAY = 6.9 / BELL_LENGTH;
/** A bar's upper partial is quieter and dies sooner. Ours, by ear. */
const PARTIAL = 0.18;
const PARTIAL_DECAY = 3;

/** The tone as samples between -1 and 1. */
export function render(tone: Tone, sampleRate: number): Float32Array<ArrayBuffer> {
  const samples = new Float32Array(Math.round(tone.length * sampleRate));
  for (const beep of tone.beeps) addBeep(samples, beep, tone.level, sampleRate);
  return samples;
}

function addBeep(samples: Float32Array, beep: Beep, level: number, sampleRate: number): void {
  const first = Math.round(beep.at * sampleRate);
  const last = Math.min(samples.length, first + Math.round(beep.duration * sampleRate));
  for (let index = first; index < last; index++) {
    const time = (index - first) / sampleRate;
    const left = (last - index) / sampleRate;
    const fade = Math.min(1, time / FADE, left / FADE);
    samples[index] = (samples[index] ?? 0) + level * fade * wave(beep, time);
  }
}

/** Loudest sum of bell notes that ring into each other; keeps the ringtone within -1 to 1. */
const OVERLAP = 0.5;

function wave({ frequencies, shape }: Beep, time: number): number {
  const sine = (frequency: number) => Math.sin(2 * Math.PI * frequency * time);
  if (shape === 'steady') return frequencies.reduce((sum, each) => sum + sine(each), 0) / frequencies.length;
  const [first = 0, ...upper] = frequencies;
  const decay = Math.exp(-DECAY * time);
  const partials = upper.reduce((sum, each) => sum + PARTIAL * Math.exp(-PARTIAL_DECAY * DECAY * time) * sine(each), 0);
  return OVERLAP * (decay * sine(first) + partials);
}
