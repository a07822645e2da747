/** The calls on my other devices: who is told of them, who may take them up, and that a call stays one call. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { LiveCall } from '../../../shared/http/calls.ts';
import { headerValue } from '../headers.ts';
import { type Established, establish, fromCallee, inDialog } from '../testing/dialogs.ts';
import type { RawClient } from '../testing/rawClient.ts';
import { expectNo } from '../testing/rings.ts';
import { describeOnBothServers } from './servers.ts';

/** Milliseconds: a PBX tells the gateway after it has passed a message on. */
const POLL = { timeout: 10_000 };

const callIdOf = ({ sent }: Pick<Established, 'sent'>) => headerValue(sent, 'call-id') ?? '';
const tagOf = (value: string | undefined) => /;tag=([^;]+)/u.exec(value ?? '')?.[1];
const replaces = ({ dialog: { callId, localTag, remoteTag } }: LiveCall) =>
  `Replaces: ${callId};to-tag=${remoteTag};from-tag=${localTag}`;

describeOnBothServers('the calls on my other devices', (server, kind) => {
  const phones = (...extensions: string[]) =>
    Promise.all(extensions.map((extension) => server.harness.phone(extension)));

  /** As a device is told of them: another one than any that talks, unless named. */
  async function live(extension: string, device: string = randomUUID()): Promise<LiveCall[]> {
    const cookie = await server.harness.logIn(extension);
    const response = await server.harness.fetch(`/api/calls/live?device=${device}`, { cookie });
    return ((await response.json()) as { calls: LiveCall[] }).calls;
  }

  /** Only this one of them: a call of an earlier test may have been left. */
  const liveOf = async (extension: string, callId: string, device?: string) =>
    (await live(extension, device)).filter(({ dialog }) => dialog.callId === callId);
  const isLive = (extension: string, callId: string, device?: string) =>
    expect.poll(async () => (await liveOf(extension, callId, device)).length, POLL);

  async function offered(extension: string, callId: string, device?: string): Promise<LiveCall> {
    await isLive(extension, callId, device).toBe(1);
    const [call] = await liveOf(extension, callId, device);
    if (!call) throw new Error('it has gone again');
    return call;
  }

  const askFor = (who: RawClient, call: LiveCall, extra = [replaces(call), 'Require: replaces']) =>
    who.sendAuthenticated('INVITE', call.dialog.target, [`Contact: <${who.gruu}>`, ...extra], 'v=0');

  /** Takes the place of a party in a dialog, from the same device or another one. */
  async function takeUp(who: RawClient, call: LiveCall, far: RawClient): Promise<Established> {
    const sent = await askFor(who, call);
    const incoming = await far.expectRequest('INVITE');
    far.respond(incoming, 200);
    const ok = await who.expectResponse(200, 'INVITE');
    return { sent, incoming, ok };
  }

  async function hangUp(who: RawClient, { sent, ok }: Pick<Established, 'sent' | 'ok'>, far: RawClient) {
    who.sendRaw(inDialog(who, sent, ok, 'BYE', 3));
    far.respond(await far.expectRequest('BYE'), 200);
    await who.expectResponse(200, 'BYE');
  }

  test('are told to both sides, each as its device sees the dialog, and to nobody else', async () => {
    const [mai, hung] = (await phones('101', '102')) as [RawClient, RawClient];
    const dialog = await establish(mai, hung);
    const [mine, theirs] = [tagOf(headerValue(dialog.sent, 'from')), tagOf(headerValue(dialog.ok, 'to'))];
    const callId = callIdOf(dialog);
    expect(await offered('101', callId)).toMatchObject({
      direction: 'outgoing',
      peer: { handle: '102' },
      device: mai.credentials.device,
      dialog: { callId, localTag: mine, remoteTag: theirs, target: hung.gruu },
    });
    expect(await offered('102', callId)).toMatchObject({
      direction: 'incoming',
      peer: { handle: '101' },
      device: hung.credentials.device,
      dialog: { callId, localTag: theirs, remoteTag: mine, target: mai.gruu },
    });
    expect(await live('103')).toEqual([]);
    expect(await liveOf('101', callId, mai.credentials.device)).toEqual([]);
    const asked = (query: string, cookie?: string) =>
      server.harness.fetch(`/api/calls/live${query}`, cookie === undefined ? {} : { cookie });
    expect((await asked(`?device=${randomUUID()}`)).status).toBe(401);
    const cookie = await server.harness.logIn('101');
    for (const query of ['', '?device=', '?device=mine', `?device=${randomUUID()}&device=${randomUUID()}`]) {
      const response = await asked(query, cookie);
      expect([response.status, await response.json()]).toMatchObject([400, { error: { code: 'invalidArgument' } }]);
    }
  });

  test('end with a BYE of either, and with nobody else’s', async () => {
    const [mai, hung, alice] = (await phones('101', '102', '103')) as [RawClient, RawClient, RawClient];
    const first = await establish(mai, hung);
    await offered('101', callIdOf(first));
    alice.sendRaw(inDialog(alice, first.sent, first.ok, 'BYE', 3).replaceAll('101@', '103@'));
    hung.respond(await hung.expectRequest('BYE'), 481);
    await alice.expectResponse(481, 'BYE');
    expect(await liveOf('101', callIdOf(first))).toHaveLength(1);
    await hangUp(mai, first, hung);
    await isLive('101', callIdOf(first)).toBe(0);
    const second = await establish(mai, hung);
    await offered('102', callIdOf(second));
    hung.sendRaw(fromCallee(hung, second, 'BYE', 1));
    mai.respond(await mai.expectRequest('BYE'), 200);
    await isLive('102', callIdOf(second)).toBe(0);
  });

  test('end with a BYE that reaches nobody: the other one has gone', async () => {
    const [mai, hung] = (await phones('101', '102')) as [RawClient, RawClient];
    const dialog = await establish(mai, hung);
    await offered('101', callIdOf(dialog));
    await server.drop(hung);
    mai.sendRaw(inDialog(mai, dialog.sent, dialog.ok, 'BYE', 3));
    await mai.expectResponse(480, 'BYE');
    await isLive('101', callIdOf(dialog)).toBe(0);
  });

  // Kamailio does not tell the gateway who is there: what is taken then is tried until the far side is back.
  if (kind === 'switchboard')
    test('are not those with somebody who has gone', async () => {
      const [mai, hung] = (await phones('101', '102')) as [RawClient, RawClient];
      const dialog = await establish(mai, hung);
      await hung.close();
      await isLive('101', callIdOf(dialog)).toBe(0);
    });

  test('that are taken up are one call: one record, which the end of the last dialog closes', async () => {
    const [mai, again, hung] = (await phones('101', '101', '102')) as [RawClient, RawClient, RawClient];
    const { board } = server.harness;
    const first = await establish(mai, hung);
    const taken = await takeUp(again, await offered('101', callIdOf(first), again.credentials.device), hung);
    expect(await offered('101', callIdOf(taken), mai.credentials.device)).toMatchObject({
      device: again.credentials.device,
    });
    expect(await liveOf('101', callIdOf(first))).toEqual([]);
    expect(await liveOf('101', callIdOf(taken), again.credentials.device)).toEqual([]);
    // The old dialog ends, from both sides at once, and no call with it.
    hung.sendRaw(fromCallee(hung, first, 'BYE', 9));
    mai.respond(await mai.expectRequest('BYE'), 200);
    await hung.expectResponse(200, 'BYE');
    await hangUp(mai, first, hung);
    expect(await liveOf('101', callIdOf(taken))).toHaveLength(1);
    expect((await board.callRecords(callIdOf(first)))[0]).toMatchObject({ endedAt: null });
    await hangUp(again, taken, hung);
    await expect.poll(async () => (await board.callRecords(callIdOf(first)))[0]?.endedAt ?? null, POLL).not.toBeNull();
    expect(await board.callRecords(callIdOf(first))).toHaveLength(1);
    expect(await board.callRecords(callIdOf(taken))).toEqual([]);
  });

  test('are refused to somebody else before the far side hears of it', async () => {
    const [mai, hung, alice] = (await phones('101', '102', '103')) as [RawClient, RawClient, RawClient];
    const call = await offered('101', callIdOf(await establish(mai, hung)));
    for (const header of [replaces(call), replaces(call).replace('Replaces', 'Switchhook-Resume')]) {
      await askFor(alice, call, [header]);
      await alice.expectResponse(403, 'INVITE');
    }
    await expectNo(hung, (message) => message.kind === 'request');
  });

  test('and that the far side knows nothing of are offered no more', async () => {
    const [mai, again, hung] = (await phones('101', '101', '102')) as [RawClient, RawClient, RawClient];
    const call = await offered('101', callIdOf(await establish(mai, hung)), again.credentials.device);
    await askFor(again, call);
    hung.respond(await hung.expectRequest('INVITE'), 481);
    await again.expectResponse(481, 'INVITE');
    await isLive('101', call.dialog.callId).toBe(0);
  });

  test('and are not there any more are missed by nobody', async () => {
    const [mai, hung] = (await phones('101', '102')) as [RawClient, RawClient];
    const dialog = await establish(mai, hung);
    const call = await offered('101', callIdOf(dialog));
    await hangUp(mai, dialog, hung);
    await server.drop(hung);
    await askFor(mai, call, [replaces(call)]);
    await mai.expectResponse(480, 'INVITE');
    const cookie = await server.harness.logIn('102');
    const missed = await server.harness.fetch(`/api/calls/missed?since=0&device=${randomUUID()}`, { cookie });
    const { calls } = (await missed.json()) as { calls: { callId: string }[] };
    expect(calls.map(({ callId }) => callId)).not.toContain(callIdOf(dialog));
  });
});
