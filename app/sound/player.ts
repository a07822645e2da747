/** Plays the tones. Browsers let a page make sound only after a click or a key: then the player is `blocked`. */

import { SwitchhookError } from '../../shared/errors.ts';
import { keyTone, render, TONES, type Tone, type ToneName } from './tones.ts';

export type SoundState = 'ready' | 'blocked';

/** Events that count as a person's activation (HTML, "activation triggering input event"). */
const GESTURES = ['pointerdown', 'pointerup', 'keydown'] as const;

/** Enough for the highest partial (3.5 kHz); the browser resamples. A ring is then 230 kB instead of 700. */
const SAMPLE_RATE = 16_000;

/** ms that `resume()` may take: it stays pending for ever where the browser refuses. Ours. */
const RESUME_PATIENCE = 1_000;

/** Seconds in which a tone that is cut off fades: below what is heard as a click. */
const RELEASE = 0.02;

/** A tone on its way to the loudspeaker, with a gain of its own to fade it by. */
interface Voice {
  source: AudioBufferSourceNode;
  fader: GainNode;
}

export class SoundPlayer {
  /** Called when `state` has changed. */
  onstatechange: (() => void) | null = null;

  #context: AudioContext | null = null;
  #ring: GainNode | null = null;
  #volume = 1;
  #state: SoundState;
  #playing: { name: ToneName; voice: Voice | null } | null = null;
  readonly #buffers = new Map<Tone, AudioBuffer>();
  readonly #scope = new AbortController();

  /** Costs nothing until the first sound: the audio context is made when it is needed. */
  constructor() {
    this.#state = navigator.userActivation?.hasBeenActive ? 'ready' : 'blocked';
    const options = { capture: true, passive: true, signal: this.#scope.signal };
    for (const gesture of GESTURES) window.addEventListener(gesture, this.#onGesture, options);
  }

  get state(): SoundState {
    return this.#state;
  }

  /** How loud it rings, 0 to 1. Tones in the ear keep their level. */
  get volume(): number {
    return this.#volume;
  }

  set volume(volume: number) {
    this.#volume = Math.min(1, Math.max(0, volume));
    if (this.#ring) this.#ring.gain.value = this.#gain();
  }

  /**
   * Makes sound possible; from a click or a key, or once the microphone is captured (browsers allow sound then).
   * @throws SwitchhookError `soundBlocked`
   */
  async unlock(): Promise<void> {
    const context = this.#audio();
    if (context.state !== 'running') {
      const patience = new Promise<void>((resolve) => setTimeout(resolve, RESUME_PATIENCE));
      await Promise.race([context.resume(), patience]);
    }
    this.#update();
    if (this.#state === 'blocked') {
      throw new SwitchhookError('soundBlocked', { reason: 'The browser did not let the page make sound.' });
    }
  }

  /**
   * Loops or plays once, as the tone is. Asking again for the tone that was asked for last changes nothing until
   * {@link stop}, so that it can be called at every change of the calls. A loop that is blocked starts when sound is
   * unlocked; a tone that plays once is not played late.
   */
  play(name: ToneName): void {
    if (this.#playing?.name === name) return;
    this.stop();
    const tone = TONES[name];
    const heard = tone.loop || this.#state === 'ready';
    this.#playing = { name, voice: heard ? this.#start(tone, name === 'ringtone' || name === 'waiting') : null };
  }

  /** Silence, with a short fade. */
  stop(): void {
    const voice = this.#playing?.voice;
    this.#playing = null;
    if (!voice || !this.#context) return;
    const { currentTime, state } = this.#context;
    // Never heard yet: a fade would be a blip once sound is unlocked.
    if (state !== 'running') voice.fader.disconnect();
    voice.fader.gain.setTargetAtTime(0, currentTime, RELEASE / 4);
    voice.source.stop(currentTime + RELEASE);
  }

  /** The tone of a key, beside whatever plays. Anything that is no key is silent. */
  key(key: string): void {
    const tone = keyTone(key);
    if (tone && this.#state === 'ready') this.#start(tone, false);
  }

  /** Plays one round of the ring, so that the volume can be judged; a ring that plays already is enough. */
  testRing(): void {
    if (this.#playing?.name !== 'ringtone') this.#start({ ...TONES.ringtone, loop: false }, true);
  }

  async close(): Promise<void> {
    this.#scope.abort();
    this.stop();
    await this.#context?.close();
  }

  #audio(): AudioContext {
    if (this.#context) return this.#context;
    const context = new AudioContext({ latencyHint: 'interactive' });
    const ring = context.createGain();
    ring.connect(context.destination);
    this.#context = context;
    this.#ring = ring;
    ring.gain.value = this.#gain();
    // Not read at once: a context that may run is `suspended` for the first moment too.
    context.addEventListener('statechange', this.#update, { signal: this.#scope.signal });
    return context;
  }

  #start(tone: Tone, rings: boolean): Voice {
    const context = this.#audio();
    const source = context.createBufferSource();
    source.buffer = this.#buffer(context, tone);
    source.loop = tone.loop;
    const fader = context.createGain();
    source.connect(fader).connect((rings && this.#ring) || context.destination);
    source.addEventListener('ended', () => fader.disconnect(), { once: true });
    source.start();
    return { source, fader };
  }

  #buffer(context: AudioContext, tone: Tone): AudioBuffer {
    const kept = this.#buffers.get(tone);
    if (kept) return kept;
    const samples = render(tone, SAMPLE_RATE);
    const buffer = context.createBuffer(1, samples.length, SAMPLE_RATE);
    buffer.copyToChannel(samples, 0);
    if (tone.loop) this.#buffers.set(tone, buffer);
    return buffer;
  }

  /** Loudness is heard by ratios: the square is the usual approximation of a logarithmic control. */
  #gain(): number {
    return this.#volume ** 2;
  }

  #onGesture = (): void => {
    if (this.#context ? this.#context.state === 'running' : this.#state === 'ready') return;
    // Where this gesture does not count (Escape, a touch that scrolls) the state stays `blocked`, and the page says so.
    this.unlock().catch(() => this.#update());
  };

  #update = (): void => {
    if (!this.#context) return;
    const state = this.#context.state === 'running' ? 'ready' : 'blocked';
    if (state === this.#state) return;
    this.#state = state;
    this.onstatechange?.();
  };
}
