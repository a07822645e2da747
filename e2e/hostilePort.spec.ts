/** Whatever comes over the port, the worker answers with a typed error and the registry stays as it was. */

import { expect, type Page, test } from '@playwright/test';
import type { Switchboard } from '../server/switchboard.ts';
import type { WireError } from '../shared/errors.ts';
import { startTestSwitchboard } from './support/switchboard.ts';
import { launchUser, type UserBrowser } from './support/userBrowser.ts';

let switchboard: Switchboard;
let user: UserBrowser;
let page: Page;

test.beforeAll(async () => {
  switchboard = await startTestSwitchboard();
  user = await launchUser({ tone: 440 });
  page = user.page;
  await page.goto(`${switchboard.url}/e2e/harness/index.html`);
  await page.waitForFunction(() => window.harness !== undefined);
  await page.evaluate(async () => {
    window.load = new window.harness.Load();
    await window.load.mirror.start();
  });
});

test.afterAll(async () => {
  await user?.close();
  await switchboard?.close();
});

const CALL = '7f1c1c1e-58a5-4a56-9d2c-6b0f6f9f7a11';
const ID = '0b8ddc1b-6a3a-4f0c-8c0e-5a4f5a6b7c8d';
const command = (changes: object) => ({
  id: ID,
  tab: null,
  source: 'api',
  input: { kind: 'command', callId: CALL, command: { kind: 'answer' } },
  ...changes,
});

/** Sends one raw message over a fresh port, as Comlink would or would not, and returns what comes back under its id. */
function send(message: unknown): Promise<{ ok: boolean; error?: WireError; value?: unknown }> {
  return page.evaluate(async (raw) => {
    const registration = await window.harness.registerWorker();
    const { port1, port2 } = new MessageChannel();
    registration.active?.postMessage({ type: 'connect', protocol: 1 }, [port2]);
    const answer = new Promise<{ ok: boolean }>((resolve) => {
      port1.onmessage = ({ data }) => resolve(data.value);
    });
    port1.postMessage(raw);
    return answer;
  }, message);
}

/** A call of `submit` in Comlink's wire form. */
const submit = (value: unknown) =>
  send({ id: 'x', type: 'APPLY', path: ['submit'], argumentList: [{ type: 'RAW', value }] });

const rev = () => page.evaluate(async () => (await window.load.reader.snapshot()).rev);

const BAD: [string, unknown, string][] = [
  ['nothing at all', undefined, 'submission'],
  ['a string', 'dial 102', 'submission'],
  ['an id that is no UUID', command({ id: '../etc' }), 'id'],
  ['an unknown source', command({ source: 'god' }), 'source'],
  ['an unknown kind', command({ input: { kind: 'explode' } }), 'input.kind'],
  [
    'an unknown command',
    command({ input: { kind: 'command', callId: CALL, command: { kind: 'constructor' } } }),
    'input.command.kind',
  ],
  [
    'digits that are none',
    command({ input: { kind: 'command', callId: CALL, command: { kind: 'dtmf', digits: '1;DROP' } } }),
    'input.command.digits',
  ],
  [
    'a number where a text belongs',
    command({ input: { kind: 'fact', call: { id: CALL }, fact: { kind: 'answeredBy', who: 7 }, epoch: null } }),
    'input.fact.who',
  ],
  [
    'an epoch of zero',
    command({ input: { kind: 'settle', callId: CALL, intentId: ID, outcome: { result: 'fulfilled' }, epoch: 0 } }),
    'input.epoch',
  ],
  [
    'settings out of bounds',
    command({ input: { kind: 'configure', settings: { maxCalls: 1e9 } } }),
    'input.settings.maxCalls',
  ],
  [
    'data beyond its bound',
    command({
      input: {
        kind: 'newCall',
        callId: CALL,
        providerCallId: null,
        account: '101',
        direction: 'incoming',
        entry: 'ringing',
        type: 'audio',
        peer: { handle: '102', displayName: null, avatarUrl: null, userId: null },
        capabilities: [],
        ringDeadline: null,
        data: 'x'.repeat(20_000),
        epoch: null,
      },
    }),
    'input.data',
  ],
];

for (const [what, value, field] of BAD) {
  test(`${what}: invalidArgument that names ${field}`, async () => {
    const before = await rev();
    expect(await submit(value)).toMatchObject({ ok: false, error: { code: 'invalidArgument', field } });
    expect(await rev()).toBe(before);
  });
}

const NOT_CALLS: [string, object][] = [
  [
    'a walk to the constructor',
    { type: 'APPLY', path: ['submit', 'constructor'], argumentList: [{ type: 'RAW', value: 'return 1' }] },
  ],
  ['a read of a property', { type: 'GET', path: ['submit', 'name'] }],
  ['an assignment', { type: 'SET', path: ['submit'], value: { type: 'RAW', value: 1 } }],
  ['a construction', { type: 'CONSTRUCT', path: ['submit'], argumentList: [] }],
  ['an endpoint', { type: 'ENDPOINT' }],
  ['a method that is not listed', { type: 'APPLY', path: ['toString'], argumentList: [] }],
  [
    'an argument that is a proxy',
    { type: 'APPLY', path: ['submit'], argumentList: [{ type: 'HANDLER', name: 'proxy', value: 1 }] },
  ],
];

for (const [what, message] of NOT_CALLS) {
  test(`${what}: methodNotAllowed`, async () => {
    const before = await rev();
    expect(await send({ id: 'x', ...message })).toMatchObject({ ok: false, error: { code: 'methodNotAllowed' } });
    expect(await rev()).toBe(before);
  });
}

test('a command on a call that does not exist: callNotFound, and the worker lives on', async () => {
  const answer = await submit(command({ id: crypto.randomUUID() }));
  expect(answer).toMatchObject({ ok: true, value: { ok: false, error: { code: 'callNotFound' } } });
  expect(await send({ id: 'y', type: 'APPLY', path: ['hello'], argumentList: [] })).toMatchObject({ ok: true });
});

test('a tab of a newer version is told so', async () => {
  const code = await page.evaluate(async () => {
    const registration = await window.harness.registerWorker();
    const { port1, port2 } = new MessageChannel();
    registration.active?.postMessage({ type: 'connect', protocol: 999 }, [port2]);
    const reply = await window.harness.Comlink.wrap<{ hello(): { ok: boolean; error: { code: string } } }>(
      port1,
    ).hello();
    return reply.error.code;
  });
  expect(code).toBe('protocolMismatch');
});

test('messages that are none are ignored', async () => {
  await page.evaluate(async () => {
    const registration = await window.harness.registerWorker();
    for (const message of [null, 7, 'connect', { type: 'connect' }, { type: 'nothing' }, []])
      registration.active?.postMessage(message);
  });
  expect(await send({ id: 'z', type: 'APPLY', path: ['hello'], argumentList: [] })).toMatchObject({ ok: true });
});
