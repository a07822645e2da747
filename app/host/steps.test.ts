import { beforeEach, describe, expect, it } from 'vitest';
import type { CallFact } from '../../shared/calls/facts.ts';
import { ask } from '../../shared/calls/intents.ts';
import type { CallRecord, Intent } from '../../shared/calls/record.ts';
import { applyFact } from '../../shared/calls/reduce.ts';
import { SwitchhookError } from '../../shared/errors.ts';
import { at, callIn, uuid } from '../../shared/testing/samples.ts';
import { FakeProvider } from '../providers/fake/fakeProvider.ts';
import { perform, type Stage } from './steps.ts';

const REFUSED = new SwitchhookError('signalling', { reason: 'refused' });

let provider: FakeProvider;
let calls: Map<string, CallRecord>;
let stage: Stage;

/** A call that both the fake network and the registry know. */
function known(id: string, state: 'ringing' | 'active', changes: Partial<CallRecord['attributes']> = {}): CallRecord {
  const providerCallId = provider.remoteCalls({ handle: id, displayName: null, avatarUrl: null, userId: null }, id);
  const call = callIn(state, { id, providerCallId });
  const record = { ...call, attributes: { ...call.attributes, ...changes } };
  calls.set(id, record);
  return record;
}

function intentOn(call: CallRecord, action: Intent['action'], argument: string | null = null): Intent {
  const [intent] = ask(call, { id: uuid(700), action, argument }, at()).intents;
  if (!intent) throw new Error('no intent');
  return intent;
}

const held = () => Object.fromEntries([...calls.values()].map((call) => [call.id, call.attributes.held]));

beforeEach(() => {
  calls = new Map();
  provider = new FakeProvider({ account: '101', sink: () => undefined });
  const fact = (ref: { id: string }, stated: CallFact) => {
    const call = calls.get(ref.id);
    if (call) calls.set(ref.id, applyFact(call, stated, at()));
    return Promise.resolve({ ok: true as const, rev: 1, callId: null, epoch: null });
  };
  stage = {
    provider,
    reports: { fact: (ref, stated) => fact(ref as { id: string }, stated) },
    calls: () => calls.values(),
  };
});

describe('hold and answer', () => {
  it('holds first, then answers', async () => {
    const [first, second] = [known('a', 'active'), known('b', 'ringing')];
    await perform(stage, second, intentOn(second, 'holdAndAnswer', first.id));
    expect(provider.asked).toEqual(['hold on', 'answer']);
    expect(held()).toEqual({ a: true, b: false });
  });

  it('answers nothing when the hold is refused', async () => {
    const [first, second] = [known('a', 'active'), known('b', 'ringing')];
    provider.failNext(REFUSED);
    await expect(perform(stage, second, intentOn(second, 'holdAndAnswer', first.id))).rejects.toBe(REFUSED);
    expect(provider.asked).toEqual([]);
    expect(held()).toEqual({ a: false, b: false });
  });

  it('takes the first call back when the answer fails', async () => {
    const [first, second] = [known('a', 'active'), known('b', 'ringing')];
    provider.failOn('answer', REFUSED);
    await expect(perform(stage, second, intentOn(second, 'holdAndAnswer', first.id))).rejects.toBe(REFUSED);
    expect(provider.asked).toEqual(['hold on', 'hold off']);
    expect(held()).toEqual({ a: false, b: false });
  });

  it('needs no hold for a call that is held, or has ended meanwhile', async () => {
    const [first, second] = [known('a', 'active', { held: true }), known('b', 'ringing')];
    await perform(stage, second, intentOn(second, 'holdAndAnswer', first.id));
    await perform(stage, second, intentOn(second, 'holdAndAnswer', uuid(999)));
    expect(provider.asked).toEqual(['answer', 'answer']);
  });
});

describe('end and answer', () => {
  it('ends first, then answers', async () => {
    const [first, second] = [known('a', 'active'), known('b', 'ringing')];
    await perform(stage, second, intentOn(second, 'endAndAnswer', first.id));
    expect(provider.asked).toEqual(['hangUp', 'answer']);
  });

  it('answers nothing when the end is refused', async () => {
    const [first, second] = [known('a', 'active'), known('b', 'ringing')];
    provider.failNext(REFUSED);
    await expect(perform(stage, second, intentOn(second, 'endAndAnswer', first.id))).rejects.toBe(REFUSED);
    expect(provider.asked).toEqual([]);
  });
});

describe('beside another call that only rings', () => {
  it('hold and answer has nothing to hold', async () => {
    const [first, second] = [known('a', 'ringing'), known('b', 'ringing')];
    await perform(stage, second, intentOn(second, 'holdAndAnswer', first.id));
    expect(provider.asked).toEqual(['answer']);
  });

  it('end and answer declines it', async () => {
    const [first, second] = [known('a', 'ringing'), known('b', 'ringing')];
    await perform(stage, second, intentOn(second, 'endAndAnswer', first.id));
    expect(provider.asked).toEqual(['reject here', 'answer']);
  });
});

