import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { SoundPlayer } from './player.ts';

/** What was started and stopped: the tone's length in seconds and whether it loops. */
function watchSources() {
  const started: { length: number | undefined; loop: boolean }[] = [];
  const stop = vi.spyOn(AudioBufferSourceNode.prototype, 'stop');
  const { start } = AudioBufferSourceNode.prototype;
  vi.spyOn(AudioBufferSourceNode.prototype, 'start').mockImplementation(function (this: AudioBufferSourceNode) {
    started.push({ length: this.buffer?.duration, loop: this.loop });
    start.call(this);
  });
  return { started, stop };
}

describe('SoundPlayer', () => {
  let player: SoundPlayer;

  beforeEach(async () => {
    player = new SoundPlayer();
    await userEvent.click(document.body);
    await expect.poll(() => player.state).toBe('ready');
  });

  afterEach(async () => {
    vi.restoreAllMocks();
    await player.close();
  });

  it('loops what loops, and starts it once however often it is asked for', () => {
    const { started } = watchSources();
    player.play('ringback');
    player.play('ringback');
    expect(started).toEqual([{ length: 5, loop: true }]);
  });

  it('plays a single tone once, until something else was asked for', () => {
    const { started } = watchSources();
    player.play('busy');
    player.play('busy');
    player.stop();
    player.play('busy');
    expect(started).toEqual([
      { length: 3, loop: false },
      { length: 3, loop: false },
    ]);
  });

  it('gives one tone up for the next', () => {
    const { stop } = watchSources();
    player.play('ringtone');
    player.play('waiting');
    expect(stop).toHaveBeenCalledOnce();
  });

  it('plays keys beside it, and nothing for what is no key', () => {
    const { started } = watchSources();
    player.key('5');
    player.key('+');
    expect(started).toEqual([{ length: 0.1, loop: false }]);
  });

  it('keeps the volume between 0 and 1', () => {
    player.volume = 3;
    expect(player.volume).toBe(1);
    player.volume = -1;
    expect(player.volume).toBe(0);
  });

  it('says when the browser takes sound away and gives it back', async () => {
    const changes: string[] = [];
    player.onstatechange = () => changes.push(player.state);
    const contexts: AudioContext[] = [];
    const { createBuffer } = AudioContext.prototype;
    vi.spyOn(AudioContext.prototype, 'createBuffer').mockImplementation(function (this: AudioContext, ...args) {
      contexts.push(this);
      return createBuffer.apply(this, args);
    });
    player.play('busy');
    await contexts[0]?.suspend();
    await expect.poll(() => player.state).toBe('blocked');
    await player.unlock();
    expect(player.state).toBe('ready');
    expect(changes).toEqual(['blocked', 'ready']);
  });
});
