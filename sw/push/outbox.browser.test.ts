/** What the worker has to say by itself: in order, once, as long as it matters, on a real disk. */

import { afterEach, describe, expect, it } from 'vitest';
import { CLAIM_LEASE } from '../../shared/calls/deadlines.ts';
import type { Said } from '../../shared/push/said.ts';
import type { Errand } from '../../shared/registry/store.ts';
import { NOW, uuid } from '../../shared/testing/samples.ts';
import { Opened, removeOpened } from '../registry/testing/opened.ts';
import { Outbox, SYNC_TAG } from './outbox.ts';

afterEach(removeOpened);

const URL = 'https://phone.example.com/api/calls/sip-1';
const TOKEN = 'a'.repeat(32);

const errand = (changes: Partial<Errand> = {}): Errand => ({
  callId: uuid(1),
  action: 'decline',
  everywhere: false,
  release: false,
  url: URL,
  token: TOKEN,
  until: NOW + 45_000,
  ...changes,
});

const said = () => Response.json({ state: 'declined', until: NOW });
const unreachable = () => Promise.reject(new TypeError('Failed to fetch'));

interface Asked {
  url: string;
  authorization: string | null;
  body: unknown;
}

/** An outbox, and a switchboard that notes what it hears. */
class Line {
  readonly store = new Opened();
  readonly asked: Asked[] = [];
  readonly results: [Errand['action'], Said['result']][] = [];
  /** Tags of Background Sync that were asked for. */
  readonly syncs: string[] = [];
  answer: () => Response | Promise<Response> = said;
  #registration: object = {};

  /** @param register what the browser says to Background Sync; without it there is none */
  withSync(register: () => Promise<void>): this {
    const sync = {
      register: (tag: string) => {
        this.syncs.push(tag);
        return register();
      },
    };
    this.#registration = { sync };
    return this;
  }

  /** A worker that has just started. */
  outbox(): Outbox {
    return new Outbox({
      database: () => this.store.database.get(),
      registration: this.#registration,
      now: () => this.store.now,
      fetch: async (input, init) => {
        const authorization = new Headers(init?.headers).get('authorization');
        this.asked.push({ url: String(input), authorization, body: JSON.parse(String(init?.body)) });
        return this.answer();
      },
      onSaid: async ({ action }, { result }) => {
        this.results.push([action, result]);
      },
    });
  }

  async kept(): Promise<string[]> {
    return (await (await this.store.database.get()).getAll('outbox')).map(({ action }) => action);
  }

  get said(): string[] {
    return this.asked.map(({ url }) => url.slice(URL.length + 1));
  }
}

it.each<[string, Partial<Errand>, string, object]>([
  ['that it rings', { action: 'ringing' }, 'ringing', {}],
  ['that it answers', { action: 'answer' }, 'answer', { release: false }],
  ['that it does not answer after all', { action: 'answer', release: true }, 'answer', { release: true }],
  ['that it declines here', {}, 'decline', { everywhere: false }],
  ['that it declines everywhere', { everywhere: true }, 'decline', { everywhere: true }],
])('says %s, by the token of the push', async (_, changes, action, body) => {
  const line = new Line();
  await line.outbox().send(errand(changes));
  expect(line.asked).toEqual([{ url: `${URL}/${action}`, authorization: `Bearer ${TOKEN}`, body }]);
  expect(line.results).toEqual([[action, 'said']]);
  expect(await line.kept()).toEqual([]);
});

it('says things in the order in which they came, each once, however often it is asked to', async () => {
  const line = new Line();
  const outbox = line.outbox();
  await Promise.all([
    outbox.send(errand({ action: 'ringing' })),
    outbox.send(errand({ action: 'answer' })),
    outbox.send(errand({ action: 'answer', release: true })),
    outbox.flush(),
    outbox.flush(),
  ]);
  expect(line.said).toEqual(['ringing', 'answer', 'answer']);
  expect(line.asked.at(-1)?.body).toEqual({ release: true });
});

