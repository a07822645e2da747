import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judge, nextSend, type Outcome, retryAfterMs, secondsLeft, topicOf } from './policy.ts';

const NOW = Date.UTC(2030, 0, 1);
const SCHEDULE = { firstMs: 2000, maxMs: 8000 };
const accepted: Outcome = { kind: 'accepted' };

describe('the topic', () => {
  test('is of the alphabet and the length that push services take, one per call', () => {
    fc.assert(fc.property(fc.string(), (callId) => /^[A-Za-z0-9_-]{32}$/u.test(topicOf(callId))));
    expect(topicOf('a')).toBe('ypeBEsobvcr6wjGzmiPcTaeG7_gUfE5y');
    expect(topicOf('a')).not.toBe(topicOf('b'));
  });
});

test.each([
  [45_000, 45],
  [44_001, 45],
  [1, 1],
  [0, 1],
  [-5000, 1],
])('%i ms left are a TTL of %i s: never 0, which is now or never', (left, ttl) => {
  expect(secondsLeft(NOW + left, NOW)).toBe(ttl);
});

test.each([
  [undefined, 0],
  ['7', 7000],
  [' 7 ', 7000],
  [new Date(NOW + 9000).toUTCString(), 9000],
  [new Date(NOW - 9000).toUTCString(), 0],
  ['soon', 0],
])('Retry-After %j is %i ms', (value, ms) => {
  expect(retryAfterMs(value, NOW)).toBe(ms);
});

test.each([
  [201, 'accepted'],
  [200, 'accepted'],
  [404, 'gone'],
  [410, 'gone'],
  [429, 'later'],
  [408, 'later'],
  [500, 'later'],
  [503, 'later'],
  [0, 'later'],
  [400, 'refused'],
  [401, 'refused'],
  [403, 'refused'],
  [413, 'refused'],
  [301, 'refused'],
])('status %i is %s', (status, kind) => {
  expect(judge(status, undefined, NOW).kind).toBe(kind);
});

describe('the schedule of a ring', () => {
  const wait = (outcome: Outcome, attempts: number, left = 45_000, repeat = true): number | undefined =>
    nextSend(outcome, { attempts, repeat, until: NOW + left, now: NOW }, SCHEDULE);

  test('doubles up to the longest pause', () => {
    expect([1, 2, 3, 4, 50].map((attempts) => wait(accepted, attempts))).toEqual([2000, 4000, 8000, 8000, 8000]);
  });

  test('ends with the ring', () => {
    expect(wait(accepted, 1, 2000)).toBeUndefined();
    expect(wait(accepted, 1, 2001)).toBe(2000);
  });

  test('sends once what needs no acknowledgement, unless the failure may pass', () => {
    expect(wait(accepted, 1, 45_000, false)).toBeUndefined();
    expect(wait({ kind: 'later', status: 503, afterMs: 0 }, 1, 45_000, false)).toBe(2000);
  });

  test('honours Retry-After, and gives up when that is after the ring', () => {
    expect(wait({ kind: 'later', status: 429, afterMs: 5000 }, 1)).toBe(5000);
    expect(wait({ kind: 'later', status: 429, afterMs: 500 }, 2)).toBe(4000);
    expect(wait({ kind: 'later', status: 429, afterMs: 60_000 }, 1)).toBeUndefined();
  });

  test('does not repeat what will never be taken', () => {
    expect(wait({ kind: 'gone', status: 410 }, 1)).toBeUndefined();
    expect(wait({ kind: 'refused', status: 403 }, 1)).toBeUndefined();
  });
});
