import { describe, expect, it } from 'vitest';
import { fromWire, SwitchhookError, toWire } from './errors.ts';

const chain = (depth: number): SwitchhookError =>
  new SwitchhookError('internal', { reason: `depth ${depth}`, ...(depth > 0 ? { cause: chain(depth - 1) } : {}) });

const depthOf = (error: unknown): number => (error instanceof Error && error.cause ? 1 + depthOf(error.cause) : 0);

describe('the wire form of an error', () => {
  it('is plain data, and comes back with its field and its causes', () => {
    const network = new TypeError('Failed to fetch');
    const signalling = new SwitchhookError('signalling', { reason: 'The server is not there.', cause: network });
    const error = new SwitchhookError('invalidArgument', { reason: 'Bad.', field: 'peer.handle', cause: signalling });
    const back = fromWire(JSON.parse(JSON.stringify(toWire(error))));
    expect(back).toBeInstanceOf(SwitchhookError);
    expect(back).toMatchObject({ code: 'invalidArgument', reason: 'Bad.', field: 'peer.handle' });
    expect(back.message).toBe('invalidArgument: Bad.');
    expect(back.cause).toBeInstanceOf(SwitchhookError);
    expect(back.cause).toMatchObject({ code: 'signalling', reason: 'The server is not there.' });
    expect((back.cause as SwitchhookError).cause).toMatchObject({ name: 'TypeError', message: 'Failed to fetch' });
    expect(toWire(back)).toEqual(toWire(error));
  });

  it('has no field and no cause where there is none', () => {
    expect(toWire(new SwitchhookError('tooLate', { reason: 'Over.' }))).toEqual({ code: 'tooLate', reason: 'Over.' });
    expect(fromWire({ code: 'tooLate', reason: 'Over.' }).cause).toBeUndefined();
  });

  it.each([
    [new RangeError('out of it'), 'out of it', { name: 'RangeError', message: 'out of it' }],
    ['a string', 'a string', undefined],
    [null, 'null', undefined],
    [undefined, 'undefined', undefined],
  ])('takes in whatever was thrown: %s', (thrown, reason, cause) => {
    expect(toWire(thrown)).toEqual({ code: 'internal', reason, ...(cause ? { cause } : {}) });
  });

  it('carries a bounded number of causes, a loop included', () => {
    expect(depthOf(fromWire(toWire(chain(3))))).toBe(3);
    expect(depthOf(fromWire(toWire(chain(50))))).toBe(5);
    const loop = new SwitchhookError('internal', { reason: 'a' });
    Object.assign(loop, { cause: loop });
    expect(depthOf(fromWire(toWire(loop)))).toBe(5);
  });
});

describe('SwitchhookError.from', () => {
  it('leaves one of ours as it is', () => {
    const ours = new SwitchhookError('tooLate', { reason: 'Over.' });
    expect(SwitchhookError.from(ours, 'storage')).toBe(ours);
  });

  it('gives any other a code, and keeps it as the cause', () => {
    const thrown = new Error('disk');
    const error = SwitchhookError.from(thrown, 'storage');
    expect(error).toMatchObject({ code: 'storage', reason: 'disk', cause: thrown });
  });
});