it.each<[number, Said['result']]>([
  [400, 'refused'],
  [403, 'refused'],
  [404, 'refused'],
  [410, 'tooLate'],
])('takes %i as the last word', async (status, result) => {
  const line = new Line();
  line.answer = () => new Response('{}', { status });
  await line.outbox().send(errand());
  expect(line.results).toEqual([['decline', result]]);
  expect(await line.kept()).toEqual([]);
});

it('takes an answer that is none of a switchboard\u2019s as refused', async () => {
  const line = new Line();
  line.answer = () => new Response('<html>Welcome to the hotel</html>');
  await line.outbox().send(errand());
  expect(line.results).toEqual([['decline', 'refused']]);
});

describe('without a network', () => {
  it('with Background Sync: is kept, said when that fires, and not again', async () => {
    const line = new Line().withSync(async () => undefined);
    line.answer = unreachable;
    await line.outbox().send(errand());
    expect(line.syncs).toEqual([SYNC_TAG]);
    expect(await line.kept()).toEqual(['decline']);
    expect(line.results).toEqual([]);

    line.answer = said;
    line.asked.length = 0;
    const restarted = line.outbox();
    await restarted.flush();
    await restarted.flush();
    expect(line.said).toEqual(['decline']);
    expect(await line.kept()).toEqual([]);
  });

  it.each<[string, (line: Line) => Line]>([
    ['without Background Sync', (line) => line],
    ['where Background Sync is refused', (line) => line.withSync(() => Promise.reject(new DOMException('no')))],
  ])('%s: tries again by itself until it is said, in order', async (_, prepare) => {
    const line = prepare(new Line());
    line.answer = unreachable;
    const outbox = line.outbox();
    const sent = [outbox.send(errand({ action: 'ringing' })), outbox.send(errand())];
    await expect.poll(() => line.asked.length).toBeGreaterThan(0);
    expect(await line.kept()).toEqual(['ringing', 'decline']);
    line.answer = said;
    await Promise.all(sent);
    expect(line.results).toEqual([
      ['ringing', 'said'],
      ['decline', 'said'],
    ]);
    expect(await line.kept()).toEqual([]);
  });

  it('that Background Sync takes to be there: tries again by itself, with a pause, and asks for no other', async () => {
    const line = new Line().withSync(async () => undefined);
    line.answer = unreachable;
    await line.outbox().send(errand());
    const flushed = line.outbox().flush({ bySync: true });
    await expect.poll(() => line.asked.length, { timeout: 5_000 }).toBe(3);
    line.answer = said;
    await flushed;
    expect(line.results).toEqual([['decline', 'said']]);
    expect(line.syncs).toEqual([SYNC_TAG]);
  });

  it('until the ring is over: is dropped and never said, and that is told', async () => {
    const line = new Line().withSync(async () => undefined);
    line.answer = unreachable;
    await line.outbox().send(errand());
    line.store.now = errand().until;
    line.answer = said;
    line.asked.length = 0;
    await line.outbox().flush();
    expect(line.asked).toEqual([]);
    expect(line.results).toEqual([['decline', 'tooLate']]);
    expect(await line.kept()).toEqual([]);
  });
});

it.each([429, 500, 503])('keeps what a switchboard that has no time (%i) could not hear', async (status) => {
  const line = new Line().withSync(async () => undefined);
  line.answer = () => new Response(null, { status });
  await line.outbox().send(errand());
  expect(await line.kept()).toEqual(['decline']);
  expect(line.results).toEqual([]);
});

it('says what a worker that was stopped has left', async () => {
  const line = new Line();
  await (await line.store.database.get()).add('outbox', errand({ action: 'ringing' }));
  await line.outbox().flush();
  expect(line.said).toEqual(['ringing']);
});

it('forgets the ways back of rings that are over with every claim, and keeps the others', async () => {
  const line = new Line();
  const db = await line.store.database.get();
  const way = { url: URL, token: TOKEN };
  await db.put('wakeups', { ...way, callId: uuid(1), until: NOW - CLAIM_LEASE - 1 });
  await db.put('wakeups', { ...way, callId: uuid(2), until: NOW - CLAIM_LEASE });
  await line.outbox().send(errand());
  expect((await db.getAll('wakeups')).map(({ callId }) => callId)).toEqual([uuid(2)]);
});
