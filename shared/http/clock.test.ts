import { expect, it } from 'vitest';
import { clockOffset } from './clock.ts';

const DATE = 'Tue, 14 Nov 2023 22:13:20 GMT';
/** That second's beginning. */
const THEN = 1_700_000_000_000;

/** The offset of a device whose clock is `ahead` ms ahead, for a question that took `took` ms, answered in the middle of a second. */
const measured = (ahead: number, took = 0) =>
  clockOffset({ date: DATE, asked: THEN + 500 + ahead - took / 2, answered: THEN + 500 + ahead + took / 2 });

it.each([
  ['agree', 0, 0],
  ['agree as far as whole seconds can tell', 1_999, 0],
  ['agree as far as whole seconds can tell, the other way', -1_999, 0],
  ['differ by 2 s', 2_000, 2_000],
  ['differ by an hour', 3_600_000, 3_600_000],
  ['differ by an hour, the other way', -3_600_000, -3_600_000],
])('clocks that %s', (_, ahead, offset) => {
  expect(measured(ahead)).toBe(offset);
});

it('the time that the question took is shared between there and back', () => {
  expect(measured(60_000, 8_000)).toBe(60_000);
  expect(clockOffset({ date: DATE, asked: THEN, answered: THEN + 10_001 })).toBe(4_501); // whole ms
});

it.each([[null], [''], ['soon']])('nothing can be said by the date %o', (date) => {
  expect(clockOffset({ date, asked: THEN, answered: THEN })).toBe(0);
});
