import { expect, it } from 'vitest';
import { kindOf, readyAfter } from './gathering.ts';

it.each([
  [[], 'none'],
  [['stun:stun.example'], 'stun'],
  [['stun:stun.example', 'turns:turn.example'], 'turn'],
] as const)('%j is %s', (urls, kind) => {
  expect(kindOf(urls.map((url) => ({ urls: url })))).toBe(kind);
});

it('waits for what the servers can give, and for nothing else', () => {
  const wait = (kind: Parameters<typeof readyAfter>[1]) =>
    (['host', 'srflx', 'relay'] as const).map((candidate) => readyAfter(candidate, kind));
  expect(wait('none')).toEqual([20, 20, 20]);
  expect(wait('stun')).toEqual([300, 20, 20]);
  expect(wait('turn')).toEqual([null, null, 20]);
});
