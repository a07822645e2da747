/** Random histories of a registry: what people, networks, hosts and clocks may do in any order, for property tests. */

import fc from 'fast-check';
import { ACTIONS, type CallCommand, type SimpleAction } from '../calls/commands.ts';
import { DISCONNECT_RESPONSES } from '../calls/disconnect.ts';
import type { CallFact } from '../calls/facts.ts';
import { CALL_CAPABILITIES, type CallRecord } from '../calls/record.ts';
import { TRANSFER_STATES } from '../calls/transfer.ts';
import type { RegistryInput, RegistryState, Submission } from '../registry/input.ts';
import { DIALOG, HOST, uuid } from './samples.ts';

/** One step: some time passes, then something is asked or said. What it is about depends on what there is by then. */
export interface Step {
  /** ms since the step before. */
  wait: number;
  make: (state: RegistryState, known: readonly CallRecord[]) => RegistryInput;
}

const HANDLES = ['102', '103'];
/** Few ids, so that the same call is reported and dialled again and again. */
const id = fc.integer({ min: 1, max: 9 }).map(uuid);
const networkId = fc.constantFrom('a@net', 'b@net', 'c@net');
/** Which call is spoken of: mostly one that is not over, sometimes any, or one that never was. */
const which = fc.record({
  among: fc.constantFrom('live', 'live', 'live', 'live', 'any'),
  pick: fc.nat(100),
  other: id,
});
type Which = typeof which extends fc.Arbitrary<infer T> ? T : never;

function idOf({ among, pick, other }: Which, { live }: RegistryState): string {
  return (among === 'live' ? live[pick % Math.max(1, live.length)]?.id : undefined) ?? other;
}
const type = fc.constantFrom('audio' as const, 'video' as const, 'screenShare' as const);
const capabilities = fc.subarray([...CALL_CAPABILITIES]);
const peer = fc
  .constantFrom(...HANDLES)
  .map((handle) => ({ handle, displayName: null, avatarUrl: null, userId: null }));
const code = fc.constantFrom(null, 200, 302, 403, 408, 480, 486, 487, 500, 503, 600, 601, 602, 603, 850, 865);
const reason = fc.constantFrom(
  null,
  { protocol: 'SIP' as const, cause: 200 },
  { protocol: 'SIP' as const, cause: 603 },
  { protocol: 'Q.850' as const, cause: 17 },
  { protocol: 'Q.850' as const, cause: 21 },
);

const ended = fc.record({
  kind: fc.constant('ended' as const),
  by: fc.constantFrom('local' as const, 'remote' as const),
  code,
  reason,
  text: fc.constant(null),
});
const disconnected = fc.record({
  kind: fc.constant('disconnected' as const),
  response: fc.constantFrom(...DISCONNECT_RESPONSES),
  endCode: code,
});

const fact: fc.Arbitrary<CallFact> = fc.oneof(
  fc.record({ kind: fc.constant('progress' as const), ringing: fc.boolean() }),
  { weight: 4, arbitrary: fc.constantFrom<CallFact>({ kind: 'accepted' }, { kind: 'connected' }) },
  { weight: 2, arbitrary: fc.constantFrom<CallFact>({ kind: 'mediaLost' }, { kind: 'mediaBack' }) },
  fc.constant({ kind: 'claimed' as const }),
  { weight: 3, arbitrary: ended },
  { weight: 3, arbitrary: disconnected },
  fc.record({ kind: fc.constant('identified' as const), providerCallId: networkId }),
  fc.record({ kind: fc.constant('moved' as const), providerCallId: networkId, peer: fc.option(peer) }),
  fc.constant<CallFact>({ kind: 'dialog', dialog: DIALOG }),
  fc.record({ kind: fc.constant('heldByRemote' as const), held: fc.boolean() }),
  fc.record({
    kind: fc.constant('transfer' as const),
    transfer: fc.record({
      by: fc.constantFrom('local' as const, 'remote' as const),
      target: peer,
      state: fc.constantFrom(...TRANSFER_STATES),
      code,
    }),
  }),
  fc.record({ kind: fc.constant('type' as const), type }),
  fc.record({ kind: fc.constant('capabilities' as const), capabilities }),
);

const SIMPLE = Object.keys(ACTIONS).filter((action): action is SimpleAction => action !== 'none');

