import { describe, expect, it } from 'vitest';
import { at, callIn, incoming, NOW, newCall, outgoing, withFacts } from '../testing/samples.ts';
import { nextDeadline } from './deadlines.ts';
import type { DisconnectResponse } from './disconnect.ts';
import { ask } from './intents.ts';
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
    expect(nextDeadline([muting])).toBe(NOW + 3_000); // a mute times out after 3 s
    expect(nextDeadline([applyDeadlines(muting, at(3_000))])).toBe(NOW + RING);
  });
});
