import { describe, expect, it } from 'vitest';
import { duration, fold, initials, peerName, when } from './format.ts';

const at = (text: string) => new Date(text).getTime();

describe('duration', () => {
  it.each([
    [0, '0:00'],
    [-5_000, '0:00'],
    [7_999, '0:07'],
    [750_000, '12:30'],
    [3_723_000, '1:02:03'],
  ])('%d ms is %s', (ms, shown) => {
    expect(duration(ms)).toBe(shown);
  });
});

describe('when', () => {
  const now = at('2026-03-10T14:00:00');

  it.each([
    ['2026-03-10T13:59:40', 'now'],
    ['2026-03-10T13:55:00', '5 min. ago'],
    ['2026-03-10T09:05:00', '9:05 AM'],
    ['2026-03-09T23:59:00', 'Yesterday, 11:59 PM'],
    ['2026-03-08T10:00:00', 'Mar 8, 2026'],
    ['2026-03-10T14:00:05', 'now'], // a clock that is a little ahead
  ])('%s', (then, shown) => {
    // Some versions of ICU put a narrow space before AM.
    expect(when(at(then), now, 'en').replaceAll('\u202f', ' ')).toBe(shown);
  });

  it('speaks Vietnamese', () => {
    expect(when(at('2026-03-10T13:55:00'), now, 'vi')).toBe('5 phút trước');
    expect(when(at('2026-03-09T23:59:00'), now, 'vi')).toBe('Hôm qua, 23:59');
  });
});

describe('names', () => {
  it.each([
    ['Nguyễn Đức Minh', 'NM'],
    ['đỗ hà', 'ĐH'],
    ['Li', 'L'],
    ['102', '#'],
    ['', '#'],
  ])('initials of "%s" are %s', (name, letters) => {
    expect(initials(name)).toBe(letters);
  });

  it('folds diacritics away', () => {
    expect(fold(' Đỗ Hà Nguyễn ')).toBe('do ha nguyen');
  });

  it('falls back from the name to the number to unknown', () => {
    const peer = { handle: '102', displayName: null, avatarUrl: null, userId: null };
    expect(peerName({ ...peer, displayName: 'Linh' }, 'en')).toBe('Linh');
    expect(peerName(peer, 'en')).toBe('102');
    expect(peerName({ ...peer, handle: '' }, 'en')).toBe('Unknown caller');
  });
});
