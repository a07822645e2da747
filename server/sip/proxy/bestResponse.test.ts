import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bestResponse } from './bestResponse.ts';

test.each([
  [[408, 486], 486],
  [[480, 486], 486],
  [[487, 408], 408],
  [[408, 480], 480],
  [[486, 603], 603],
  [[500, 404], 404],
  [[486, 302], 302],
  [[486, 407], 407],
  [[480, 488], 488],
  [[503, 600, 486], 600],
  [[404], 404],
])('of %j it is %i', (statuses, best) => {
  expect(bestResponse(statuses.map((status) => ({ status })))?.status).toBe(best);
});

test('the earliest of equals, and none of none', () => {
  const first = { status: 486 };
  expect(bestResponse([{ status: 408 }, first, { status: 486 }])).toBe(first);
  expect(bestResponse([])).toBeUndefined();
});

test('the order of arrival does not matter', () => {
  const statuses = fc.array(fc.integer({ min: 300, max: 699 }), { minLength: 1 });
  fc.assert(
    fc.property(statuses, (list) => {
      const rankClass = (status: number | undefined) =>
        status === undefined || status >= 600 ? 6 : Math.floor(status / 100);
      const [there, back] = [list, [...list].reverse()].map(
        (each) => bestResponse(each.map((status) => ({ status })))?.status,
      );
      expect(rankClass(there)).toBe(rankClass(back));
    }),
  );
});
