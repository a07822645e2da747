/**
 * What is heard in Firefox, which has no MediaStreamTrackProcessor in pages: measured by an AnalyserNode. Sound needs no click
 * there in these tests, so that the AudioContext of the measurement gives the app nothing that it did not have.
 */

import { expect } from '@playwright/test';
import type { Page } from 'puppeteer-core';
import type { Tone } from './tones.ts';

declare global {
  interface Window {
    /** Loudness of all that the page has played through Web Audio in the last 0.7 s: the ring and the tones. */
    playedLevel(): number;
    /** What {@link listenInPage} listens to, from one look to the next. */
    listening?: { stream: MediaStream; analyser: AnalyserNode };
  }
}

/** Louder is a ring or a voice: they are at 0.01 at least, silence is exactly 0. */
const AUDIBLE = 0.001;
/** Both sides of the true frequency: the analyser tells some 3 Hz apart, the rest is the codec's. */
const TOLERANCE_HZ = 15;
const PATIENCE = 15_000;

/** Puts a meter on what the page plays; before the page is loaded. */
export async function meterSound(page: Page): Promise<void> {
  await page.evaluateOnNewDocument(() => {
    const connect = AudioNode.prototype.connect;
    const meters: AnalyserNode[] = [];
    AudioNode.prototype.connect = function (this: AudioNode, ...args: unknown[]) {
      if (args[0] instanceof AudioDestinationNode) {
        const meter = new AnalyserNode(this.context, { fftSize: 32_768 }); // longer than the pauses inside a ring
        meters.push(meter);
        Reflect.apply(connect, this, [meter]);
      }
      return Reflect.apply(connect, this, args);
    } as typeof connect;
    window.playedLevel = () => {
      const levels = meters.map((meter) => {
        const samples = new Float32Array(meter.fftSize);
        meter.getFloatTimeDomainData(samples);
        return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
      });
      return Math.max(0, ...levels);
    };
  });
}

export const isRinging = async (page: Page): Promise<boolean> =>
  (await page.evaluate(() => window.playedLevel())) > AUDIBLE;

/** Waits until the far side's tone is what the page plays. */
export async function expectTone(page: Page, hz: number): Promise<void> {
  const heard = async () => {
    const tone = await page.evaluate(listenInPage);
    return tone && tone.rms > AUDIBLE ? Math.abs(tone.hz - hz) <= TOLERANCE_HZ || tone : tone;
  };
  await expect.poll(heard, { message: `a tone of ${hz} Hz in Firefox`, timeout: PATIENCE }).toBe(true);
}

/**
 * Runs in the page, so it uses nothing from outside itself. The first look at a stream only begins to listen.
 * @returns null where nothing is played aloud
 */
function listenInPage(): Tone | null {
  const audio = document.querySelector<HTMLAudioElement>('audio[data-call-audio]');
  const stream = audio?.srcObject;
  if (!audio || audio.paused || audio.muted || audio.volume === 0 || !(stream instanceof MediaStream)) return null;
  if (window.listening?.stream !== stream) {
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 16_384 });
    context.createMediaStreamSource(stream).connect(analyser);
    window.listening = { stream, analyser };
  }
  const { analyser } = window.listening;
  const samples = new Float32Array(analyser.fftSize);
  analyser.getFloatTimeDomainData(samples);
  const powers = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(powers);
  return {
    rms: Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length),
    hz: (powers.indexOf(Math.max(...powers)) * analyser.context.sampleRate) / analyser.fftSize,
  };
}
