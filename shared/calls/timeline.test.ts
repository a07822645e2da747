import { describe, expect, it } from 'vitest';
import { at, incoming } from '../testing/samples.ts';
import { MAX_TIMELINE } from './record.ts';
import { note } from './timeline.ts';

const grown = (count: number) => {
  let call = incoming();
  for (let n = 1; n <= count; n++) call = note(call, at(n), 'fact', `fact ${n}`);
  return call.timeline;
};

describe('the timeline', () => {
  it('keeps everything up to its bound', () => {
    const timeline = grown(MAX_TIMELINE - 1);
    expect(timeline).toHaveLength(MAX_TIMELINE);
    expect(timeline.some((entry) => entry.what === 'trimmed')).toBe(false);
  });

  it.each([1, 2, 3, 1_000])('drops the oldest but the first, %d beyond the bound', (beyond) => {
    const timeline = grown(MAX_TIMELINE - 1 + beyond);
    expect(timeline).toHaveLength(MAX_TIMELINE);
    expect(timeline[0]?.detail).toBe('ringing');
    expect(timeline.filter((entry) => entry.what === 'trimmed')).toHaveLength(1);
    expect(timeline[1]?.what).toBe('trimmed');
    expect(timeline.at(-1)?.detail).toBe(`fact ${MAX_TIMELINE - 1 + beyond}`);
    const times = timeline.map((entry) => entry.at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('says who did it', () => {
    const call = note(incoming(), { now: 5, source: 'notification', tab: 't' }, 'action', 'answer');
    expect(call.timeline.at(-1)).toEqual({ at: 5, what: 'action', detail: 'answer', source: 'notification', tab: 't' });
  });
});
