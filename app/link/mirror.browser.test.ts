/** The registry as a tab knows it, with a real reader and a link whose broadcasts the test makes. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallRecord } from '../../shared/calls/record.ts';
import type { Broadcast, Delta } from '../../shared/link/protocol.ts';
import { DEFAULT_SETTINGS } from '../../shared/registry/decide.ts';
import { incoming, uuid, withFacts } from '../../shared/testing/samples.ts';
import type { WorkerLink } from './link.ts';
import { type Change, RegistryMirror } from './mirror.ts';
import { RegistryReader } from './reader.ts';
import { RegistryDatabase } from './testing/registryDatabase.ts';

/** What the mirror uses of a link. */
class FakeLink implements Pick<WorkerLink, 'hello' | 'onBroadcast' | 'onDeath'> {
  readonly #broadcast = new Set<(message: Broadcast) => void>();
  readonly #death = new Set<() => void>();

  hello() {
    return Promise.resolve({ protocol: 1, instance: 'one', lock: 'lock', tab: null, rev: 0 });
  }

  onBroadcast(listener: (message: Broadcast) => void) {
    this.#broadcast.add(listener);
    return () => this.#broadcast.delete(listener);
  }

  onDeath(listener: () => void) {
    this.#death.add(listener);
    return () => this.#death.delete(listener);
  }

