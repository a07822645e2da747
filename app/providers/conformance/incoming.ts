import { parseReason, REJECTIONS, type Rejection } from '../../../shared/calls/endCodes.ts';
import type { ConformanceCase } from '../conformance.ts';
import { endOf, refused, rung, same } from './steps.ts';

const rejecting = (how: Rejection): ConformanceCase => ({
  name: `a call that is rejected (${how}) ends here with its code, and the far side is told it`,
  async run(context) {
    const begun = await rung(context);
    await context.provider.reject(begun.call, how);
    const { code, reason } = REJECTIONS[how];
    const ended = await endOf(context, begun);
    same(
      { by: ended.by, code: ended.code, reason: ended.reason },
      { by: 'local', code, reason: parseReason(reason) },
      'the end',
    );
    const there = await context.far.seesEnd();
    same(there, { by: 'remote', code, cause: parseReason(reason)?.cause ?? null }, 'the end there');
  },
});

export const incomingCases: readonly ConformanceCase[] = [
  {
    name: 'a call is announced once, is answered, accepted and connected, and ends by either side',
    async run(context) {
      const { provider, told, far, farPeer } = context;
      const asked = Date.now();
      const begun = await rung(context);
      const [announced] = told.incoming();
      same(announced?.peer.handle, farPeer.handle, 'who calls');
      const { ringDeadline } = announced ?? {};
      if (typeof ringDeadline === 'number') same(ringDeadline > asked, true, 'the ring ends later');
      await provider.answer(begun.call);
      await told.fact(begun.ref, 'connected');
      await far.hangUp();
      const { by, code } = await endOf(context, begun);
      same({ by, code }, { by: 'remote', code: 200 }, 'the end');
      same(
        told.facts(begun.ref).flatMap(({ kind }) => (kind === 'dialog' ? [] : kind)),
        ['accepted', 'connected', 'ended'],
        'the facts of the call',
      );
      const ids = told.incoming().map(({ providerCallId }) => providerCallId);
      same(ids, [begun.call.providerCallId], 'calls announced');
    },
  },
  {
    name: 'an answered call that came in and is hung up here is over there too',
    async run(context) {
      const begun = await rung(context);
      await context.provider.answer(begun.call);
      await context.told.fact(begun.ref, 'connected');
      await context.provider.hangUp(begun.call);
      const { by, code } = await endOf(context, begun);
      same({ by, code }, { by: 'local', code: 200 }, 'the end');
      const there = await context.far.seesEnd();
      same({ by: there.by, code: there.code }, { by: 'remote', code: 200 }, 'the end there');
    },
  },
  rejecting('here'),
  rejecting('busy'),
  rejecting('everywhere'),
  {
    name: 'a caller who gives up ends the ring (487), and it can be answered no more',
    async run(context) {
      const begun = await rung(context);
      await context.far.hangUp();
      const { by, code } = await endOf(context, begun);
      same({ by, code }, { by: 'remote', code: 487 }, 'the end');
      await refused('answering', ['callNotFound', 'tooLate'], () => context.provider.answer(begun.call));
    },
  },
  {
    name: 'without a microphone the call rings on, and is answered when there is one',
    async run(context) {
      const { provider, told } = context;
      const begun = await rung(context);
      context.failMicrophone();
      await refused('answering', ['microphoneDenied'], () => provider.answer(begun.call));
      same(told.facts(begun.ref), [], 'the facts of the call that rings on');
      await provider.answer(begun.call);
      await told.fact(begun.ref, 'connected');
    },
  },
];
