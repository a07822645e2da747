import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeToken, readToken } from './tokens.ts';

const key = randomBytes(32);
const subject = {
  ringId: 'a1b2',
  callId: 'call@x.invalid',
  device: '7f9c2ba4-e88f-4d2a-9f3b-0a1b2c3d4e5f',
  expiresAt: 1_900_000_000_000,
};
const token = makeToken(key, subject);

describe('the token of a ring', () => {
  test('says what it is for', () => {
    expect(readToken(key, subject.callId, token)).toEqual(subject);
  });

  test('is of no use for another call, or under another key', () => {
    expect(readToken(key, 'other', token)).toBeUndefined();
    expect(readToken(randomBytes(32), subject.callId, token)).toBeUndefined();
  });

  test.each(['ringId', 'device', 'expiresAt'] as const)('cannot be given another %s', (field) => {
    const changed = { ...subject, [field]: field === 'expiresAt' ? subject.expiresAt + 1 : `${subject[field]}0` };
    const mac = token.split('.')[3];
    const forged = [changed.ringId, changed.device, changed.expiresAt.toString(36), mac].join('.');
    expect(readToken(key, subject.callId, forged)).toBeUndefined();
  });

  test('cannot be moved between fields', () => {
    const shifted = makeToken(key, { ...subject, ringId: `${subject.ringId}x`, callId: subject.callId });
    const mac = shifted.split('.')[3];
    const forged = [subject.ringId, subject.device, subject.expiresAt.toString(36), mac].join('.');
    expect(readToken(key, `x${subject.callId}`, forged)).toBeUndefined();
  });

  test('any other text is none', () => {
    fc.assert(fc.property(fc.string(), (text) => readToken(key, subject.callId, text) === undefined));
    for (const text of ['', '...', `${token}.x`, token.slice(0, -1), `${token.slice(0, token.lastIndexOf('.'))}.`]) {
      expect(readToken(key, subject.callId, text)).toBeUndefined();
    }
  });
});
