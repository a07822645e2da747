import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LiveCall } from '../../shared/http/calls.ts';
import { headerValue } from './headers.ts';
import { type Established, establish, inDialog } from './testing/dialogs.ts';
import { Harness } from './testing/harness.ts';
import type { RawClient } from './testing/rawClient.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start();
});
afterEach(() => harness.stop());

const OTHER_DEVICE = '00000000-0000-4000-8000-00000000beef';

async function live(extension: string, device = OTHER_DEVICE): Promise<LiveCall[]> {
  const cookie = await harness.logIn(extension);
  const response = await harness.fetch(`/api/calls/live?device=${device}`, { cookie });
  return ((await response.json()) as { calls: LiveCall[] }).calls;
}

const replaces = ({ dialog: { callId, localTag, remoteTag } }: LiveCall) =>
  `Replaces: ${callId};to-tag=${remoteTag};from-tag=${localTag}`;

/** Takes the place of the caller in a dialog, from the same device or another one. */
async function takeUp(who: RawClient, call: LiveCall, far: RawClient): Promise<Established> {
  const sent = await who.sendAuthenticated(
    'INVITE',
    call.dialog.target,
    [`Contact: <${who.gruu}>`, replaces(call), 'Require: replaces'],
    'v=0',
  );
  const incoming = await far.expectRequest('INVITE');
  far.respond(incoming, 200);
  const ok = await who.expectResponse(200, 'INVITE');
  return { sent, incoming, ok };
}

const phones = (...extensions: string[]) => Promise.all(extensions.map((extension) => harness.phone(extension)));

describe('the calls on my other devices', () => {
  test('are told to both sides, each as its device sees the dialog, and to nobody else', async () => {
    const [mai, hung] = (await phones('101', '102')) as [RawClient, RawClient];
    const { sent, ok } = await establish(mai, hung);
    const tag = (value: string | undefined) => /;tag=([^;]+)/u.exec(value ?? '')?.[1];
    const [mine, theirs] = [tag(headerValue(sent, 'from')), tag(headerValue(ok, 'to'))];
    const callId = headerValue(sent, 'call-id');
    expect(await live('101')).toMatchObject([
      {
        direction: 'outgoing',
        peer: { handle: '102' },
        device: mai.credentials.device,
        dialog: { callId, localTag: mine, remoteTag: theirs, target: hung.gruu },
      },
    ]);
    expect(await live('102')).toMatchObject([
      { direction: 'incoming', peer: { handle: '101' }, dialog: { callId, localTag: theirs, remoteTag: mine } },
    ]);
    expect(await live('103')).toEqual([]);
    expect(await live('101', mai.credentials.device)).toEqual([]);
    expect((await harness.fetch(`/api/calls/live?device=${OTHER_DEVICE}`)).status).toBe(401);
  });

  test('end with a BYE of theirs, and with nobody else’s', async () => {
    const [mai, hung, alice] = (await phones('101', '102', '103')) as [RawClient, RawClient, RawClient];
    const { sent, ok } = await establish(mai, hung);
    const forged = inDialog(mai, sent, ok, 'BYE', 3).replaceAll('101@', '103@');
    alice.sendRaw(forged);
    await alice.settle();
    expect(await live('101')).toHaveLength(1);
    mai.sendRaw(inDialog(mai, sent, ok, 'BYE', 3));
    await hung.expectRequest('BYE');
    expect(await live('101')).toEqual([]);
  });

  test('are not those with somebody who has gone', async () => {
    const [mai, hung] = (await phones('101', '102')) as [RawClient, RawClient];
    await establish(mai, hung);
    await hung.close();
    await expect.poll(() => live('101')).toEqual([]);
  });
});

describe('a call that is taken up', () => {
  test('is one call: one record, which the end of the last dialog closes', async () => {
    const [mai, again, hung] = (await phones('101', '101', '102')) as [RawClient, RawClient, RawClient];
    const { sent } = await establish(mai, hung);
    const [call] = await live('101', again.credentials.device);
    if (!call) throw new Error('there is no call');
    const taken = await takeUp(again, call, hung);
    expect(await live('101', again.credentials.device)).toEqual([]);
    expect(await live('101', mai.credentials.device)).toMatchObject([{ device: again.credentials.device }]);
    const first = headerValue(sent, 'call-id') ?? '';
    // The old dialog ends, and no call with it.
    hung.sendRaw(
      hung.request('BYE', mai.gruu, [
        `From: ${headerValue(taken.incoming, 'to')};tag=x`,
        `To: <sip:101@switchhook.local>;tag=y`,
        `Call-ID: ${first}`,
        'CSeq: 9 BYE',
      ]),
    );
    await mai.expectRequest('BYE');
    expect((await harness.board.callRecords(first))[0]).toMatchObject({ endedAt: null });
    again.sendRaw(inDialog(again, taken.sent, taken.ok, 'BYE', 3));
    await hung.expectRequest('BYE');
    const [record, ...more] = await harness.board.callRecords(first);
    expect(record?.endedAt).not.toBeNull();
    expect(more).toEqual([]);
    expect(await harness.board.callRecords(headerValue(taken.sent, 'call-id') ?? '')).toEqual([]);
  });

  test('by somebody else is refused before the far side hears of it', async () => {
    const [mai, hung, alice] = (await phones('101', '102', '103')) as [RawClient, RawClient, RawClient];
    await establish(mai, hung);
    const [call] = await live('101');
    if (!call) throw new Error('there is no call');
    for (const header of [replaces(call), replaces(call).replace('Replaces', 'Switchhook-Resume')]) {
      await alice.sendAuthenticated('INVITE', call.dialog.target, [`Contact: <${alice.gruu}>`, header], 'v=0');
      expect((await alice.expectResponse(403, 'INVITE')).reason).toBe('Not a party of this call');
    }
    await hung.settle();
    expect(hung.has((message) => message.kind === 'request' && message.method === 'INVITE')).toBe(false);
  });

  test('and is not there any more is missed by nobody', async () => {
    const [mai, hung] = (await phones('101', '102')) as [RawClient, RawClient];
    const { sent, ok } = await establish(mai, hung);
    const [call] = await live('101');
    if (!call) throw new Error('there is no call');
    mai.sendRaw(inDialog(mai, sent, ok, 'BYE', 3));
    await hung.expectRequest('BYE');
    await hung.close();
    await mai.sendAuthenticated('INVITE', call.dialog.target, [`Contact: <${mai.gruu}>`, replaces(call)], 'v=0');
    await mai.expectResponse(480, 'INVITE');
    const cookie = await harness.logIn('102');
    const missed = await harness.fetch(`/api/calls/missed?since=0&device=${OTHER_DEVICE}`, { cookie });
    expect(((await missed.json()) as { calls: unknown[] }).calls).toEqual([]);
  });
});
