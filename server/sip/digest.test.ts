import { describe, expect, test } from 'vitest';
import { challengeHeader, digestMatches, digestResponse, ha1Of, parseDigestAnswer } from './digest.ts';
import { Nonces } from './nonces.ts';

/** The example of RFC 7616 3.9.1, in its MD5 form. */
const EXAMPLE =
  'Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", algorithm=MD5, ' +
  'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001, ' +
  'cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth, ' +
  'response="8ca523f5e9506fed4657c9700eebdbec", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';

const ha1 = ha1Of('Mufasa', 'http-auth@example.org', 'Circle of Life');

describe('digest', () => {
  test('agrees with the example of RFC 7616', () => {
    const answer = parseDigestAnswer(EXAMPLE);
    if (!answer) throw new Error('not read');
    expect(digestResponse(ha1, 'GET', answer)).toBe('8ca523f5e9506fed4657c9700eebdbec');
    expect(digestMatches(ha1, 'GET', answer)).toBe(true);
    expect(digestMatches(ha1, 'PUT', answer)).toBe(false);
    expect(digestMatches(ha1, 'GET', { ...answer, nc: '00000002' })).toBe(false);
    expect(digestMatches(ha1Of('Mufasa', 'http-auth@example.org', 'x'), 'GET', answer)).toBe(false);
    expect(digestMatches(ha1, 'GET', { ...answer, response: '8c' })).toBe(false);
  });

  test.each(['Basic abc', 'Digest', EXAMPLE.replace('MD5', 'SHA-256'), EXAMPLE.replace('qop=auth', 'qop=auth-int')])(
    'does not take %s for an answer to its challenge',
    (text) => expect(parseDigestAnswer(text)).toBeUndefined(),
  );

  test.each([EXAMPLE.replace('nc=00000001', 'nc=1'), EXAMPLE.replace('uri=', 'url='), `${EXAMPLE}, nc=00000001`])(
    'refuses %s',
    (text) => expect(() => parseDigestAnswer(text)).toThrow(expect.objectContaining({ code: 'invalidArgument' })),
  );

  test('writes a challenge that can be read back', () => {
    expect(challengeHeader('d', 'n', { proxy: true, stale: true })).toMatchObject({
      name: 'Proxy-Authenticate',
      value: 'Digest realm="d", nonce="n", algorithm=MD5, qop="auth", stale=true',
    });
  });
});

describe('nonces', () => {
  test('expire, and those of somebody else are forged', () => {
    let now = 1_000_000;
    const nonces = new Nonces(1000, 10, () => now);
    const nonce = nonces.issue();
    expect(nonces.judge(nonce)).toBe('fresh');
    expect(nonces.judge(new Nonces(1000, 10, () => now).issue())).toBe('forged');
    expect(nonces.judge(`a${nonce}`)).toBe('forged');
    expect(nonces.judge('')).toBe('forged');
    now += 1001;
    expect(nonces.judge(nonce)).toBe('stale');
  });

  test('are used once per count, upwards only', () => {
    const nonces = new Nonces(1000, 10);
    const nonce = nonces.issue();
    expect(nonces.use(nonce, '00000002')).toBe(true);
    expect(nonces.use(nonce, '00000002')).toBe(false);
    expect(nonces.use(nonce, '00000001')).toBe(false);
    expect(nonces.use(nonce, '0000000a')).toBe(true);
    expect(nonces.use(nonces.issue(), '00000001')).toBe(true);
  });

  test('that had to be forgotten are stale, so they cannot be replayed', () => {
    let now = 1_000_000;
    const nonces = new Nonces(60_000, 2, () => now++);
    const used = [nonces.issue(), nonces.issue(), nonces.issue(), nonces.issue()];
    for (const nonce of used) expect(nonces.use(nonce, '00000001')).toBe(true);
    expect(nonces.remembered).toBe(2);
    expect(used.map((nonce) => nonces.judge(nonce))).toEqual(['stale', 'stale', 'fresh', 'fresh']);
  });
});
