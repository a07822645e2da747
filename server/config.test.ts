import { describe, expect, test } from 'vitest';
import { readConfig } from './config.ts';

describe('readConfig', () => {
  test('has defaults for everything', () => {
    expect(readConfig({}, [])).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      dataDir: './data',
      sipDomain: 'switchhook.local',
      ringSeconds: 45,
      publicOrigins: [],
      trustProxy: false,
    });
  });

  test('reads variables, and flags before them', () => {
    const env = { PORT: '9000', PUBLIC_ORIGINS: 'https://a.example, http://b.example:81', TRUST_PROXY: '1', HOST: '' };
    expect(readConfig(env, ['--port', '0', '--ring-seconds=20', '--sip-domain', 'Sip.Example'])).toMatchObject({
      port: 0,
      ringSeconds: 20,
      sipDomain: 'sip.example',
      publicOrigins: ['https://a.example', 'http://b.example:81'],
      trustProxy: true,
      host: '127.0.0.1',
    });
  });

  test('reads what belongs to push', () => {
    const env = { PUSH_HOSTS: 'Push.example, *.push.internal', VAPID_SUBJECT: 'mailto:ops@example.com' };
    expect(readConfig(env, ['--push-proxy', 'http://proxy:3128']).push).toEqual({
      hosts: ['push.example', '*.push.internal'],
      subject: 'mailto:ops@example.com',
      proxy: 'http://proxy:3128',
    });
  });

  test('reads what belongs to TURN', () => {
    const env = { TURN_URLS: 'turn:turn.example:3478?transport=udp, turns:[2001:db8::1]:443', TURN_SECRET: 's3' };
    expect(readConfig(env, ['--turn-ttl-seconds', '600']).turn).toEqual({
      urls: ['turn:turn.example:3478?transport=udp', 'turns:[2001:db8::1]:443'],
      secret: 's3',
      ttlSeconds: 600,
    });
    expect(() => readConfig({ TURN_URLS: 'turn:turn.example' }, [])).toThrow(
      expect.objectContaining({ code: 'invalidArgument', field: 'TURN_SECRET' }),
    );
  });

  test('takes the addresses of a PBX, to which paths are added, with a slash or without', () => {
    const secret = 's'.repeat(32);
    const env = { PBX_SECRET: secret, PBX_CONTROL_URL: 'http://127.0.0.1:8091/', PEER_URL: 'http://10.0.0.5:8080' };
    const { controlUrl, peerUrl } = readConfig(env, []).pbx;
    expect([controlUrl, peerUrl]).toEqual(['http://127.0.0.1:8091', 'http://10.0.0.5:8080']);
    expect(() => readConfig({ ...env, PBX_SECRET: '' }, [])).toThrow(
      expect.objectContaining({ code: 'invalidArgument', field: 'PBX_SECRET' }),
    );
  });

  test.each([
    ['PORT', '70000'],
    ['PORT', '8080x'],
    ['RING_SECONDS', '0'],
    ['SIP_DOMAIN', 'a b'],
    ['LOG_LEVEL', 'loud'],
    ['TRUST_PROXY', 'maybe'],
    ['SESSION_DAYS', '-1'],
    ['PUBLIC_ORIGINS', 'https://a.example/path'],
    ['PUBLIC_ORIGINS', 'a.example'],
    ['PUSH_HOSTS', 'push.example, 10.0.0.1'],
    ['PUSH_HOSTS', 'https://push.example'],
    ['PUSH_PROXY', 'proxy'],
    ['VAPID_SUBJECT', 'somebody'],
    ['DATABASE_URL', 'mysql://somewhere/db'],
    ['DATABASE_URL', 'somewhere'],
    ['TURN_URLS', 'stun:turn.example'],
    ['TURN_URLS', 'turn:turn.example?transport=tls'],
    ['TURN_TTL_SECONDS', '59'],
    ['PBX_CONTROL_URL', 'http://127.0.0.1:8091/calls'],
    ['PEER_URL', 'http://10.0.0.5:8080/?a=b'],
    ['PEER_URL', '10.0.0.5:8080'],
  ])('names %s when it is %j', (name, value) => {
    expect(() => readConfig({ [name]: value }, [])).toThrow(
      expect.objectContaining({ code: 'invalidArgument', reason: expect.stringContaining(name) }),
    );
  });

  test('refuses flags that it does not know', () => {
    expect(() => readConfig({}, ['--colour', 'red'])).toThrow(expect.objectContaining({ field: 'flags' }));
  });
});
