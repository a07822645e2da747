import { describe, expect, test } from 'vitest';
import { header } from './headers.ts';
import { callIdOf, Referrals, referredTo } from './referrals.ts';

const refer = (referTo: string) => ({
  kind: 'request' as const,
  method: 'REFER',
  uri: 'sip:102@a.test',
  headers: [header('Refer-To', referTo)],
  body: '',
});

describe('whom a REFER names', () => {
  test.each([
    ['<sip:103@a.test>', { target: '103', callId: null }],
    ['sip:103@a.test', { target: '103', callId: null }],
    [
      '"Lan" <sip:103@a.test;gr=urn:uuid:1?Replaces=abc%40x%3Bto-tag%3D1%3Bfrom-tag%3D2>',
      { target: '103', callId: 'abc@x' },
    ],
    ['<sip:103@a.test?Require=replaces&replaces=abc%3Bto-tag%3D1>', { target: '103', callId: 'abc' }],
    ['<sip:103@a.test?Replaces=%ZZ>', { target: '103', callId: null }],
  ])('%s', (value, expected) => expect(referredTo(refer(value))).toEqual(expected));

  test('without anybody: nothing', () => {
    expect(referredTo({ ...refer(''), headers: [] })).toBeUndefined();
    expect(callIdOf(undefined)).toBeNull();
  });
});

describe('a referral', () => {
  const sent = { referrer: '101', referee: '102', target: '103', callId: 'abc' };

  test('is for the one who was sent, to that one, for that dialog', () => {
    const referrals = new Referrals();
    referrals.add(sent);
    const { referrer: _, ...asked } = sent;
    expect(referrals.referrer(asked)).toBe('101');
    for (const changes of [{ referee: '104' }, { target: '104' }, { callId: null }, { callId: 'abd' }])
      expect(referrals.referrer({ ...asked, ...changes })).toBeUndefined();
  });

  test('is over after a minute, and is forgotten', () => {
    let now = 1_000;
    const referrals = new Referrals(() => now);
    referrals.add(sent);
    now += 60_000;
    expect(referrals.referrer(sent)).toBeUndefined();
    referrals.add({ ...sent, referee: '105' });
    expect(referrals.size).toBe(1);
  });

  test('of one person there are eight at most: the newest', () => {
    const referrals = new Referrals();
    for (let n = 0; n < 20; n += 1) referrals.add({ ...sent, callId: `c${n}` });
    expect(referrals.referrer({ ...sent, callId: 'c11' })).toBeUndefined();
    expect(referrals.referrer({ ...sent, callId: 'c12' })).toBe('101');
  });
});