  say(message: Broadcast): void {
    for (const listener of this.#broadcast) listener(message);
  }

  die(): void {
    for (const listener of this.#death) listener();
  }
}

/** The real one, whose reads are counted and may be held up once they have read. */
class WatchedReader extends RegistryReader {
  reads = 0;
  /** Runs when the snapshot has been read and before the mirror gets it. */
  meanwhile: () => unknown = () => undefined;

  override async snapshot(): Promise<Delta> {
    this.reads += 1;
    const read = await super.snapshot();
    await this.meanwhile();
    return read;
  }
}

let database: RegistryDatabase;
let reader: WatchedReader;
let link: FakeLink;
let mirror: RegistryMirror;
let changes: Change[];

beforeEach(async () => {
  database = new RegistryDatabase();
  reader = new WatchedReader(database.name);
  link = new FakeLink();
  mirror = new RegistryMirror(link as unknown as WorkerLink, reader);
  changes = [];
  mirror.onChange((change) => changes.push(change));
  await database.commit(1, { live: [FIRST] });
});

afterEach(async () => {
  reader.close();
  await database.remove();
});

const FIRST = incoming({ id: uuid(1) });
const SECOND = incoming({ id: uuid(2) });
const over = (call: CallRecord) => withFacts(call, { kind: 'disconnected', response: 'canceled', endCode: 487 });

const delta = (rev: number, calls: CallRecord[] = []): Broadcast => ({
  type: 'delta',
  at: 0,
  rev,
  calls,
  host: null,
  settings: DEFAULT_SETTINGS,
});

const live = () => [...mirror.state.live.keys()];
const revs = () => changes.map(({ state }) => state.rev);

describe('deltas', () => {
  it('are applied in order, without reading again', async () => {
    await mirror.start();
    link.say(delta(2, [SECOND]));
    link.say(delta(3, [over(FIRST)]));
    expect({ rev: mirror.state.rev, live: live() }).toEqual({ rev: 3, live: [SECOND.id] });
    expect(revs()).toEqual([1, 2, 3]);
    expect(changes.map(({ ended }) => ended)).toEqual([[], [], [over(FIRST)]]);
    expect(changes.map(({ historyChanged }) => historyChanged)).toEqual([true, false, true]);
    expect(reader.reads).toBe(1);
  });

  it('that are known already change nothing', async () => {
    await mirror.start();
    link.say(delta(2, [over(FIRST)]));
    link.say(delta(2, [FIRST]));
    link.say(delta(1, [FIRST]));
    expect({ rev: mirror.state.rev, live: live() }).toEqual({ rev: 2, live: [] });
    expect(revs()).toEqual([1, 2]);
  });

  it('with a gap before them make it read again', async () => {
    await mirror.start();
    await database.commit(4, { live: [SECOND] });
    link.say(delta(4));
    await mirror.until(({ rev }) => rev === 4);
    expect(live()).toEqual([FIRST.id, SECOND.id]);
    expect(revs()).toEqual([1, 4]);
  });

  it('of a finished call that was looked at end nothing again', async () => {
    await mirror.start();
    link.say(delta(2, [over(FIRST)]));
    link.say(delta(3, [{ ...over(FIRST), unseen: false }]));
    expect(changes.at(-1)).toMatchObject({ ended: [], historyChanged: true });
  });
});

describe('while it reads', () => {
  it('deltas wait, and are applied after it', async () => {
    reader.meanwhile = () => {
      link.say(delta(2, [SECOND]));
      link.say(delta(3, [over(FIRST)]));
    };
    await mirror.start();
    expect(revs()).toEqual([1, 2, 3]);
    expect({ live: live(), reads: reader.reads }).toEqual({ live: [SECOND.id], reads: 1 });
  });

  it('a gap in what waits makes it read once more', async () => {
    reader.meanwhile = async () => {
      reader.meanwhile = () => undefined;
      await database.commit(5, { live: [SECOND] });
      link.say(delta(2));
      link.say(delta(5, [SECOND]));
    };
    await mirror.start();
    expect(revs()).toEqual([1, 2, 5]);
    expect({ live: live(), reads: reader.reads }).toEqual({ live: [FIRST.id, SECOND.id], reads: 2 });
  });

  it('a stream of deltas that is faster than reading does not keep it from catching up', async () => {
    let rev = 1;
    reader.meanwhile = async () => {
      if (reader.reads > 20) throw new Error('it reads for ever');
      for (const _ of [1, 2, 3]) {
        rev += 1;
        await database.commit(rev, {});
        link.say(delta(rev));
      }
    };
    await mirror.start();
    await mirror.catchUp();
    expect({ rev: mirror.state.rev, reads: reader.reads }).toEqual({ rev: 7, reads: 2 });
  });

  it('whoever asks in the meantime gets what was committed before', async () => {
    let asked: Promise<number> | undefined;
    reader.meanwhile = async () => {
      reader.meanwhile = () => undefined;
      await database.commit(2, { live: [SECOND] });
      // Nobody broadcasts it: the worker has died in between.
      asked = mirror.catchUp().then(() => mirror.state.rev);
    };
    await mirror.start();
    expect(await asked).toBe(2);
    expect(reader.reads).toBe(2);
  });
});

describe('what this tab has missed', () => {
  it('is reported when it looks again: a call that ended meanwhile is an ended one, as it ended', async () => {
    await mirror.start();
    await database.commit(9, { live: [SECOND], over: [over(FIRST)] });
    await mirror.catchUp();
    expect(live()).toEqual([SECOND.id]);
    expect(changes.at(-1)).toMatchObject({
      historyChanged: true,
      ended: [{ id: FIRST.id, state: 'disconnected', disconnect: { response: 'canceled' } }],
    });
  });

  it('is nothing when nothing was committed', async () => {
    await mirror.start();
    await mirror.catchUp();
    await mirror.start();
    expect(revs()).toEqual([1]);
  });

  it.each([
    ['another worker has started', () => link.say({ type: 'started', instance: 'two' })],
    ['the worker has died', () => link.die()],
  ])('is read when %s', async (_, happens) => {
    await mirror.start();
    await database.commit(2, { over: [over(FIRST)] });
    happens();
    await mirror.until(({ rev }) => rev === 2);
    expect(live()).toEqual([]);
  });

  it('is read with the next delta when reading has failed', async () => {
    await mirror.start();
    await database.commit(3, { over: [over(FIRST)] });
    const failed = new Promise<void>((resolve) => {
      reader.meanwhile = () => {
        reader.meanwhile = () => undefined;
        resolve();
        throw new Error('the disk is gone');
      };
    });
    link.die();
    await failed;
    await database.commit(4, {});
    link.say(delta(4));
    await mirror.until(({ rev }) => rev === 4);
    expect(changes.at(-1)?.ended).toMatchObject([{ id: FIRST.id }]);
  });
});
