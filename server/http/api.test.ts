import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { demo, iceServers, session, sipCredentials, users } from '../../shared/http/api.ts';
import { Harness } from '../sip/testing/harness.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start({ limits: { wrongPasswords: 2 } });
});
afterEach(() => harness.stop());

const post = (path: string, body?: unknown, more: { cookie?: string; headers?: Record<string, string> } = {}) =>
  harness.fetch(path, { method: 'POST', body, ...more });
async function errorOf(response: Response): Promise<{ status: number; code: string }> {
  const { error } = (await response.json()) as { error: { code: string } };
  return { status: response.status, code: error.code };
}

describe('log-in', () => {
  test('gives the session, in a cookie that scripts and other sites do not see', async () => {
    const response = await post('/api/login', { username: ' 101 ', password: 'demo-101' });
    expect(response.status).toBe(200);
    expect(v.parse(session, await response.json())).toMatchObject({
      user: { extension: '101', displayName: 'Nguyễn Thị Mai' },
      domain: 'switchhook.local',
      ringSeconds: 45,
    });
    const cookie = response.headers.get('set-cookie') ?? '';
    for (const flag of ['HttpOnly', 'SameSite=Strict', 'Path=/', 'Max-Age=']) expect(cookie).toContain(flag);
    expect(cookie).not.toContain('Secure');
    expect(cookie).toMatch(/^switchhook_session=[\w-]{43};/u);
  });

  test('marks the cookie Secure behind https', async () => {
    await harness.stop();
    harness = await Harness.start({ trustProxy: true });
    await harness.board.createAccount({
      username: 'ann',
      extension: '201',
      displayName: 'Ann',
      password: 'right word',
    });
    const headers = { 'x-forwarded-proto': 'https' };
    const response = await post('/api/login', { username: 'Ann', password: 'right word' }, { headers });
    expect(response.headers.get('set-cookie')).toContain('Secure');
  });

  test('fails the same way for a wrong password and an unknown name, and locks both out', async () => {
    for (const username of ['101', 'nobody']) {
      for (let i = 0; i < 2; i++) {
        const response = await post('/api/login', { username, password: 'guess' });
        expect(response.headers.get('set-cookie')).toBeNull();
        expect(await errorOf(response)).toEqual({ status: 401, code: 'wrongCredentials' });
      }
      const locked = await post('/api/login', { username, password: 'demo-101' });
      expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await errorOf(locked)).toEqual({ status: 423, code: 'lockedOut' });
    }
    expect((await post('/api/login', { username: '102', password: 'demo-102' })).status).toBe(200);
  });

  test('forgets wrong passwords after a right one', async () => {
    for (const password of ['guess', 'demo-101', 'guess', 'guess']) {
      const { status } = await post('/api/login', { username: '101', password });
      expect(status).toBe(password === 'guess' ? 401 : 200);
    }
  });

  test('ends after the lock-out', async () => {
    await harness.stop();
    harness = await Harness.start({ limits: { wrongPasswords: 0, lockOutSeconds: 0.001 } });
    expect((await post('/api/login', { username: '101', password: 'guess' })).status).toBe(423);
    harness.board.config.limits.wrongPasswords = 1;
    await expect
      .poll(async () => (await post('/api/login', { username: '101', password: 'demo-101' })).status)
      .toBe(200);
  });

  test('is limited by address', async () => {
    await harness.stop();
    harness = await Harness.start({ limits: { loginsPerMinute: 1 } });
    await harness.logIn('101');
    const response = await post('/api/login', { username: '102', password: 'demo-102' });
    expect(response.headers.get('retry-after')).not.toBeNull();
    expect(await errorOf(response)).toEqual({ status: 429, code: 'rateLimited' });
  });

  test('replaces the session that the browser had', async () => {
    const earlier = await harness.logIn('101');
    await post('/api/login', { username: '101', password: 'demo-101' }, { cookie: earlier });
    expect((await harness.fetch('/api/session', { cookie: earlier })).status).toBe(401);
  });
});

