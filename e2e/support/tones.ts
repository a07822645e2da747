/** What people say in the tests is a tone, and whether it is heard is measured at the other end. */

import { writeFileSync } from 'node:fs';
import { expect, type Page } from '@playwright/test';
import type { Page as HiddenPage } from 'puppeteer-core';
import { waitUntil } from './waiting.ts';

/** 16-bit PCM mono at the rate of Opus (RFC 7587), so that nothing is resampled on the way. */
const RATE = 48_000;
const WAV_HEADER = 44;
/** Half of full scale: loud, and far from clipping. */
const AMPLITUDE = 0.5 * 32_767;

/** A WAV file of one second for Chromium's fake microphone, which plays it over and over. */
export function writeTone(path: string, hz: number): void {
  if (!Number.isInteger(hz)) throw new RangeError('Only whole periods in a second can be repeated without a click.');
  const wav = Buffer.alloc(WAV_HEADER + RATE * 2);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(wav.length - 8, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16); // length of the format that follows
  wav.writeUInt16LE(1, 20); // PCM
  wav.writeUInt16LE(1, 22); // channels
  wav.writeUInt32LE(RATE, 24);
  wav.writeUInt32LE(RATE * 2, 28); // bytes a second
  wav.writeUInt16LE(2, 32); // bytes a frame
  wav.writeUInt16LE(16, 34); // bits a sample
  wav.write('data', 36);
  wav.writeUInt32LE(RATE * 2, 40);
  for (let n = 0; n < RATE; n++) {
    wav.writeInt16LE(Math.round(AMPLITUDE * Math.sin((2 * Math.PI * hz * n) / RATE)), WAV_HEADER + n * 2);
  }
  writeFileSync(path, wav);
}

/** What was heard in a fifth of a second. */
export interface Tone {
  /** Root mean square of the samples, full scale = 1. */
  rms: number;
  /** The strongest frequency, to the nearest 10 Hz. */
  hz: number;
}

/** Where the app plays a call. */
export const CALL_AUDIO = 'audio[data-call-audio]';

/**
 * Listens to the stream that an `<audio>` element plays. The samples are read from a copy of its track, not through an
 * AudioContext: that would need a click first, and a click would give the app the right to make sound as well.
 * @returns null while there is no such element, it does not play aloud, or its track brings no sound
 */
export async function measureTone(page: Page | HiddenPage, selector: string = CALL_AUDIO): Promise<Tone | null> {
  // One signature for both drivers' pages.
  const evaluate: (listen: typeof listenInPage, selector: string) => Promise<Sound | null> = page.evaluate.bind(page);
  const sound = await evaluate(listenInPage, selector);
  return sound && toneOf(sound);
}

export const toneOf = (sound: Sound): Tone => ({ rms: rootMeanSquare(sound), hz: strongest(sound) });

export interface Sound {
  /** Full scale = 1. */
  samples: number[];
  /** Samples a second. */
  rate: number;
}

/** Runs in the page, so it uses nothing from outside itself. */
async function listenInPage(selector: string): Promise<Sound | null> {
  /** Not in TypeScript's DOM yet: https://www.w3.org/TR/mediacapture-transform/ */
  interface Processor {
    readable: ReadableStream<AudioData>;
  }
  const { MediaStreamTrackProcessor } = window as unknown as {
    MediaStreamTrackProcessor: new (init: { track: MediaStreamTrack }) => Processor;
  };
  const audio = document.querySelector<HTMLAudioElement>(selector);
  if (!audio || audio.paused || audio.muted || audio.volume === 0) return null;
  const stream = audio.srcObject;
  const track = stream instanceof MediaStream ? stream.getAudioTracks()[0]?.clone() : undefined;
  if (!track || track.readyState === 'ended') return null;
  const reader = new MediaStreamTrackProcessor({ track }).readable.getReader();

  /** A track that brings nothing for so long is one that nobody sends on; a packet comes every 20 ms. */
  const PATIENCE = 1_000;
  const timeout = setTimeout(() => void reader.cancel(), PATIENCE);
  const sound: Sound = { samples: [], rate: 0 };
  try {
    // A fifth of a second: two tones 10 Hz apart differ by two periods.
    while (sound.rate === 0 || sound.samples.length < sound.rate / 5) {
      const { value: data } = await reader.read();
      if (!data) return null;
      const chunk = new Float32Array(data.numberOfFrames);
      data.copyTo(chunk, { planeIndex: 0, format: 'f32-planar' });
      sound.rate = data.sampleRate;
      data.close();
      sound.samples.push(...chunk);
    }
    return sound;
  } finally {
    clearTimeout(timeout);
    await reader.cancel();
    track.stop();
  }
}

const rootMeanSquare = ({ samples }: Sound): number =>
  Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);

/** The band of a telephone and somewhat more, in steps of what a fifth of a second can tell apart. */
const BAND = Array.from({ length: 391 }, (_, n) => 100 + 10 * n);

function strongest(sound: Sound): number {
  const powers = BAND.map((hz) => powerAt(sound, hz));
  return BAND[powers.indexOf(Math.max(...powers))] ?? 0;
}

/** How much of one frequency there is: one bin of the Fourier transform, without a sine per sample (Goertzel, 1958). */
function powerAt({ samples, rate }: Sound, hz: number): number {
  const turn = 2 * Math.cos((2 * Math.PI * hz) / rate);
  let [last, before] = [0, 0];
  for (const sample of samples) [last, before] = [sample + turn * last - before, last];
  return last * last + before * before - turn * last * before;
}

/** Fainter than this is silence: -40 dB of full scale, far below our tones and far above a codec's comfort noise. */
const SILENCE = 0.01;
/** Both sides of the true frequency: one step of the measurement, and the codec's own inaccuracy. */
const TOLERANCE_HZ = 15;
interface Listening {
  /** The `<audio>` element; the app's own without it. */
  selector?: string;
  /** ms until it has to be there: what a call takes to bring media on a busy machine. */
  patience?: number;
}
const PATIENCE = 10_000;
/** ms between two times of listening, which takes a fifth of a second itself where there is something to hear. */
const LISTEN_AGAIN = [50];

export const isTone = (heard: Tone | null, hz: number): boolean =>
  heard !== null && heard.rms > SILENCE && Math.abs(heard.hz - hz) <= TOLERANCE_HZ;

/** Waits until a tone is heard. */
export async function expectTone(
  page: Page | HiddenPage,
  hz: number,
  { selector, patience = PATIENCE }: Listening = {},
): Promise<void> {
  const heard = async () => {
    const tone = await measureTone(page, selector);
    return isTone(tone, hz) || tone;
  };
  await expect.poll(heard, { message: `a tone of ${hz} Hz`, timeout: patience, intervals: LISTEN_AGAIN }).toBe(true);
}

/**
 * ms until a tone is heard, from now; to a fifth of a second, which is how long it listens at a time.
 * @throws when it is not heard within `patience` ms
 */
export async function timeToTone(page: Page, hz: number, patience: number): Promise<number> {
  const start = performance.now();
  return waitUntil(`a tone of ${hz} Hz`, patience, async () => {
    const tone = await measureTone(page);
    return isTone(tone, hz) && performance.now() - start;
  });
}

/** Waits until nothing is heard any more: no sound, no stream or no element that plays it. */
export async function expectSilence(
  page: Page | HiddenPage,
  { selector, patience = PATIENCE }: Listening = {},
): Promise<void> {
  const loudness = async () => (await measureTone(page, selector))?.rms ?? 0;
  await expect.poll(loudness, { message: 'silence', timeout: patience, intervals: LISTEN_AGAIN }).toBeLessThan(SILENCE);
}
