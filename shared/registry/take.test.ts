import { describe, expect, it } from 'vitest';
import { ask, only, PEER, stateAfter } from '../testing/asking.ts';
import { callIn, DIALOG, HOST, NOW, registry, uuid } from '../testing/samples.ts';
import type { RegistryInput } from './input.ts';

const TAKE = {
  kind: 'take',
  callId: uuid(9),
  account: '101',
  direction: 'outgoing',
  peer: PEER,
  type: 'audio',
  capabilities: ['hold'],
  dialog: DIALOG,
} as const satisfies RegistryInput;

describe('a call of another device', () => {
  it('is taken as one that was answered, with its dialog, and is the host’s to take up', () => {
    const call = only(ask(registry(), TAKE));
    expect(call).toMatchObject({
      state: 'connecting',
      deadline: NOW + 15_000,
      providerCallId: DIALOG.callId,
      dialog: DIALOG,
      intents: [{ action: 'takeHere', epoch: null, outcome: null }],
    });
  });

  it('goes to the next host with what was asked of it', () => {
    const taken = stateAfter(registry(), ask(registry(), TAKE));
    const [intent] = taken.live[0]?.intents ?? [];
    const claimed = stateAfter(
      taken,
      ask(taken, { kind: 'claim', callId: TAKE.callId, intentId: intent?.id ?? '', epoch: HOST.epoch }),
    );
    const call = only(ask(claimed, { kind: 'claimHost' }, { tab: uuid(902) }));
    expect(call).toMatchObject({ state: 'connecting', host: null, intents: [{ epoch: null, outcome: null }] });
  });

  it('is taken once, and not beside more calls than there may be', () => {
    const taken = stateAfter(registry(), ask(registry(), TAKE));
    for (const input of [TAKE, { ...TAKE, callId: uuid(10) }])
      expect(ask(taken, input, { id: uuid(501) }).result).toMatchObject({ error: { code: 'callExists' } });
    const full = registry([1, 2].map((n) => callIn('active', { id: uuid(n), providerCallId: `${n}@example.test` })));
    expect(ask(full, TAKE).result).toMatchObject({ error: { code: 'maxCalls' } });
  });
});
