import { describe, expect, it } from 'vitest';
import { ask } from '../calls/intents.ts';
import type { CallRecord } from '../calls/record.ts';
import { decide } from '../registry/decide.ts';
import type { Errand } from '../registry/store.ts';
import { at, callIn, incoming, NOW, registry, submission, uuid } from '../testing/samples.ts';
import { meaningOf, type Said } from './said.ts';

const saying = (action: Errand['action'], changes: Partial<Errand> = {}) => ({
  action,
  everywhere: false,
  release: false,
  ...changes,
});
const answering = ask(incoming(), { id: uuid(7), action: 'answer' }, at());

/** The call after the answer, and whether anything was submitted at all. */
function becomes(call: CallRecord, what: ReturnType<typeof saying>, said: Said): CallRecord | null {
  const input = meaningOf(what, said, call);
  if (input === null) return null;
  const { calls } = decide(registry([call]), submission(input, { source: 'push', tab: null }), NOW + 1_000);
  return calls.at(-1) ?? call;
}

const [said, refused] = [{ result: 'said' }, { result: 'refused' }] as const;

describe('a claim', () => {
  it('that is granted keeps the ring as long as the switchboard does', () => {
    expect(becomes(answering, saying('answer'), said)).toMatchObject({ state: 'ringing', deadline: NOW + 16_000 });
  });

  it.each(['answeredElsewhere', 'declinedElsewhere', 'canceled', 'missed'] as const)(
    'that comes too late ends the ring at once: %s',
    (ended) => {
      expect(becomes(answering, saying('answer'), { result: 'tooLate', ended })).toMatchObject({
        state: 'disconnected',
        disconnect: { response: ended },
        intents: [{ action: 'answer', outcome: { result: 'failed', code: 'tooLate' } }],
      });
    },
  );

  it('that is refused ends the ring at once', () => {
    expect(becomes(answering, saying('answer'), refused)).toMatchObject({
      state: 'disconnected',
      disconnect: { response: 'missed' },
      unseen: true,
    });
  });

  it('that is given back ends the ring', () => {
    for (const result of [said, refused])
      expect(becomes(answering, saying('answer', { release: true }), result)?.state).toBe('disconnected');
  });

  it.each(['connecting', 'active'] as const)('never ends a call that is %s already', (state) => {
    const call = callIn(state);
    for (const result of [refused, { result: 'tooLate', ended: 'missed' } as const])
      expect(becomes(call, saying('answer'), result)?.state).toBe(state);
  });
});

describe('an acknowledgement', () => {
  it('that is heard, or refused, leaves it ringing', () => {
    expect(becomes(incoming(), saying('ringing'), said)).toBeNull();
    expect(becomes(incoming(), saying('ringing'), refused)).toBeNull();
  });

  it('that comes too late says how the ring ended', () => {
    const late = { result: 'tooLate', ended: 'canceled' } as const;
    expect(becomes(incoming(), saying('ringing'), late)?.disconnect?.response).toBe('canceled');
    expect(becomes(callIn('active'), saying('ringing'), late)?.state).toBe('active');
  });
});

describe('a decline', () => {
  it.each([said, refused, { result: 'tooLate', ended: 'missed' } as const])('ends it here: %o', (result) => {
    expect(becomes(incoming(), saying('decline'), result)?.disconnect).toMatchObject({
      response: 'declined',
      endCode: 486,
    });
    const everywhere = becomes(incoming(), saying('decline', { everywhere: true }), result);
    expect(everywhere?.disconnect).toMatchObject({ response: 'declined', endCode: 603 });
  });
});

it('a call that no network knows is not ended by one', () => {
  expect(meaningOf(saying('answer'), refused, incoming({ providerCallId: null }))).toBeNull();
});
