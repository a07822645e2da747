/** Handing the far side on. A provider that has not declared it has nothing to show here. */

import type { ConformanceCase, ConformanceContext } from '../conformance.ts';
import type { Operation, ProviderCall } from '../provider.ts';
import { type Begun, endings, endOf, refused, same, talking } from './steps.ts';

const having = (operation: Operation, one: ConformanceCase): ConformanceCase => ({
  name: one.name,
  run: async (context) => {
    if (context.provider.operations.includes(operation)) await one.run(context);
  },
});

/** How a transfer went, repeats left out: a network may say as often as it likes that it rings. */
const story = ({ told }: ConformanceContext, { ref }: Begun): string[] => [
  ...new Set(told.facts(ref).flatMap((fact) => (fact.kind === 'transfer' ? [fact.transfer.state] : []))),
];

const toThird = ({ thirdPeer: peer }: ConformanceContext): ProviderCall => ({
  id: crypto.randomUUID(),
  providerCallId: null,
  peer,
  type: 'audio',
});

/** It ends here, by us: the far side is somebody else's now. */
async function endsHere(context: ConformanceContext, begun: Begun): Promise<void> {
  const { by, code } = await endOf(context, begun);
  same({ by, code }, { by: 'local', code: 200 }, 'the end');
  const told = story(context, begun);
  same([told[0], told.at(-1)], ['trying', 'accepted'], 'how the transfer begins and ends');
}

/** It has failed, and the call goes on. */
async function livesOn(context: ConformanceContext, begun: Begun): Promise<void> {
  same(story(context, begun).at(-1), 'failed', 'how the transfer ends');
  same(endings(context.told.facts(begun.ref)), [], 'ends of the call that goes on');
  await context.provider.hangUp(begun.call);
  await endOf(context, begun);
}

export const transferCases: readonly ConformanceCase[] = [
  having('transfer', {
    name: 'a far side that is transferred talks to the target, and the call ends here',
    async run(context) {
      const begun = await talking(context);
      const done = context.provider.transfer?.(begun.call, context.thirdPeer.handle);
      await context.third.rings();
      await context.third.answer();
      await done;
      await endsHere(context, begun);
    },
  }),
  having('transfer', {
    name: 'a transfer to a number that nobody has fails, and the call goes on',
    async run(context) {
      const begun = await talking(context);
      const asking = async () => context.provider.transfer?.(begun.call, context.nobody());
      await refused('the transfer', ['targetNotFound'], asking);
      await livesOn(context, begun);
    },
  }),
  having('transfer', {
    name: 'a transfer to somebody who declines fails, and the call goes on',
    async run(context) {
      const begun = await talking(context);
      context.declines();
      const asking = async () => {
        const done = context.provider.transfer?.(begun.call, context.thirdPeer.handle);
        await context.third.rings();
        await context.third.reject('everywhere');
        await done;
      };
      await refused('the transfer', ['targetRefused'], asking);
      await livesOn(context, begun);
    },
  }),
  having('attendedTransfer', {
    name: 'the far sides of two calls are connected, and both calls end here',
    async run(context) {
      const { provider, told, third } = context;
      const begun = await talking(context);
      const second: Begun = await dialledTo(context, toThird(context));
      await third.rings();
      await third.answer();
      await told.fact(second.ref, 'connected');
      await provider.attendedTransfer?.(begun.call, second.call);
      await endsHere(context, begun);
      await told.fact(second.ref, 'ended');
    },
  }),
  having('attendedTransfer', {
    name: 'connecting a call to one that it does not know fails, and the call goes on',
    async run(context) {
      const begun = await talking(context);
      const gone = { ...toThird(context), providerCallId: 'nobody@nowhere' };
      await refused('connecting', ['callNotFound'], async () => context.provider.attendedTransfer?.(begun.call, gone));
      same(endings(context.told.facts(begun.ref)), [], 'ends of the call that goes on');
    },
  }),
];

async function dialledTo({ provider }: ConformanceContext, call: ProviderCall): Promise<Begun> {
  await provider.dial(call);
  return { call, ref: { id: call.id } };
}
