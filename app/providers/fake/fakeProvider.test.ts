import { describe, expect, it } from 'vitest';
import { parseReason, REJECTIONS } from '../../../shared/calls/endCodes.ts';
import { type ErrorCode, SwitchhookError } from '../../../shared/errors.ts';
import { CONFORMANCE, type ConformanceContext, type FarSide, Recorder } from '../conformance.ts';
import type { Operation, Provider, ProviderEvent } from '../provider.ts';
import { FakeProvider } from './fakeProvider.ts';

const FAR = { handle: '102', displayName: 'Bob', avatarUrl: null, userId: null };
const THIRD = { ...FAR, handle: '103', displayName: 'Carl' };
const NOBODY = '999';

/** The far side as a test plays it: of the first call that goes out, or of the `nth`. */
function farSide(fake: FakeProvider, told: Recorder, nth = 0): FarSide {
  /** The call that there is: ours by our id, theirs by the network's. */
  const key = () => {
    const ids = told.events.flatMap((event) => (event.kind === 'fact' && 'id' in event.call ? [event.call.id] : []));
    const outgoing = [...new Set(ids)][nth];
    return outgoing ?? told.incoming()[nth]?.providerCallId ?? '';
  };
  return {
    call: async () => {
      const id = fake.remoteCalls(FAR);
      fake.remoteCalls(FAR, id); // a network may say it again
    },
    rings: async () => fake.remoteSays(key(), { kind: 'progress', ringing: true }),
    answer: async () => {
      fake.remoteSays(key(), { kind: 'accepted' });
      fake.remoteSays(key(), { kind: 'connected' });
    },
    reject: async (how) => {
      const { code, reason } = REJECTIONS[how];
      fake.remoteHangsUp(key(), code, parseReason(reason));
    },
    hangUp: async () => fake.remoteHangsUp(key()),
    hold: async (held) => fake.remoteSays(key(), { kind: 'heldByRemote', held }),
    seesHeld: async (held) => expect(fake.asked.at(-1)).toBe(`hold ${held ? 'on' : 'off'}`),
    seesEnd: async () => {
      const end = told.events.flatMap((event) =>
        event.kind === 'fact' && event.fact.kind === 'ended' ? [event.fact] : [],
      )[0];
      if (!end) throw new Error('there was no end');
      return { by: end.by === 'local' ? 'remote' : 'local', code: end.code, cause: end.reason?.cause ?? null };
    },
  };
}

function context(operations?: readonly Operation[]): ConformanceContext {
  const told = new Recorder();
  const options = { account: '101', sink: told.sink };
  const provider = new FakeProvider(operations ? { ...options, operations } : options);
  const failMicrophone = () => provider.failNext(new SwitchhookError('microphoneDenied', { reason: 'test' }));
  const fail = (what: string, code: ErrorCode) => provider.failOn(what, new SwitchhookError(code, { reason: 'test' }));
  return {
    provider,
    account: '101',
    told,
    far: farSide(provider, told),
    farPeer: FAR,
    third: farSide(provider, told, 1),
    thirdPeer: THIRD,
    nobody: () => {
      fail(`transfer ${NOBODY}`, 'targetNotFound');
      return NOBODY;
    },
    declines: () => fail(`transfer ${THIRD.handle}`, 'targetRefused'),
    failMicrophone,
  };
}

describe.each<{ with: string; operations?: readonly Operation[] }>([
  { with: 'the operations of most' },
  { with: 'none', operations: [] },
  { with: 'one', operations: ['mute'] },
])('a fake with $with is a provider', ({ operations }) => {
  it.each(CONFORMANCE)('$name', ({ run }) => run(context(operations)));
});

describe('the conformance suite', () => {
  const run = (name: string, one: ConformanceContext) =>
    CONFORMANCE.find((other) => other.name.startsWith(name))?.run(one);

  /** A fake that lies to its sink. */
  function lying(lie: (event: ProviderEvent) => ProviderEvent[]): ConformanceContext {
    const told = new Recorder();
    const provider = new FakeProvider({ account: '101', sink: (event) => lie(event).forEach(told.sink) });
    return { ...context(), provider, told, far: farSide(provider, told) };
  }

  it('tells a wrong code', async () => {
    const one = lying((event) =>
      event.kind === 'fact' && event.fact.kind === 'ended'
        ? [{ ...event, fact: { ...event.fact, code: 200 } }]
        : [event],
    );
    await expect(run('a call that is hung up before', one)).rejects.toThrow('487');
  });

  it('tells what is said twice', async () => {
    const one = lying((event) => (event.kind === 'registration' ? [event] : [event, event]));
    await expect(run('a call is announced once', one)).rejects.toThrow('should be');
    await expect(run('an answered call that is hung up', one)).rejects.toThrow('ends of the call');
  });

  it('tells an operation that is there and was not declared', async () => {
    const one = context(['hold', 'mute', 'dtmf']);
    Object.defineProperty(one.provider, 'operations', { value: ['hold'] });
    await expect(run('the operations', { ...one, provider: withMute(one.provider) })).rejects.toThrow('mute');
  });
});

/** Does what it has not declared. */
const withMute = (provider: Provider): Provider =>
  new Proxy(provider, {
    get: (target, property) => {
      if (property === 'setMuted') return () => Promise.resolve();
      const found: unknown = Reflect.get(target, property, target);
      return typeof found === 'function' ? found.bind(target) : found;
    },
  });
