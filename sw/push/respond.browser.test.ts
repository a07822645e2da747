/** Clicks on the notification of a ring that came by push: what the switchboard hears of them, and what comes of its answer. */

import { afterEach, describe, expect, it } from 'vitest';
import type { CallAction } from '../../shared/calls/commands.ts';
import { CLAIM_LEASE } from '../../shared/calls/deadlines.ts';
import type { CallRecord } from '../../shared/calls/record.ts';
import type { IntentReport, RegistryInput, Submission } from '../../shared/registry/input.ts';
import { MAI, RING, ring } from '../../shared/testing/pushes.ts';
import { NOW, uuid } from '../../shared/testing/samples.ts';
import { removeOpened, ringing } from '../registry/testing/opened.ts';
import { release, respond } from './respond.ts';
import { PushWorker } from './testing/pushWorker.ts';

afterEach(removeOpened);

const partsOf = ({ store, core }: PushWorker) => ({ database: () => store.database.get(), outbox: core.outbox });

/** A call that rings by push; the switchboard has heard that it does. */
async function rung(): Promise<{ worker: PushWorker; call: CallRecord }> {
  const worker = await PushWorker.loggedIn();
  await worker.push(ring());
  const [call] = (await worker.store.contents()).live;
  if (!call) throw new Error('there is no call');
  worker.asked.length = 0;
  return { worker, call };
}

const command = (callId: string, kind: 'answer' | 'decline'): RegistryInput => ({
  kind: 'command',
  callId,
  command: { kind },
});

describe('a click', () => {
  it.each<[CallAction, string, object]>([
    ['answer', 'answer', { release: false }],
    ['answerWithVideo', 'answer', { release: false }],
    ['decline', 'decline', { everywhere: false }],
    ['declineEverywhere', 'decline', { everywhere: true }],
  ])('on %s is said', async (action, said, body) => {
    const { worker, call } = await rung();
    await respond(call.id, action, partsOf(worker));
    expect(worker.asked).toMatchObject([{ action: said, body, token: `Bearer ${ring().respond.token}` }]);
  });

  it.each<CallAction>(['silence', 'callback', 'dismiss'])(
    'on %s is not the switchboard\u2019s business',
    async (action) => {
      const { worker, call } = await rung();
      await respond(call.id, action, partsOf(worker));
      expect(worker.asked).toEqual([]);
    },
  );

  it('on a call that came by a socket is its host\u2019s to say', async () => {
    const { worker } = await rung();
    const other = ringing({ providerCallId: 'other', account: '102', peer: MAI });
    await worker.store.submit(other);
    await respond(other.callId, 'decline', partsOf(worker));
    expect(worker.asked).toEqual([]);
  });
});

describe('the switchboard\u2019s answer', () => {
  it('to a decline ends the call', async () => {
    const { worker, call } = await rung();
    await worker.store.submit(command(call.id, 'decline'));
    await respond(call.id, 'decline', partsOf(worker));
    const { live, history } = await worker.store.contents();
    expect(live).toEqual([]);
    expect(history).toMatchObject([{ id: call.id, disconnect: { response: 'declined' } }]);
    expect(worker.list.rings).toBe(0);
  });

  it('to an answer that comes too late makes it a missed call', async () => {
    const { worker, call } = await rung();
    await worker.store.submit(command(call.id, 'answer'));
    worker.answer = async () => new Response(null, { status: 410 });
    await respond(call.id, 'answer', partsOf(worker));
    const { live, history } = await worker.store.contents();
    expect(live).toEqual([]);
    expect(history).toMatchObject([{ id: call.id, disconnect: { response: 'missed' } }]);
  });

  it('to a ring that is over there ends it here', async () => {
    const worker = await PushWorker.loggedIn();
    worker.answer = async () => new Response(null, { status: 410 });
    await worker.push(ring());
    expect(worker.list.rings).toBe(0);
    expect((await worker.store.contents()).history).toMatchObject([{ disconnect: { response: 'missed' } }]);
  });
});

describe('an answer that failed here', () => {
  const FAILED: IntentReport = { result: 'failed', code: 'microphoneAbsent', reason: 'There is none.' };

  /** What the host says became of what was asked, as a tab submits it. */
  async function settled(kind: 'answer' | 'decline', outcome: IntentReport): Promise<PushWorker> {
    const { worker, call } = await rung();
    const { outcome: asked } = await worker.store.submit(command(call.id, kind), uuid(700));
    expect(asked.ok).toBe(true);
    const input = { kind: 'settle', callId: call.id, intentId: uuid(700), outcome, epoch: 1 } as const;
    const submission: Submission = { id: uuid(701), tab: uuid(900), source: 'provider', input };
    await release(submission, partsOf(worker));
    return worker;
  }

  it('is given back', async () => {
    const worker = await settled('answer', FAILED);
    expect(worker.asked).toMatchObject([{ action: 'answer', body: { release: true } }]);
  });

  it('is not, where it was carried out', async () => {
    expect((await settled('answer', { result: 'fulfilled' })).asked).toEqual([]);
  });

  it('is not, where something else failed', async () => {
    expect((await settled('decline', FAILED)).asked).toEqual([]);
  });

  it('is given back where the switchboard agreed to it only after the ring', async () => {
    const { worker, call } = await rung();
    worker.store.now = NOW + RING - 1;
    await worker.store.submit(command(call.id, 'answer'), uuid(700));
    worker.answer = async () => {
      worker.store.now = NOW + RING + 1;
      return Response.json({ state: 'claimed', until: NOW + RING + CLAIM_LEASE });
    };
    await respond(call.id, 'answer', partsOf(worker));
    const input = { kind: 'settle', callId: call.id, intentId: uuid(700), outcome: FAILED, epoch: 1 } as const;
    await release({ id: uuid(701), tab: uuid(900), source: 'provider', input }, partsOf(worker));
    expect(worker.asked.at(-1)?.body).toEqual({ release: true });
  });

  it.each([
    ['as long as the claim may last, past the ring', CLAIM_LEASE - 1, 1],
    ['no longer: nothing waits for it', CLAIM_LEASE, 0],
  ])('is given back %s', async (_, past, times) => {
    const { worker, call } = await rung();
    await worker.store.submit(command(call.id, 'answer'), uuid(700));
    worker.store.now = NOW + RING + past;
    const input = { kind: 'settle', callId: call.id, intentId: uuid(700), outcome: FAILED, epoch: 1 } as const;
    await release({ id: uuid(701), tab: uuid(900), source: 'provider', input }, partsOf(worker));
    expect(worker.asked).toHaveLength(times);
  });
});
