/** Pushes that are wrong, and disks that are: each push shows something, and nothing is harmed. */

import { afterEach, describe, expect, it, vi } from 'vitest';
import { NOTIFICATION_CATALOGUES } from '../../shared/i18n/notifications.ts';
import { PAYLOAD_VERSION } from '../../shared/push/payload.ts';
import { cancel, LINE, RING, ring } from '../../shared/testing/pushes.ts';
import { NOW, uuid } from '../../shared/testing/samples.ts';
import { DatabaseHandle } from '../registry/database.ts';
import { Opened, removeOpened } from '../registry/testing/opened.ts';
import { gate } from '../testing/gate.ts';
import { PushWorker } from './testing/pushWorker.ts';

afterEach(async () => {
  vi.useRealTimers();
  await removeOpened();
});

const PLAIN = NOTIFICATION_CATALOGUES.en['notification.incoming.plain'];
const titles = ({ list }: PushWorker) => list.all.map(({ title }) => title);
const outboxOf = async ({ store }: PushWorker) => (await store.database.get()).getAll('outbox');

describe('a push that is none', () => {
  it.each<[string, string | object, string]>([
    ['no JSON', '{"type":"ring"', 'invalidArgument'],
    ['an empty text', '', 'invalidArgument'],
    ['null', 'null', 'invalidArgument'],
    ['huge', JSON.stringify(ring({ peer: { ...ring().peer, displayName: 'x'.repeat(1_000_000) } })), 'invalidArgument'],
    ['of another version', { ...ring(), v: PAYLOAD_VERSION + 1 }, 'invalidArgument'],
    ['of another kind', { ...ring(), type: 'doorbell' }, 'invalidArgument'],
    ['without an end', { ...ring(), expiresAt: undefined }, 'invalidArgument'],
    ['with an end that is no number', { ...ring(), expiresAt: 'later' }, 'invalidArgument'],
    ['for another account', { ...ring(), account: '103' }, 'notAllowed'],
    ['for another device', { ...ring(), device: uuid(9) }, 'notAllowed'],
  ])('%s: something is seen, it is reported, no call changes, and the next one rings', async (_, push, code) => {
    const worker = await PushWorker.loggedIn();
    const before = await worker.store.contents();
    await worker.push(push);
    expect(titles(worker)).toEqual([PLAIN]);
    expect(worker.reported).toMatchObject([{ code }]);
    expect(await worker.store.contents()).toEqual(before);
    expect(worker.asked).toEqual([]);

    await worker.push(ring());
    expect(titles(worker)).toEqual([NOTIFICATION_CATALOGUES.en['notification.incoming.audio']]);
  });

  it('speaks the language of the settings', async () => {
    const worker = await PushWorker.loggedIn();
    await worker.store.submit({ kind: 'configure', settings: { language: 'vi' } });
    await worker.push('?');
    expect(titles(worker)).toEqual([NOTIFICATION_CATALOGUES.vi['notification.incoming.plain']]);
  });

  it('shows nothing more where a tab can be seen, or something is seen already', async () => {
    const worker = await PushWorker.loggedIn();
    worker.visibleTabs = 1;
    await worker.push('?');
    expect(titles(worker)).toEqual([]);
    worker.visibleTabs = 0;
    await worker.push(ring());
    await worker.push('?');
    expect(titles(worker)).toEqual([NOTIFICATION_CATALOGUES.en['notification.incoming.audio']]);
  });

  it('after the log-out: nothing rings, and the switchboard is not told that it does', async () => {
    const worker = await PushWorker.loggedIn();
    await worker.store.submit({ kind: 'configure', settings: { line: null } });
    await worker.push(ring());
    await worker.push(null);
    expect(titles(worker)).toEqual([PLAIN]);
    expect((await worker.store.contents()).live).toEqual([]);
    expect(worker.asked).toEqual([]);
    expect(worker.reported).toMatchObject([{ code: 'notAllowed' }, { code: 'notLoggedIn' }]);
  });
});

