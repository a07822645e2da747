/** The halves of the benchmarks that run inside a page. Times in ms. */

import * as Comlink from 'comlink';
import type { Phone } from '../../app/phone/types.ts';
import type { Load } from '../../e2e/harness/load.ts';
import type { BareApi } from './bareWorker.ts';
import bareWorker from './bareWorker.ts?worker&url';

/** Samples in which nothing is measured: caches fill, code is compiled. */
const WARM_UP = 50;

export async function bareApi(): Promise<Comlink.Remote<BareApi>> {
  const registration = await navigator.serviceWorker.register(bareWorker, {
    scope: new URL('./bare/', new URL(bareWorker, location.href)).pathname,
  });
  const worker = registration.active ?? registration.waiting ?? registration.installing;
  if (!worker) throw new Error('the bare worker did not install');
  await new Promise<void>((resolve) => {
    const look = () => worker.state === 'activated' && resolve();
    worker.addEventListener('statechange', look);
    look();
  });
  const { port1, port2 } = new MessageChannel();
  worker.postMessage(null, [port2]);
  return Comlink.wrap<BareApi>(port1);
}

/**
 * What one side does after its answer (deltas, notifications) must not fall on the other's time. The longest of it takes
 * some 5 ms.
 */
const quiet = () => new Promise<void>((resolve) => setTimeout(resolve, 15));

/** One command and its bare twin, taken in turns so that whatever else the machine does falls on both. */
export async function commandRoundTrips(load: Load, count: number): Promise<{ ours: number[]; bare: number[] }> {
  const bare = await bareApi();
  const callId = crypto.randomUUID();
  const base = {
    account: '101',
    direction: 'incoming',
    type: 'audio',
    providerCallId: null,
    ringDeadline: null,
    data: null,
    epoch: null,
  } as const;
  const peer = { handle: '102', displayName: null, avatarUrl: null, userId: null };
  await load.link.submit({
    id: crypto.randomUUID(),
    tab: load.link.tab,
    source: 'api',
    input: { ...base, kind: 'newCall', callId, entry: 'active', peer, capabilities: ['mute'] },
  });
  const record = await load.reader.call(callId);
  if (!record) throw new Error('the call was not stored');
  const times = { ours: [] as number[], bare: [] as number[] };
  for (let index = 0; index < count + WARM_UP; index += 1) {
    const held = index % 2 === 0;
    const id = crypto.randomUUID();
    await quiet();
    const started = performance.now();
    const outcome = await load.link.submit({
      id,
      tab: load.link.tab,
      source: 'api',
      input: { kind: 'fact', call: { id: callId }, fact: { kind: 'heldByRemote', held }, epoch: null },
    });
    const between = performance.now();
    // The bare twin writes the very same bytes: this call as it is now, this outcome.
    const call = load.mirror.state.live.get(callId) ?? record;
    await quiet();
    const startedBare = performance.now();
    await bare.exec({
      rev: index,
      id: `${Date.now()}-${id}`,
      call,
      outcome,
      meta: { host: null, settings: load.mirror.state.settings, finished: 0 },
    });
    if (index < WARM_UP) continue;
    times.ours.push(between - started);
    times.bare.push(performance.now() - startedBare);
  }
  return times;
}

/** RMS above which 20 ms count as not silent: the fake tone comes at some 0.1, comfort noise at less than 0.001. */
const AUDIBLE = 0.01;

/** 20 ms at 48 kHz is 960 samples; an analyser takes powers of two. */
const WINDOW = 1024;

/** When the stream was first heard: ms since the epoch, to 1 ms. Looks every few ms at the last 21 ms of it. */
export async function firstHeard(stream: MediaStream): Promise<number> {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: WINDOW });
  const source = context.createMediaStreamSource(stream);
  source.connect(analyser);
  const samples = new Float32Array(WINDOW);
  const nextLook = listening('a stream');
  try {
    for (;;) {
      if (loudness(analyser, samples) > AUDIBLE) return performance.timeOrigin + performance.now();
      await nextLook();
    }
  } finally {
    await context.close();
  }
}

/** When the page's call was first heard; waits for its audio element. */
export async function callHeard(): Promise<number> {
  const nextLook = listening('a call');
  for (;;) {
    const element = document.querySelector<HTMLAudioElement>('audio[data-call-audio]');
    if (element?.srcObject instanceof MediaStream) return firstHeard(element.srcObject);
    await nextLook();
  }
}

/**
 * Settles when the call is heard, with what will settle when it is heard in another stream, because the far side has taken the
 * call up anew: with the longest silence until then, ms.
 */
export async function watchForGap(): Promise<{ gap: Promise<number> }> {
  const meter = callMeter();
  const nextLook = listening('the call');
  try {
    for (;;) {
      const stream = meter.heard();
      if (stream) return { gap: gapAfter(stream, meter) };
      await nextLook();
    }
  } catch (error) {
    await meter.close();
    throw error;
  }
}

async function gapAfter(old: MediaStream, { heard, close }: ReturnType<typeof callMeter>): Promise<number> {
  let heardAt = performance.now();
  let longest = 0;
  const nextLook = listening('the call in another stream');
  try {
    for (;;) {
      await nextLook();
      const stream = heard();
      if (!stream) continue;
      const now = performance.now();
      longest = Math.max(longest, now - heardAt);
      heardAt = now;
      if (stream !== old) return longest;
    }
  } finally {
    await close();
  }
}

