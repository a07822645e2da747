import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SwitchhookError } from '../shared/errors.ts';
import { untilReached } from './retry.ts';

const network = new EventTarget();

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('addEventListener', network.addEventListener.bind(network));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A switchboard that fails so often, and then answers. */
function asked(failures: SwitchhookError[]) {
  const scope = new AbortController();
  const told: string[] = [];
  const ask = vi.fn(async () => {
    const failure = failures.shift();
    if (failure) throw failure;
    return 'answer';
  });
  const answer = untilReached(ask, { signal: scope.signal, onFailure: ({ code }) => told.push(code) });
  answer.catch(() => undefined); // looked at by the test, later
  return { answer, ask, told, scope };
}
const failure = (code: 'noNetwork' | 'notLoggedIn' | 'internal') => new SwitchhookError(code, { reason: 'gone' });

describe('asking the switchboard', () => {
  it('goes on until it answers, more and more rarely', async () => {
    const { answer, ask, told } = asked([failure('noNetwork'), failure('internal')]);
    await vi.advanceTimersByTimeAsync(499);
    expect(ask).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(501);
    expect(ask).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await answer).toBe('answer');
    expect(told).toEqual(['noNetwork', 'internal']);
  });

  it('does not wait when there is a network again', async () => {
    const { answer, ask } = asked([failure('noNetwork')]);
    await vi.advanceTimersByTimeAsync(1);
    expect(ask).toHaveBeenCalledTimes(1);
    network.dispatchEvent(new Event('online'));
    await vi.advanceTimersByTimeAsync(0);
    expect(await answer).toBe('answer');
  });

  it('takes no for an answer', async () => {
    const { answer } = asked([failure('notLoggedIn')]);
    await expect(answer).rejects.toMatchObject({ code: 'notLoggedIn' });
  });

  it('stops when nobody wants it any more', async () => {
    const { answer, ask, scope } = asked([failure('noNetwork'), failure('noNetwork')]);
    await vi.advanceTimersByTimeAsync(1);
    scope.abort();
    await expect(answer).rejects.toMatchObject({ code: 'noNetwork' });
    expect(ask).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
