import { expect, it } from 'vitest';
import { judgeTakeover } from './takeover.ts';

it.each([
  ['the party itself', { asserted: '102@a.test', referredBy: null }, 'same'],
  ['who answered in its name', { asserted: '105@a.test', referredBy: null }, 'same'],
  ['somebody whom the party has sent', { asserted: '103@a.test', referredBy: '102@a.test' }, 'referred'],
  ['somebody whom another one has sent', { asserted: '103@a.test', referredBy: '104@a.test' }, 'refused'],
  ['a stranger', { asserted: '103@a.test', referredBy: null }, 'refused'],
  ['a namesake of another domain', { asserted: '102@b.test', referredBy: null }, 'refused'],
  ['nobody that the network knows, whoever has sent him', { asserted: null, referredBy: '102@a.test' }, 'refused'],
] as const)('%s', (_, by, verdict) => {
  expect(judgeTakeover({ ...by, peers: ['102@a.test', '105@a.test'] })).toBe(verdict);
});