describe('a session', () => {
  test('is needed for everything but the demo list and the health check', async () => {
    for (const path of ['/api/session', '/api/users', '/api/ice-servers']) {
      expect(await errorOf(await harness.fetch(path))).toEqual({ status: 401, code: 'notLoggedIn' });
    }
    for (const path of ['/api/sip-credentials', '/api/logout-everywhere']) {
      expect(await errorOf(await post(path, {}))).toEqual({ status: 401, code: 'notLoggedIn' });
    }
    expect((await harness.fetch('/healthz')).status).toBe(200);
  });

  test('ends with a log-out, and all of them with a log-out everywhere', async () => {
    const [here, there] = [await harness.logIn('101'), await harness.logIn('101')];
    const out = await post('/api/logout', undefined, { cookie: here });
    expect([out.status, out.headers.get('set-cookie')]).toEqual([204, expect.stringContaining('Max-Age=0')]);
    expect((await harness.fetch('/api/session', { cookie: here })).status).toBe(401);
    expect((await harness.fetch('/api/session', { cookie: there })).status).toBe(200);
    await post('/api/logout-everywhere', undefined, { cookie: there });
    expect((await harness.fetch('/api/session', { cookie: there })).status).toBe(401);
  });

  test('gives SIP credentials for a device', async () => {
    const cookie = await harness.logIn('101');
    const device = 'D9428888-122B-11E1-B85C-61CD3CBB3210';
    const response = await post('/api/sip-credentials', { device }, { cookie });
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(v.parse(sipCredentials, await response.json())).toMatchObject({
      uri: 'sip:101@switchhook.local',
      authUser: '101.d9428888',
      wsPath: '/sip',
    });
    expect(await errorOf(await post('/api/sip-credentials', { device: 'x' }, { cookie }))).toEqual({
      status: 400,
      code: 'invalidArgument',
    });
  });

  test('gives ICE servers, with credentials of its own where there is TURN', async () => {
    const ask = async () => {
      const cookie = await harness.logIn('101');
      const [ice, me] = ['/api/ice-servers', '/api/session'].map((path) => harness.fetch(path, { cookie }));
      return {
        ...v.parse(iceServers, await (await ice)?.json()),
        relay: v.parse(session, await (await me)?.json()).relay,
      };
    };
    expect(await ask()).toMatchObject({ iceServers: [], relay: false });
    await harness.stop();
    const turn = { urls: ['turn:turn.example'], secret: 'north', ttlSeconds: 600 };
    harness = await Harness.start({ turn });
    expect(await ask()).toMatchObject({
      iceServers: [{ urls: turn.urls, username: expect.stringMatching(/^\d+:101$/u) }],
      ttl: 600,
      relay: true,
    });
  });

  test('lists the others, and finds one by number', async () => {
    const cookie = await harness.logIn('101');
    const list = async (query: string) =>
      v.parse(users, await (await harness.fetch(`/api/users${query}`, { cookie })).json());
    expect((await list('')).users.map((user) => user.extension)).toEqual(['102', '103', '104']);
    expect((await list('?phone=103')).users).toMatchObject([{ displayName: 'Alice Carter' }]);
    expect((await list('?phone=999')).users).toEqual([]);
    expect((await list('?phone=x%20y')).users).toEqual([]);
  });
});

describe('the demo accounts', () => {
  test('are listed on a loopback address', async () => {
    const { accounts } = v.parse(demo, await (await harness.fetch('/api/demo')).json());
    expect(accounts.map(({ username }) => username)).toEqual(['101', '102', '103', '104']);
  });

  test('do not exist on any other, even in a database that has them', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'switchhook-'));
    await harness.stop();
    harness = await Harness.start({ dataDir });
    const cookie = await harness.logIn('101');
    await harness.stop();
    harness = await Harness.start({ dataDir, host: '0.0.0.0' });
    expect((await harness.fetch('/api/demo')).status).toBe(404);
    const login = await post('/api/login', { username: '101', password: 'demo-101' });
    expect(await errorOf(login)).toEqual({ status: 401, code: 'wrongCredentials' });
    expect((await harness.fetch('/api/session', { cookie })).status).toBe(401);
    await harness.stop();
    await rm(dataDir, { recursive: true });
  });
});

