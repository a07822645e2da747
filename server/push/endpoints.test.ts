import { describe, expect, test } from 'vitest';
import { checkSubscription, guardedLookup, isAllowedEndpoint, isHostPattern, isInnerAddress } from './endpoints.ts';
import { makeSubscription } from './testing/pushService.ts';

describe('an endpoint', () => {
  test.each([
    'https://fcm.googleapis.com/fcm/send/abc',
    'https://jmt17.google.com/fcm/send/abc',
    'https://updates.push.services.mozilla.com/wpush/v2/abc',
    'https://autopush.push.services.mozilla.com/wpush/v2/abc',
    'https://wns2-by3p.notify.windows.com/w/?token=abc',
    'https://web.push.apple.com/QAbc',
    'https://api.push.apple.com/3/device/abc',
  ])('of a known push service: %s', (endpoint) => {
    expect(isAllowedEndpoint(endpoint, [])).toBe(true);
  });

  test.each([
    'http://fcm.googleapis.com/fcm/send/abc',
    'https://fcm.googleapis.com:8443/abc',
    'https://FCM.googleapis.com:443/fcm/send/abc',
    ' https://fcm.googleapis.com/abc',
    'https://fcm.googleapis.com/a/../b',
    'https://fcm.googleapis.com.evil.example/abc',
    'https://evilfcm.googleapis.com/abc',
    'https://notify.windows.com/abc',
    'https://evilnotify.windows.com/abc',
    'https://fcm.googleapis.com./abc',
    'https://user@fcm.googleapis.com/abc',
    'https://fcm.googleapis.com@evil.example/abc',
    'https://fcm.googleapis.com\\@evil.example/abc',
    'https://fcm.googleapis.com/abc#x',
    'https://localhost/abc',
    'https://127.0.0.1/abc',
    'https://2130706433/abc',
    'https://0x7f.1/abc',
    'https://[::1]/abc',
    'https://[::ffff:169.254.169.254]/abc',
    'https://169.254.169.254/latest/meta-data',
    'ftp://fcm.googleapis.com/abc',
    'not a url',
    '',
  ])('anywhere else is refused: %s', (endpoint) => {
    expect(isAllowedEndpoint(endpoint, [])).toBe(false);
  });

  test('of a host that the operator names is allowed on any port; an address never is', () => {
    const extra = ['push.example', '*.push.internal', 'localhost'];
    expect(isAllowedEndpoint('https://push.example:8443/a', extra)).toBe(true);
    expect(isAllowedEndpoint('https://a.push.internal/a', extra)).toBe(true);
    expect(isAllowedEndpoint('https://localhost:1234/a', extra)).toBe(true);
    expect(isAllowedEndpoint('https://x.push.example/a', extra)).toBe(false);
    expect(isAllowedEndpoint('http://push.example/a', extra)).toBe(false);
    expect(isAllowedEndpoint('https://127.0.0.1/a', ['127.0.0.1', '*.0.0.1'])).toBe(false);
  });
});

test.each([
  ['push.example', true],
  ['*.push.example', true],
  ['localhost', true],
  ['127.0.0.1', false],
  ['[::1]', false],
  ['*', false],
  ['*.', false],
  ['push.example:8443', false],
  ['https://push.example', false],
  ['a..b', false],
  ['-a.example', false],
])('PUSH_HOSTS may hold %j: %s', (pattern, allowed) => {
  expect(isHostPattern(pattern)).toBe(allowed);
});

test.each([
  ['127.0.0.1', true],
  ['10.1.2.3', true],
  ['172.16.0.1', true],
  ['192.168.1.1', true],
  ['169.254.169.254', true],
  ['100.64.0.1', true],
  ['0.0.0.0', true],
  ['255.255.255.255', true],
  ['::1', true],
  ['::', true],
  ['fe80::1', true],
  ['fd00::1', true],
  ['::ffff:10.0.0.1', true],
  ['no address', true],
  ['8.8.8.8', false],
  ['2606:4700::1111', false],
])('%s is an address inside: %s', (address, isInner) => {
  expect(isInnerAddress(address)).toBe(isInner);
});

describe('the lookup of a push service', () => {
  const lookUp = (host: string, extra: string[], all: boolean): Promise<unknown> =>
    new Promise((resolve, reject) => {
      guardedLookup(extra)(host, { all }, (error, address) => (error ? reject(error) : resolve(address)));
    });

  test('finds nothing inside', async () => {
    await expect(lookUp('localhost', [], true)).rejects.toThrow('no public address');
    await expect(lookUp('localhost', [], false)).rejects.toThrow('no public address');
  });

  test('finds what the operator names', async () => {
    expect(await lookUp('localhost', ['localhost'], true)).toContainEqual(
      expect.objectContaining({ address: expect.stringMatching(/^(127\.0\.0\.1|::1)$/u) }),
    );
    expect(await lookUp('localhost', ['localhost'], false)).toMatch(/^(127\.0\.0\.1|::1)$/u);
  });
});

describe('a subscription', () => {
  const good = makeSubscription();
  const refusal = (change: object): unknown => {
    try {
      checkSubscription({ ...good, ...change }, []);
      return undefined;
    } catch (error) {
      return error;
    }
  };

  test('as browsers make it is accepted', () => {
    expect(refusal({})).toBeUndefined();
  });

  test.each([
    ['subscription.endpoint', { endpoint: 'https://10.0.0.1/' }],
    ['subscription.keys.p256dh', { keys: { ...good.keys, p256dh: Buffer.alloc(65, 4).toString('base64url') } }],
    ['subscription.keys.p256dh', { keys: { ...good.keys, p256dh: `${good.keys.p256dh}AAAA` } }],
    ['subscription.keys.auth', { keys: { ...good.keys, auth: Buffer.alloc(20).toString('base64url') } }],
  ])('with a wrong %s is refused', (field, change) => {
    expect(refusal(change)).toMatchObject({ code: 'invalidArgument', field });
  });
});
