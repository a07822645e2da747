/** `pushsubscriptionchange`: no browser can be told to send one, so the browser's part of it is the test's. */

import { expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../shared/registry/decide.ts';
import { LINE } from '../../shared/testing/pushes.ts';
import { type RenewParts, renew, type SubscriptionChange } from './renew.ts';

const subscriptionOf = (endpoint: string) => ({ toJSON: () => ({ endpoint }) });
const KEY = new Uint8Array([4, 1, 2]).buffer;
const OLD = { options: { applicationServerKey: KEY, userVisibleOnly: true } };
const PUBLIC_KEY = 'BDd3_hVL9fZi9Ybo2UUzA284WG5FZR30_95YeZJsiApw';

/** A browser and a switchboard that note what they were asked. */
function surroundings(
  changes: { line?: typeof LINE | null; respond?: (path: string) => Response | Promise<Response> } = {},
) {
  const { line = LINE, respond = () => new Response(null, { status: 204 }) } = changes;
  const subscribed: unknown[] = [];
  const asked: { path: string; body: unknown }[] = [];
  const parts: RenewParts = {
    settings: async () => ({ ...DEFAULT_SETTINGS, line }),
    pushManager: {
      subscribe: async ({ applicationServerKey } = {}) => {
        subscribed.push(applicationServerKey);
        return subscriptionOf('https://push.example.com/made');
      },
    },
    fetch: async (input, init) => {
      const path = String(input);
      asked.push({ path, body: typeof init?.body === 'string' ? JSON.parse(init.body) : null });
      return path === '/api/push/key' ? Response.json({ publicKey: PUBLIC_KEY }) : respond(path);
    },
  };
  return { parts, subscribed, asked };
}

const told = (endpoint: string) => ({
  path: '/api/push/subscription',
  body: { device: LINE.device, subscription: { endpoint }, name: '' },
});

it.each<[string, SubscriptionChange, unknown[]]>([
  ['with the key of the old one', { oldSubscription: OLD, newSubscription: null }, [KEY]],
  ['with the key of the old one, where the browser knows of no new ones', { oldSubscription: OLD }, [KEY]],
  ['with the switchboard\u2019s key, where the browser does not say what was', {}, [PUBLIC_KEY]],
])('subscribes again %s, and tells the switchboard', async (_, change, keys) => {
  const { parts, subscribed, asked } = surroundings();
  await renew(change, parts);
  expect(subscribed).toEqual(keys);
  expect(asked.at(-1)).toEqual(told('https://push.example.com/made'));
});

it('tells the switchboard of the one that the browser has made, and makes none', async () => {
  const { parts, subscribed, asked } = surroundings();
  await renew({ oldSubscription: OLD, newSubscription: subscriptionOf('https://push.example.com/new') }, parts);
  expect(subscribed).toEqual([]);
  expect(asked).toEqual([told('https://push.example.com/new')]);
});

it('does nothing where nobody is logged in', async () => {
  const { parts, subscribed, asked } = surroundings({ line: null });
  await renew({ oldSubscription: OLD }, parts);
  expect({ subscribed, asked }).toEqual({ subscribed: [], asked: [] });
});

it('says so when the switchboard refuses: the session has run out', async () => {
  const { parts } = surroundings({ respond: () => new Response(null, { status: 401 }) });
  await expect(renew({ oldSubscription: OLD }, parts)).rejects.toMatchObject({ code: 'notLoggedIn' });
});

it('fails without a network, with and without the old subscription', async () => {
  const offline = () => Promise.reject(new TypeError('Failed to fetch'));
  const { parts } = surroundings({ respond: offline });
  await expect(renew({ oldSubscription: OLD }, parts)).rejects.toThrow('Failed to fetch');
  await expect(renew({}, { ...parts, fetch: offline })).rejects.toThrow('Failed to fetch');
});

it('fails when the browser refuses: the permission is gone', async () => {
  const { parts, asked } = surroundings();
  const subscribe = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
  await expect(renew({ oldSubscription: OLD }, { ...parts, pushManager: { subscribe } })).rejects.toThrow('no');
  expect(asked).toEqual([]);
});

/** ms; renewing gives up after 15 s. */
const LONG = 30_000;

it('ends where the push service never answers', { timeout: LONG }, async () => {
  const { parts, asked } = surroundings();
  const never = { subscribe: () => new Promise<never>(() => undefined) };
  await expect(renew({ oldSubscription: OLD }, { ...parts, pushManager: never })).rejects.toMatchObject({
    code: 'timedOut',
  });
  expect(asked).toEqual([]);
});
