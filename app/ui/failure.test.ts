import { describe, expect, it } from 'vitest';
import { ask, settle } from '../../shared/calls/intents.ts';
import type { CallRecord, Intent } from '../../shared/calls/record.ts';
import { at, callIn, NOW, uuid } from '../../shared/testing/samples.ts';
import { FAILURE_SHOWN, failureOf, failureText } from './failure.ts';

const asked = (call: CallRecord, n: number, action: Intent['action'], ms = 0) =>
  ask(call, { id: uuid(n), action }, at(ms));

const failed = (call: CallRecord, n: number, ms = 0) =>
  settle(call, uuid(n), { result: 'failed', at: NOW + ms, code: 'signalling', reason: 'test' }, at(ms));

const timedOut = (call: CallRecord, n: number, ms = 0) =>
  settle(call, uuid(n), { result: 'timedOut', at: NOW + ms }, at(ms));

const fulfilled = (call: CallRecord, n: number) => settle(call, uuid(n), { result: 'fulfilled', at: NOW }, at());

const active = callIn('active');

describe('failureOf', () => {
  it('is nothing for what is under way or was done', () => {
    expect(failureOf(active, NOW)).toBeNull();
    expect(failureOf(asked(active, 1, 'hold'), NOW)).toBeNull();
    expect(failureOf(fulfilled(asked(active, 1, 'hold'), 1), NOW)).toBeNull();
  });

  it('is what failed, until it is no news any more', () => {
    const call = failed(asked(active, 1, 'hold'), 1);
    expect(failureOf(call, NOW)).toEqual({ id: uuid(1), action: 'hold', code: 'signalling', at: NOW });
    expect(failureOf(call, NOW + FAILURE_SHOWN - 1)).not.toBeNull();
    expect(failureOf(call, NOW + FAILURE_SHOWN)).toBeNull();
  });

  it('is not shown for ever when the clock was put back', () => {
    expect(failureOf(failed(asked(active, 1, 'hold'), 1), NOW - FAILURE_SHOWN)).toBeNull();
  });

  it('has a code for what took too long', () => {
    expect(failureOf(timedOut(asked(active, 1, 'mute'), 1), NOW)).toMatchObject({ action: 'mute', code: 'timedOut' });
  });

  it('is the last one of several', () => {
    const both = timedOut(failed(asked(asked(active, 1, 'hold'), 2, 'mute'), 1, 10), 2, 20);
    expect(failureOf(both, NOW + 30)).toMatchObject({ action: 'mute' });
  });

  it('is gone when the same is tried again, and comes back when that fails too', () => {
    const again = asked(failed(asked(active, 1, 'hold'), 1), 2, 'hold', 100);
    expect(failureOf(again, NOW + 100)).toBeNull();
    expect(failureOf(failed(again, 2, 200), NOW + 200)).toMatchObject({ id: uuid(2) });
    const another = asked(failed(asked(active, 1, 'hold'), 1), 2, 'mute', 100);
    expect(failureOf(another, NOW + 100)).toMatchObject({ action: 'hold' });
  });

  it.each(['disconnecting', 'disconnected'] as const)('says nothing of a call that is %s', (state) => {
    const call = failed(asked(callIn(state), 1, 'hold'), 1);
    expect(failureOf(call, NOW)).toBeNull();
  });
});

describe('failureText', () => {
  const failure = { id: uuid(1), action: 'hold', code: 'timedOut', at: NOW } as const;

  it('says what did not work and why', () => {
    expect(failureText(failure, 'en')).toBe(
      'Hold did not work: That took too long. Check your connection and try again.',
    );
    expect(failureText(failure, 'vi')).toMatch(/^Không thực hiện được “Giữ máy”: /u);
  });

  it('has a word for dialling, which is no command', () => {
    expect(failureText({ ...failure, action: 'dial' }, 'en')).toMatch(/^Call did not work: /u);
  });
});