describe('swap', () => {
  it.each(['a', 'b'])(
    'asked of either call: the heard one is held before the other is taken up (%s)',
    async (asked) => {
      const two = { a: known('a', 'active'), b: known('b', 'active', { held: true }) };
      const [call, other] = asked === 'a' ? [two.a, two.b] : [two.b, two.a];
      await perform(stage, call, intentOn(call, 'swap', other.id));
      expect(provider.asked).toEqual(['hold on', 'hold off']);
      expect(held()).toEqual({ a: true, b: false });
    },
  );

  it('takes the heard one back when the other cannot be taken up', async () => {
    const [heard, waiting] = [known('a', 'active'), known('b', 'active', { held: true })];
    provider.failOn('hold off', REFUSED);
    await expect(perform(stage, heard, intentOn(heard, 'swap', waiting.id))).rejects.toBe(REFUSED);
    expect(provider.asked).toEqual(['hold on', 'hold off']);
    expect(held()).toEqual({ a: false, b: true });
  });
});

describe('one call beside another that is heard', () => {
  it.each(['answer', 'unhold', 'dial'] as const)('%s holds the heard one first', async (action) => {
    known('a', 'active');
    const second = action === 'answer' ? known('b', 'ringing') : known('b', 'active', { held: true });
    await perform(stage, second, intentOn(second, action));
    expect(provider.asked[0]).toBe('hold on');
    expect(provider.asked).toHaveLength(2);
    expect(held().a).toBe(true);
  });

  it('everything else leaves the other alone', async () => {
    known('a', 'active');
    const second = known('b', 'active');
    await perform(stage, second, intentOn(second, 'mute'));
    expect(provider.asked).toEqual(['mute on']);
  });
});

describe('transfer', () => {
  const FAILED = new SwitchhookError('targetBusy', { reason: 'busy' });

  it('has the far side wait on hold while it is handed on', async () => {
    const call = known('a', 'active');
    await perform(stage, call, intentOn(call, 'transfer', '103'));
    expect(provider.asked).toEqual(['hold on', 'transfer 103']);
  });

  it('takes the far side back when it fails, and leaves on hold whom somebody else had put there', async () => {
    const [call, waiting] = [known('a', 'active'), known('b', 'active', { held: true })];
    provider.failOn('transfer 103', FAILED);
    await expect(perform(stage, call, intentOn(call, 'transfer', '103'))).rejects.toBe(FAILED);
    expect(provider.asked).toEqual(['hold on', 'hold off']);
    provider.failOn('transfer 103', FAILED);
    await expect(perform(stage, waiting, intentOn(waiting, 'transfer', '103'))).rejects.toBe(FAILED);
    expect(held()).toEqual({ a: false, b: true });
  });

  it('takes nobody back who has hung up, nor into another conversation', async () => {
    const [call, other] = [known('a', 'active'), known('b', 'active', { held: true })];
    provider.failOn('transfer 103', FAILED);
    const takenUp = { ...other, attributes: { ...other.attributes, held: false } };
    const busy = { ...stage, calls: () => [...calls.values()].map((one) => (one.id === 'b' ? takenUp : one)) };
    await expect(perform(busy, call, intentOn(call, 'transfer', '103'))).rejects.toBe(FAILED);
    expect(provider.asked).toEqual(['hold on']);
    calls.delete('a');
    const again = { ...call, attributes: { ...call.attributes, held: false } };
    provider.failOn('transfer 103', FAILED);
    await expect(perform(stage, again, intentOn(again, 'transfer', '103'))).rejects.toBe(FAILED);
    expect(provider.asked).toEqual(['hold on', 'hold on']);
  });

  it('connects two calls', async () => {
    const [first, second] = [known('a', 'active', { held: true }), known('b', 'active')];
    await perform(stage, first, intentOn(first, 'attendedTransfer', second.id));
    expect(provider.asked).toEqual([`attendedTransfer ${second.peer.handle}`]);
  });

  it('connects nobody to a call that has ended meanwhile', async () => {
    const call = known('a', 'active');
    const asked = perform(stage, call, intentOn(call, 'attendedTransfer', uuid(999)));
    await expect(asked).rejects.toMatchObject({ code: 'callNotFound' });
    expect(held()).toEqual({ a: false });
  });
});

it('what the line cannot do fails as notSupported', async () => {
  const call = known('a', 'active');
  await expect(perform(stage, call, intentOn(call, 'switchVideo'))).rejects.toMatchObject({ code: 'notSupported' });
});
