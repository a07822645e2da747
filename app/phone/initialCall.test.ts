import { describe, expect, it } from 'vitest';
import { ask } from '../../shared/calls/intents.ts';
import { at, HOST, incoming, outgoing, uuid } from '../../shared/testing/samples.ts';
import { askedFor, callInAddress } from './initialCall.ts';

it.each([
  ['#call=00000000-0000-4000-8000-000000000001', uuid(1)],
  ['#call=a%2Fb&x=1', 'a/b'],
  ['#call=%', null],
  ['#call=', null],
  ['#/recents', null],
  ['', null],
])('the address %o names the call %o', (hash, id) => {
  expect(callInAddress(hash)).toBe(id);
});

describe('without an address', () => {
  const ringing = incoming();
  const answer = { id: uuid(7), action: 'answer' } as const;

  it('a page is there for the answer that waits', () => {
    const asked = ask(ringing, answer, at());
    expect(askedFor([incoming({ id: uuid(2) }), asked])).toBe(asked);
  });

  it('and for the call back that waits', () => {
    const asked = ask(outgoing(), { id: uuid(7), action: 'dial' }, at());
    expect(askedFor([asked])).toBe(asked);
  });

  it('not for one that a page has taken up, nor for a ring that nobody has answered', () => {
    expect(askedFor([{ ...ask(ringing, answer, at()), host: HOST }, ringing])).toBeNull();
  });
});