describe('a ring', () => {
  it('is on disk with all that belongs to it, once, and the switchboard hears of it after it is shown', async () => {
    const worker = await PushWorker.loggedIn();
    const seen: number[] = [];
    worker.answer = async () => {
      seen.push(worker.list.rings);
      return Response.json({ state: 'ringing', until: NOW + RING });
    };
    await Promise.all([worker.push(ring()), worker.push(ring())]);
    const { live } = await worker.store.contents();
    expect(live).toMatchObject([{ state: 'ringing', providerCallId: ring().callId, ringDeadline: NOW + RING }]);
    const [call] = live;
    const wakeups = await (await worker.store.database.get()).getAll('wakeups');
    expect(wakeups).toEqual([{ callId: call?.id, ...ring().respond, until: NOW + RING }]);
    expect(new Set(seen)).toEqual(new Set([1]));
    expect(worker.asked[0]).toEqual({ action: 'ringing', token: `Bearer ${ring().respond.token}`, body: {} });
    expect(await outboxOf(worker)).toEqual([]);
  });

  it('that comes again before the switchboard could be told is to be told once', async () => {
    const worker = await PushWorker.loggedIn();
    worker.answer = () => new Promise(() => undefined);
    void worker.push(ring());
    await expect.poll(() => outboxOf(worker)).toHaveLength(1);
    void worker.push(ring({ serverTime: NOW + 1 }));
    await expect.poll(() => worker.asked.length).toBe(1);
    await worker.store.submit({ kind: 'tick' }); // behind the second push in the database's queue
    expect(await outboxOf(worker)).toMatchObject([{ action: 'ringing' }]);
  });

  it('is shown before its caller\u2019s picture has been loaded, and gets it when it has', async () => {
    const avatarUrl = 'https://pictures.example.com/mai.png';
    const [loaded, load] = gate();
    const worker = await PushWorker.loggedIn({
      wrapShow: (show) => async (title, options) => {
        if (options?.icon === avatarUrl) await loaded;
        await show(title, options);
      },
    });
    const icons = () => worker.list.all.map(({ icon }) => icon === avatarUrl);
    await worker.push(ring({ peer: { ...ring().peer, avatarUrl } }));
    expect(worker.list.rings).toBe(1);
    expect(icons()).toEqual([false]);
    load();
    await expect.poll(icons).toEqual([true]);
    expect(worker.list.rings).toBe(1);
  });

  it('whose picture comes after its end does not ring again', async () => {
    const avatarUrl = 'https://pictures.example.com/slow.png';
    const [loaded, load] = gate();
    const worker = await PushWorker.loggedIn({
      wrapShow: (show) => async (title, options) => {
        if (options?.icon === avatarUrl && options.tag?.startsWith('call:')) await loaded;
        await show(title, options);
      },
    });
    await worker.push(ring({ peer: { ...ring().peer, avatarUrl } }));
    await worker.push(cancel(uuid(2), 'canceled'));
    expect(worker.list.rings).toBe(0);
    const shows = worker.shows;
    load();
    await expect.poll(() => worker.shows).toBeGreaterThan(shows);
    await expect.poll(() => worker.list.rings).toBe(0);
    expect(titles(worker)).toEqual([NOTIFICATION_CATALOGUES.en['notification.missed.one']]);
  });
});

describe('a push without a payload', () => {
  it('has the worker ask who calls', async () => {
    const worker = await PushWorker.loggedIn();
    worker.answer = async () => Response.json({ pushes: [ring()] });
    await worker.push(null);
    expect(worker.list.rings).toBe(1);
    expect(worker.asked[0]?.action).toBe(`pending?device=${LINE.device}`);
  });

  it.each<[string, () => Promise<Response>]>([
    ['refuses', async () => new Response(null, { status: 401 })],
    ['knows of none', async () => Response.json({ pushes: [] })],
    ['talks nonsense', async () => Response.json({ pushes: [{ type: 'ring' }] })],
    ['cannot be reached', () => Promise.reject(new TypeError('Failed to fetch'))],
  ])('shows that somebody calls where the switchboard %s', async (_, answer) => {
    const worker = await PushWorker.loggedIn();
    worker.answer = answer;
    await worker.push(null);
    expect(titles(worker)).toEqual([PLAIN]);
    expect((await worker.store.contents()).live).toEqual([]);
  });
});

describe('a disk', () => {
  class Broken extends DatabaseHandle {
    constructor(
      name: string,
      private readonly opening: () => Promise<never>,
    ) {
      super(name);
    }
    override get(): Promise<never> {
      return this.opening();
    }
  }

  const onDisk = (opening: () => Promise<never>) =>
    new PushWorker({ store: new Opened((name) => new Broken(name, opening)) });

  it('that fails: something is seen, and the event ends', async () => {
    const worker = onDisk(() => Promise.reject(new DOMException('gone', 'UnknownError')));
    await worker.push(ring());
    expect(worker.list.all).toHaveLength(1);
    expect(worker.reported.length).toBeGreaterThan(0);
  });

  it('that never answers: something is seen within 3 s, and the event ends', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const worker = onDisk(() => new Promise(() => undefined));
    const ended = worker.push(ring());
    await vi.advanceTimersByTimeAsync(3_000);
    expect(worker.list.all).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(90_000); // what a push may take in Chromium
    await ended;
  });
});
