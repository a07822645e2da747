import { describe, expect, it } from 'vitest';
import { at, callIn, incoming, lastEntry, NOW, newCall, outgoing, withFacts } from '../testing/samples.ts';
import { CLAIM_LEASE, nextDeadline } from './deadlines.ts';
import type { DisconnectResponse } from './disconnect.ts';
import { ask, settle } from './intents.ts';
import { applyDeadlines, applyFact, createCall } from './reduce.ts';
import type { CallState } from './states.ts';

const RING = 45_000; // default ring time, spec 1.6

const ROWS: [CallState, limit: number, becomes: DisconnectResponse][] = [
  ['initiated', 30_000, 'error'],
  ['ringing', RING, 'missed'],
  ['dialing', RING, 'remote'],
  ['connecting', 15_000, 'error'],
  ['reconnecting', 45_000, 'error'],
  ['disconnecting', 5_000, 'local'],
];

describe('a state with a limit (1.1, 1.6)', () => {
  it.each(ROWS)('%s lasts %d ms and then ends as %s', (state, limit, becomes) => {
    const call = callIn(state);
    expect(call.deadline).toBe(NOW + limit);
    expect(applyDeadlines(call, at(limit - 1))).toBe(call);
    const over = applyDeadlines(call, at(limit));
    expect(over).toMatchObject({ state: 'disconnected', endedAt: NOW + limit, deadline: null });
    expect(over.disconnect?.response).toBe(becomes);
  });

  it.each(['active', 'disconnected'] as const)('%s has none', (state) => {
    const call = callIn(state);
    expect(call.deadline).toBeNull();
    expect(applyDeadlines(call, at(1e9))).toBe(call);
  });
});

describe('a ring that is being answered (3.2)', () => {
  const ringing = incoming({ ringDeadline: NOW + 10_000 });
  const answered = (ms: number) => ask(ringing, { id: 'a', action: 'answer' }, at(ms));

  it('in the last moment is kept for the answer', () => {
    const call = answered(9_900);
    expect(nextDeadline([call])).toBe(NOW + 9_900 + CLAIM_LEASE);
    expect(applyDeadlines(call, at(10_000)).state).toBe('ringing');
    const over = applyDeadlines(call, at(9_900 + CLAIM_LEASE));
    expect(over.disconnect?.response).toBe('missed');
  });

  it('loses no time by it', () => {
    const long = ask(incoming(), { id: 'a', action: 'endAndAnswer' }, at());
    expect(long.deadline).toBe(NOW + RING);
  });

  it('ends with the claim, once the switchboard has granted it', () => {
    const claimed = applyFact(answered(2_000), { kind: 'claimed' }, at(2_100));
    expect(claimed.deadline).toBe(NOW + 2_100 + CLAIM_LEASE);
    const early = applyFact(ask(incoming(), { id: 'a', action: 'answer' }, at()), { kind: 'claimed' }, at());
    expect(early.deadline).toBe(NOW + CLAIM_LEASE);
  });

  it.each([
    ['that nobody answers', ringing],
    ['that has been answered', callIn('connecting')],
  ])('a claim of a call %s changes nothing', (_, call) => {
    const claimed = applyFact(call, { kind: 'claimed' }, at(1));
    expect(claimed.deadline).toBe(call.deadline);
    expect(lastEntry(claimed)).toMatch(/^refused: claimed/u);
  });

  it('has its own end again when the answer fails', () => {
    const failed = { result: 'failed', at: NOW + 9_950, code: 'microphoneDenied', reason: 'No.' } as const;
    const call = settle(answered(9_900), 'a', failed, at(9_950));
    expect(call.deadline).toBe(ringing.ringDeadline);
    expect(applyDeadlines(call, at(10_000)).state).toBe('disconnected');
  });

  it('is not kept by anything else that is asked of it', () => {
    expect(ask(ringing, { id: 'd', action: 'decline' }, at(9_900)).deadline).toBe(ringing.ringDeadline);
  });
});

describe('the ring', () => {
  it("ends at the server's deadline where there is one", () => {
    const call = incoming({ ringDeadline: NOW + 7_000 });
    expect(applyDeadlines(call, at(6_999)).state).toBe('ringing');
    expect(applyDeadlines(call, at(7_000)).disconnect?.response).toBe('missed');
  });

  it('lasts as long as the account says', () => {
    expect(createCall(newCall(), at(), 20_000).deadline).toBe(NOW + 20_000);
  });

  it('of the far side is a whole ring, from its first ringing on', () => {
    const dialing = withFacts(outgoing(), { kind: 'progress', ringing: false });
    const ringing = applyFact(dialing, { kind: 'progress', ringing: true }, at(4_000));
    expect(ringing).toMatchObject({ remoteRingingAt: NOW + 4_000, deadline: NOW + 4_000 + RING });
    const again = applyFact(ringing, { kind: 'progress', ringing: true }, at(9_000));
    expect(again.deadline).toBe(ringing.deadline);
  });
});

describe('nextDeadline', () => {
  it('is the earliest of states and pending intents', () => {
    expect(nextDeadline([])).toBeNull();
    expect(nextDeadline([callIn('active')])).toBeNull();
    const ringing = incoming();
    expect(nextDeadline([callIn('active'), ringing])).toBe(NOW + RING);
    const muting = ask(ringing, { id: 'm', action: 'mute' }, at());
    expect(nextDeadline([muting])).toBe(NOW + 10_000); // a mute times out after 10 s
    expect(nextDeadline([applyDeadlines(muting, at(10_000))])).toBe(NOW + RING);
  });
});