describe('errors', () => {
  test.each([
    ['an unknown path', '/api/nothing', undefined, 404, 'notFound'],
    ['broken JSON', '/api/login', '{"username":', 400, 'invalidArgument'],
    ['a missing field', '/api/login', { username: '101' }, 400, 'invalidArgument'],
    ['no body', '/api/login', undefined, 400, 'invalidArgument'],
    ['a body that is too large', '/api/login', { username: 'x'.repeat(20_000), password: 'x' }, 413, 'invalidArgument'],
  ])('%s', async (_what, path, body, status, code) => {
    expect(await errorOf(await post(path, body))).toEqual({ status, code });
  });

  test('do not say what failed inside', async () => {
    const response = await post('/api/login', 'a=b', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(await errorOf(response)).toEqual({ status: 415, code: 'invalidArgument' });
  });
});

describe('other sites', () => {
  test('cannot change anything', async () => {
    const response = await post(
      '/api/login',
      { username: '101', password: 'demo-101' },
      { headers: { origin: 'https://evil.example' } },
    );
    expect(await errorOf(response)).toEqual({ status: 403, code: 'originRefused' });
    const own = await post(
      '/api/login',
      { username: '101', password: 'demo-101' },
      { headers: { origin: harness.board.url } },
    );
    expect(own.status).toBe(200);
  });

  test('cannot rebind a name of theirs to this address', async () => {
    const { port } = harness.board;
    const status = await new Promise((resolve, reject) => {
      const headers = { host: `evil.example:${port}` };
      httpRequest({ port, host: '127.0.0.1', path: '/api/demo', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(403);
  });
});

describe('the app', () => {
  const page = { accept: 'text/html,*/*' };

  test('is missing politely, while the API works', async () => {
    const response = await harness.fetch('/', { headers: page });
    expect([response.status, response.headers.get('content-type')]).toEqual([404, 'text/plain; charset=utf-8']);
    expect(await response.text()).toContain('not built');
  });

  test('is served with its headers; only pages fall back to the index', async () => {
    const staticDir = await mkdtemp(join(tmpdir(), 'switchhook-'));
    await mkdir(join(staticDir, 'assets'));
    await writeFile(join(staticDir, 'index.html'), '<title>index</title>');
    await writeFile(join(staticDir, 'sw.js'), '');
    await writeFile(join(staticDir, 'assets', 'a-1234.js'), '');
    await harness.stop();
    harness = await Harness.start({ staticDir });
    for (const path of ['/', '/calls/1', '/index.html']) {
      const response = await harness.fetch(path, { headers: page });
      expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-cache']);
      expect(await response.text()).toContain('index');
    }
    const index = await harness.fetch('/', { headers: page });
    const csp = index.headers.get('content-security-policy') ?? '';
    const host = harness.board.url.replace('http://', '');
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      `connect-src 'self' ws://${host} wss://${host}`,
      "frame-ancestors 'none'",
    ]) {
      expect(csp).toContain(part);
    }
    expect(csp).not.toContain('unsafe');
    expect(index.headers.get('permissions-policy')).toContain('microphone=(self)');
    expect(index.headers.get('x-content-type-options')).toBe('nosniff');
    expect(index.headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect((await harness.fetch('/sw.js')).headers.get('cache-control')).toBe('no-cache');
    expect((await harness.fetch('/assets/a-1234.js')).headers.get('cache-control')).toContain('immutable');
    for (const path of ['/missing.js', '/assets/gone.js', '/api/nothing']) {
      expect((await harness.fetch(path)).status).toBe(404);
    }
    expect((await harness.fetch('/assets/gone.js', { headers: page })).status).toBe(404);
    expect((await harness.fetch('/..%2f..%2fpackage.json', { headers: page })).status).not.toBe(500);
    await rm(staticDir, { recursive: true });
  });
});