const command: fc.Arbitrary<CallCommand> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...SIMPLE).map((kind): CallCommand => ({ kind })) },
  fc.constant({ kind: 'dtmf', digits: '1' } as const),
  fc.constant({ kind: 'transfer', target: '104' } as const),
  id.map((other): CallCommand => ({ kind: 'attendedTransfer', with: other })),
);

const dial = fc.record({ callId: id, peer, type, capabilities }).map((given): Step['make'] => () => ({
  kind: 'dial',
  account: '101',
  ...given,
}));

const newCall = fc
  .record({
    callId: id,
    providerCallId: fc.option(networkId),
    peer,
    type,
    capabilities,
    start: fc.constantFrom(
      ...([
        { entry: 'ringing', direction: 'incoming' },
        { entry: 'ringing', direction: 'incoming' },
        { entry: 'initiated', direction: 'incoming' },
        { entry: 'initiated', direction: 'outgoing' },
        { entry: 'active', direction: 'incoming' },
      ] as const),
    ),
    byHost: fc.boolean(),
  })
  .map(({ start, byHost, ...given }): Step['make'] => ({ host }) => ({
    kind: 'newCall',
    account: '101',
    ringDeadline: null,
    data: null,
    epoch: byHost ? (host?.epoch ?? 1) : null,
    ...start,
    ...given,
  }));

const facts = fc
  .record({
    which,
    networkId,
    byNetworkId: fc.constantFrom(true, false, false, false),
    fact,
    stale: fc.integer({ min: 0, max: 9 }),
  })
  .map((given): Step['make'] => (state) => ({
    kind: 'fact',
    call: given.byNetworkId
      ? { account: '101', direction: 'incoming', providerCallId: given.networkId }
      : { id: idOf(given.which, state) },
    fact: given.fact,
    epoch: given.stale === 0 ? 999 : (state.host?.epoch ?? null),
  }));

/** A claim or a settlement of one of the intents there are, or of none. */
const intents = fc
  .record({
    pick: fc.nat(100),
    claim: fc.boolean(),
    outcome: fc.constantFrom(
      { result: 'fulfilled' } as const,
      { result: 'failed', code: 'signalling', reason: 'No.' } as const,
    ),
  })
  .map(({ pick, claim, outcome }): Step['make'] => ({ host }, known) => {
    const all = known.flatMap((call) => call.intents.map((intent) => ({ callId: call.id, intentId: intent.id })));
    const named = all[pick % Math.max(1, all.length)] ?? { callId: uuid(1), intentId: uuid(99) };
    const epoch = host?.epoch ?? 1;
    return claim ? { kind: 'claim', ...named, epoch } : { kind: 'settle', ...named, outcome, epoch };
  });

const commands = fc.record({ which, command }).map((given): Step['make'] => (state) => ({
  kind: 'command',
  callId: idOf(given.which, state),
  command: given.command,
}));

const rest = fc
  .constantFrom<RegistryInput>(
    { kind: 'claimHost' },
    { kind: 'tick' },
    { kind: 'seen' },
    { kind: 'configure', settings: { maxCalls: 1 } },
    { kind: 'configure', settings: { maxCalls: 3 } },
  )
  .map(
    (input): Step['make'] =>
      () =>
        input,
  );

const step: fc.Arbitrary<Step> = fc.record({
  // Mostly at once; sometimes long enough for a mute (3 s), a teardown (5 s), or a whole ring (45 s) to be over.
  wait: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 400 }) },
    fc.constantFrom(3_000, 5_000, 15_000, 45_000),
  ),
  make: fc.oneof(
    { weight: 2, arbitrary: dial },
    { weight: 7, arbitrary: newCall },
    { weight: 9, arbitrary: facts },
    { weight: 9, arbitrary: commands },
    { weight: 4, arbitrary: intents },
    { weight: 2, arbitrary: rest },
  ),
});

export const history: fc.Arbitrary<Step[]> = fc.array(step, { minLength: 1, maxLength: 60, size: 'max' });

/** The nth submission of a history. */
export const submit = (input: RegistryInput, n: number): Submission => ({
  id: uuid(10_000 + n),
  tab: HOST.tab,
  source: 'api',
  input,
});
