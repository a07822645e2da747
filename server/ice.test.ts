import { describe, expect, test } from 'vitest';
import { defaultTurn, issueIceServers, isTurnUri } from './ice.ts';

const NOW = Date.parse('2026-01-01T00:00:00.900Z');

describe('ICE servers', () => {
  test('there are none without a TURN server', () => {
    expect(issueIceServers(defaultTurn, '101', NOW)).toEqual({ iceServers: [], ttl: 14_400 });
  });

  test('have a user name that says when it ends, and its HMAC as password', () => {
    const turn = { urls: ['turn:turn.example'], secret: 'north', ttlSeconds: 3_600 };
    // By openssl: printf 1767229200:101 | openssl dgst -sha1 -hmac north -binary | base64
    const credential = 'jGE8C+ZFU3Z1lseM5WXqLvKTegA=';
    expect(issueIceServers(turn, '101', NOW)).toEqual({
      iceServers: [{ urls: ['turn:turn.example'], username: '1767229200:101', credential }],
      ttl: 3_600,
    });
  });
});

test.each([
  ['turn:turn.example', true],
  ['turns:turn.example:443?transport=tcp', true],
  ['turn:192.0.2.1:3478', true],
  ['turn:[2001:db8::1]', true],
  ['turn:', false],
  ['turn://turn.example', false],
  ['turn:turn.example:port', false],
  ['turn:user@turn.example', false],
  ['https://turn.example', false],
])('%s is a TURN URI: %s', (uri, is) => {
  expect(isTurnUri(uri)).toBe(is);
});
