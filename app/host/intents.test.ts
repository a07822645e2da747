import { describe, expect, it } from 'vitest';
import { ask } from '../../shared/calls/intents.ts';
import type { CallRecord, Intent } from '../../shared/calls/record.ts';
import { beginEnd } from '../../shared/calls/reduce.ts';
import { at, callIn, DIALOG, HOST, uuid } from '../../shared/testing/samples.ts';
import { CLAIM_PATIENCE, orphans, overdueAt, resumable, unclaimed } from './intents.ts';

const asked = (call: CallRecord, action: Intent['action']) => ask(call, { id: uuid(700), action }, at());
const work = (call: CallRecord) => unclaimed([call]).map(({ intent }) => intent.action);

describe('what a new host finds', () => {
  const lost: CallRecord = { ...callIn('reconnecting'), dialog: DIALOG };

  it('waits in a conversation until it is here, but for its end', () => {
    expect(work(asked(lost, 'mute'))).toEqual([]);
    expect(work(asked({ ...lost, host: HOST }, 'mute'))).toEqual(['mute']);
    const ending = beginEnd(lost, { response: 'local', endCode: null, reason: null }, at());
    expect(work(asked(ending, 'hangUp'))).toEqual(['hangUp']);
  });

  it('waits in a ring until the network rings again', () => {
    const ringing = callIn('ringing');
    expect(work(asked(ringing, 'answer'))).toEqual([]);
    expect(work(asked({ ...ringing, host: HOST }, 'answer'))).toEqual(['answer']);
  });

  it('is a call of another device to be taken, as its own work and not as one that was lost', () => {
    const taken = asked({ ...callIn('connecting'), dialog: DIALOG }, 'takeHere');
    expect(work(taken)).toEqual(['takeHere']);
    expect(orphans([taken])).toEqual([]);
  });

  it.each(['mute', 'unmute', 'hold', 'answer', 'hangUp'] as const)(
    'of what a host that hangs has left lying, has time for a %s',
    (action) => {
      const call = asked({ ...callIn('active'), host: HOST }, action);
      const deposed = overdueAt([call]) ?? Number.NaN;
      // As long again for the next host to come up and take the call up.
      expect(call.intents[0]?.deadline).toBeGreaterThanOrEqual(deposed + CLAIM_PATIENCE);
    },
  );

  it('are calls that had been answered, to be taken up with everything that was set in them', () => {
    const held = { ...lost, attributes: { ...lost.attributes, held: true } };
    expect(orphans([held, callIn('ringing'), { ...lost, host: HOST }])).toEqual([held]);
    expect(resumable(held)).toMatchObject({
      id: held.id,
      dialog: DIALOG,
      held: true,
      muted: false,
      direction: 'incoming',
    });
    expect(resumable(callIn('reconnecting'))).toBeNull();
  });
});
