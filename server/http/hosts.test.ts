import { describe, expect, test } from 'vitest';
import { withDefaults } from '../config.ts';
import { allowsDemo, isAllowedHost, isAllowedOrigin } from './hosts.ts';

const config = { host: 'phones.internal', publicOrigins: ['https://phone.example'] };

describe('Host', () => {
  test.each([
    '127.0.0.1:8080',
    '[::1]:8080',
    'localhost',
    'phone.example',
    'phone.example:443',
    'phones.internal:80',
    '192.0.2.7',
  ])('%s is ours', (host) => expect(isAllowedHost(host, config)).toBe(true));
  test.each([
    undefined,
    '',
    'evil.example',
    'phone.example.evil.example',
    'a@127.0.0.1',
    '127.0.0.1/x',
    'evil.example#localhost',
  ])('%s is not', (host) => expect(isAllowedHost(host, config)).toBe(false));
});

describe('Origin', () => {
  test.each([
    ['http://127.0.0.1:8080', '127.0.0.1:8080', true],
    ['https://phone.example', '127.0.0.1:8080', true],
    ['https://phone.example', 'phone.example:443', true],
    ['http://127.0.0.1:8081', '127.0.0.1:8080', false],
    ['http://phone.example', '127.0.0.1:8080', false],
    ['null', '127.0.0.1:8080', false],
    ['', '127.0.0.1:8080', false],
  ])('%s on %s: %s', (origin, host, allowed) => expect(isAllowedOrigin(origin, host, config)).toBe(allowed));
});

test.each([
  [{ host: '127.0.0.1' }, true],
  [{ host: '127.8.9.1' }, true],
  [{ host: '::1' }, true],
  [{ host: 'localhost' }, true],
  [{ publicOrigins: ['http://localhost:5173'] }, true],
  [{ host: '0.0.0.0' }, false],
  [{ host: '::' }, false],
  [{ host: '192.0.2.1' }, false],
  [{ host: 'localhost.evil.example' }, false],
  [{ trustProxy: true }, false],
  [{ publicOrigins: ['https://phone.example'] }, false],
])('demo accounts with %j: %s', (input, allowed) => {
  expect(allowsDemo(withDefaults(input))).toBe(allowed);
});
