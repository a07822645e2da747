import type { ConformanceCase, ConformanceContext } from '../conformance.ts';
import type { Operation, ProviderCall } from '../provider.ts';
import { type Begun, endings, refused, rung, same, talking } from './steps.ts';

/** How an operation is asked for, and how the far side can tell; null for one that the interface has no method for yet. */
const ASKING: Readonly<Record<Operation, ((context: ConformanceContext, call: ProviderCall) => Promise<void>) | null>> =
  {
    async hold({ provider, far }, call) {
      for (const held of [true, false]) {
        await provider.setHeld?.(call, held);
        await far.seesHeld(held);
      }
    },
    async mute({ provider }, call) {
      await provider.setMuted?.(call, true);
      await provider.setMuted?.(call, false);
    },
    async dtmf({ provider }, call) {
      await provider.sendDtmf?.(call, '1#');
    },
    // They end the call: the cases of their own show them.
    transfer: async () => undefined,
    attendedTransfer: async () => undefined,
    video: null,
    screenShare: null,
    async resume({ provider, told }, call) {
      const { dialog } = await told.fact({ id: call.id }, 'dialog');
      const set = { muted: false, held: false, heldByRemote: false };
      await provider.resume?.({ ...call, dialog, direction: 'outgoing', ...set });
      await provider.hangUp(call); // it is here, under the same name
    },
  };

/** The optional operations by the method that is there for them, asked of one call. */
const optional = ({ provider }: ConformanceContext, call: ProviderCall) =>
  [
    { operation: 'hold', exists: provider.setHeld, ask: async () => provider.setHeld?.(call, true) },
    { operation: 'mute', exists: provider.setMuted, ask: async () => provider.setMuted?.(call, true) },
    { operation: 'dtmf', exists: provider.sendDtmf, ask: async () => provider.sendDtmf?.(call, '1') },
    { operation: 'transfer', exists: provider.transfer, ask: async () => provider.transfer?.(call, '103') },
    {
      operation: 'attendedTransfer',
      exists: provider.attendedTransfer,
      ask: async () => provider.attendedTransfer?.(call, call),
    },
  ] as const;

/** Whether the network still says an end of its own or nobody is there to say it: the call is over, once, on both sides. */
const isOver = async (context: ConformanceContext, { call, ref }: Begun) => {
  const { provider, told, far } = context;
  await provider.disconnect();
  await told.until('the end', () => endings(told.facts(ref))[0]);
  await far.seesEnd();
  same(endings(told.facts(ref)).length, 1, 'ends of the call');
  same(told.registrations().includes('none'), true, 'it is said that there is no registration');
  await refused('hanging up', ['callNotFound'], async () => provider.hangUp(call));
};

export const restCases: readonly ConformanceCase[] = [
  {
    name: 'connecting says that it registers, and then that it is registered',
    async run({ provider, told }) {
      same(told.events, [], 'what was said before');
      await provider.connect();
      same(told.registrations(), ['registering', 'registered'], 'registrations');
    },
  },
  {
    name: 'the operations that it declares work, and the others do not',
    async run(context) {
      const { provider } = context;
      const { call } = await talking(context);
      for (const operation of provider.operations) {
        const ask = ASKING[operation];
        if (ask === null) throw new Error(`${operation} is declared, and the interface has no method for it`);
        await ask(context, call);
      }
      for (const { operation, exists, ask } of optional(context, call)) {
        if (!provider.operations.includes(operation)) {
          if (exists) await refused(operation, ['notSupported'], ask);
        } else same(exists !== undefined, true, `there is a method for ${operation}`);
      }
    },
  },
  {
    name: 'a far side that holds and resumes is said to',
    async run(context) {
      const { far, told } = context;
      const { ref } = await talking(context);
      const held = () => told.facts(ref).flatMap((fact) => (fact.kind === 'heldByRemote' ? [fact.held] : []));
      await far.hold(true);
      await told.until('the hold', () => held()[0]);
      await far.hold(false);
      await told.until('the end of the hold', () => held()[1]?.toString());
      same(held(), [true, false], 'holds of the far side');
    },
  },
  {
    name: 'a call that it does not know is not found, whatever is asked of it',
    async run(context) {
      const { provider, farPeer } = context;
      await provider.connect();
      const call: ProviderCall = {
        id: crypto.randomUUID(),
        providerCallId: 'nobody@nowhere',
        peer: farPeer,
        type: 'audio',
      };
      const asking: [string, () => Promise<void>][] = [
        ['answer', async () => provider.answer(call)],
        ['reject', async () => provider.reject(call, 'here')],
        ['hangUp', async () => provider.hangUp(call)],
        ...optional(context, call)
          .filter(({ operation }) => provider.operations.includes(operation))
          .map(({ operation, ask }): [string, () => Promise<void>] => [operation, ask]),
      ];
      for (const [what, ask] of asking) await refused(what, ['callNotFound'], ask);
    },
  },
  {
    name: 'disconnecting ends a call that one talks in',
    run: async (context) => isOver(context, await talking(context)),
  },
  {
    name: 'disconnecting ends a call that rings',
    run: async (context) => isOver(context, await rung(context)),
  },
];