/** Hears whatever stream the page plays as its call. */
function callMeter() {
  const context = new AudioContext();
  const samples = new Float32Array(WINDOW);
  let source: MediaStreamAudioSourceNode | undefined;
  let analyser = new AnalyserNode(context, { fftSize: WINDOW });
  return {
    /** The stream, when there is sound in it. */
    heard(): MediaStream | null {
      const stream = document.querySelector<HTMLAudioElement>('audio[data-call-audio]')?.srcObject;
      if (!(stream instanceof MediaStream)) return null;
      if (stream !== source?.mediaStream) {
        source?.disconnect();
        source = context.createMediaStreamSource(stream);
        // Another one, too: what is left of the old stream in it is no sound of the new one.
        analyser = new AnalyserNode(context, { fftSize: WINDOW });
        source.connect(analyser);
      }
      return loudness(analyser, samples) > AUDIBLE ? stream : null;
    },
    close: () => context.close(),
  };
}

function loudness(analyser: AnalyserNode, samples: Float32Array<ArrayBuffer>): number {
  analyser.getFloatTimeDomainData(samples);
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}

/** ms; all that is listened for comes within a second or two, or never: then the figure fails instead of waiting for ever. */
const PATIENCE = 20_000;

/** @returns what waits until it is time to listen again. It throws when that has been of no use for too long. */
function listening(what: string): () => Promise<void> {
  const deadline = performance.now() + PATIENCE;
  return async () => {
    if (performance.now() > deadline) throw new Error(`Listened ${PATIENCE} ms in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  };
}

/** Two bare connections in one page, signalled by function calls: ms until both have heard the other. */
export async function bareCallSetup(): Promise<number> {
  const started = performance.timeOrigin + performance.now();
  const [a, b] = [new RTCPeerConnection(), new RTCPeerConnection()];
  const heard = [a, b].map(
    (connection) =>
      new Promise<number>((resolve, reject) => {
        connection.addEventListener('track', ({ track }) => firstHeard(new MediaStream([track])).then(resolve, reject));
      }),
  );
  a.addEventListener('icecandidate', ({ candidate }) => void (candidate && b.addIceCandidate(candidate)));
  b.addEventListener('icecandidate', ({ candidate }) => void (candidate && a.addIceCandidate(candidate)));
  const microphones = await Promise.all([a, b].map(() => navigator.mediaDevices.getUserMedia({ audio: PLAIN })));
  [a, b].forEach((connection, index) => {
    for (const track of microphones[index]?.getTracks() ?? []) connection.addTrack(track);
  });
  await a.setLocalDescription();
  if (a.localDescription) await b.setRemoteDescription(a.localDescription);
  await b.setLocalDescription();
  if (b.localDescription) await a.setRemoteDescription(b.localDescription);
  // A sink, as the phone has its audio element: without one Chromium does not decode.
  for (const connection of [a, b]) play(connection);
  const times = await Promise.all(heard);
  for (const connection of [a, b]) connection.close();
  for (const stream of microphones) for (const track of stream.getTracks()) track.stop();
  return Math.max(...times) - started;
}

const PLAIN = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };

function play(connection: RTCPeerConnection): void {
  const audio = new Audio();
  audio.srcObject = new MediaStream(connection.getReceivers().map(({ track }) => track));
  void audio.play();
}

/** A command that always changes something, acknowledged. @returns ms since the epoch */
export async function oneCommand(load: Load): Promise<number> {
  const input = { kind: 'configure', settings: { ringTime: 30_000 + Math.floor(Math.random() * 10_000) } } as const;
  await load.link.submit({ id: crypto.randomUUID(), tab: load.link.tab, source: 'api', input });
  return Date.now();
}

/** The same, submitted the moment that the link notices its worker's death. */
export function oneCommandAfterDeath(load: Load): Promise<number> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`No death within ${PATIENCE} ms.`)), PATIENCE);
    const stop = load.link.onDeath(() => {
      clearTimeout(late);
      stop();
      oneCommand(load).then(resolve, reject);
    });
  });
}

/** Answers every call the moment that it rings. */
export function answerOnReceipt(phone: Phone): void {
  phone.subscribe(() => {
    for (const call of phone.state.calls) {
      if (phone.allowed(call).has('answer')) void phone.perform(call.id, { kind: 'answer' });
    }
  });
}

export async function hangUp(phone: Phone): Promise<void> {
  for (const call of phone.state.calls) await phone.perform(call.id, { kind: 'hangUp' });
}

/** When this tab hosts with its line up, and when it rings, ms since the epoch; settles when both are so. */
export function takeover(phone: Phone): Promise<{ hosts: number; rings: number }> {
  return new Promise((resolve) => {
    const at = { hosts: 0, rings: 0 };
    const look = () => {
      const { role, registration, ringer } = phone.state;
      if (role === 'host' && registration === 'registered') at.hosts ||= Date.now();
      if (ringer) at.rings ||= Date.now();
      if (at.hosts && at.rings) resolve(at);
    };
    phone.subscribe(look);
    look();
  });
}
