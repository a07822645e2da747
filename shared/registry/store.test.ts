import { describe, expect, it } from 'vitest';
import { applyDeadlines } from '../calls/reduce.ts';
import { at, callIn, incoming, NOW, withFacts } from '../testing/samples.ts';
import { searchWords, stored } from './store.ts';

describe('words as they are searched', () => {
  it.each([
    ['Nguyễn Văn Đạt', ['nguyen', 'van', 'dat']],
    ['+84 (0)90-123', ['+84', '0', '90', '123']],
    ['Bob bob BOB', ['bob']],
    ['*99#', ['*99#']],
    ['', []],
    ['a b c d e f g h i j', ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']],
    ['李小龙', ['李小龙']],
  ])('%j', (text, words) => expect(searchWords(text)).toEqual(words));
});

describe('a finished call as it is stored', () => {
  const missed = applyDeadlines(incoming(), at(45_000));

  it('is marked as missed and unseen when it is', () => {
    expect(stored(missed)).toMatchObject({ handle: '102', missed: 1, unseenMark: 1 });
    const seen = stored({ ...missed, unseen: false });
    expect(seen.missed).toBe(1);
    expect('unseenMark' in seen).toBe(false);
  });

  it('is not when it was answered, declined or ours', () => {
    const declined = withFacts(incoming(), { kind: 'disconnected', response: 'declined', endCode: 486 });
    for (const call of [callIn('disconnected'), declined]) expect(stored(call)).not.toHaveProperty('missed');
  });

  it('sorts newer before older within a word', () => {
    const word = (ms: number) => stored({ ...missed, endedAt: NOW + ms }).words[0] ?? '';
    expect(word(0)).toMatch(/^bob\0\d{15}$/u);
    expect(word(1) < word(0)).toBe(true);
    expect(word(1e12) < word(1)).toBe(true);
  });
});
