import { parseReason, REJECTIONS } from '../../../shared/calls/endCodes.ts';
import type { CallFact } from '../../../shared/calls/facts.ts';
import type { ConformanceCase } from '../conformance.ts';
import { dialled, endings, endOf, refused, same, talking } from './steps.ts';

/**
 * Facts by what they say, repeats left out: a network may say that it rings as often as it likes, who has answered or not, and
 * by which dialog a call can be taken up, if it can.
 */
const story = (facts: readonly CallFact[]): string[] => [
  ...new Set(
    facts
      .filter(({ kind }) => kind !== 'answeredBy' && kind !== 'dialog')
      .map((fact) => (fact.kind === 'progress' ? (fact.ringing ? 'rings' : 'asked') : fact.kind)),
  ),
];

export const outgoingCases: readonly ConformanceCase[] = [
  {
    name: 'a call is identified, asked for, rings, is accepted and connected, in this order, and ends by the far side',
    async run(context) {
      const { told, far } = context;
      const begun = await talking(context);
      await far.hangUp();
      const { by, code } = await endOf(context, begun);
      same({ by, code }, { by: 'remote', code: 200 }, 'the end');
      same(
        story(told.facts(begun.ref)),
        ['identified', 'asked', 'rings', 'accepted', 'connected', 'ended'],
        'the facts of the call',
      );
    },
  },
  {
    name: 'an answered call that is hung up here ends here, and the far side is told',
    async run(context) {
      const begun = await talking(context);
      await context.provider.hangUp(begun.call);
      const { by, code } = await endOf(context, begun);
      same({ by, code }, { by: 'local', code: 200 }, 'the end');
      const there = await context.far.seesEnd();
      same({ by: there.by, code: there.code }, { by: 'remote', code: 200 }, 'the end there');
      await refused('hanging up again', ['callNotFound'], () => context.provider.hangUp(begun.call));
    },
  },
  {
    name: 'a call that is hung up before it is answered is canceled (487) on both sides',
    async run(context) {
      const begun = await dialled(context);
      await context.far.rings();
      await context.provider.hangUp(begun.call);
      const { by, code } = await endOf(context, begun);
      same({ by, code }, { by: 'local', code: 487 }, 'the end');
      const there = await context.far.seesEnd();
      same({ by: there.by, code: there.code }, { by: 'remote', code: 487 }, 'the end there');
    },
  },
  {
    name: 'a call that is hung up at once ends, once',
    async run(context) {
      const { provider, told, farPeer } = context;
      await provider.connect();
      const call = { id: crypto.randomUUID(), providerCallId: null, peer: farPeer, type: 'audio' } as const;
      const dialling = provider.dial(call); // the microphone may still be opening
      await provider.hangUp(call);
      await dialling;
      const ref = { id: call.id };
      await told.until('the end', () => endings(told.facts(ref))[0]);
      same(endings(told.facts(ref)).length, 1, 'ends of the call');
    },
  },
  {
    name: 'a call that the far side declines ends with its code and reason',
    async run(context) {
      const begun = await dialled(context);
      await context.far.rings();
      await context.far.reject('here');
      const { by, code, reason } = await endOf(context, begun);
      const { code: sent, reason: why } = REJECTIONS.here;
      same({ by, code, reason }, { by: 'remote', code: sent, reason: parseReason(why) }, 'the end');
    },
  },
  {
    name: 'a call without a microphone is not dialled, and not known afterwards',
    async run(context) {
      const { provider, farPeer, told } = context;
      await provider.connect();
      const call = { id: crypto.randomUUID(), providerCallId: null, peer: farPeer, type: 'audio' } as const;
      context.failMicrophone();
      await refused('dialling', ['microphoneDenied'], () => provider.dial(call));
      same(told.facts({ id: call.id }), [], 'the facts of the call');
      await refused('hanging up', ['callNotFound'], async () => provider.hangUp(call));
    },
  },
];
