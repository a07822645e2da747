import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SwitchhookError } from '../../../shared/errors.ts';
import { IceServerSource } from './iceServers.ts';

const TTL = 600;
const relay = (username: string) => ({ urls: ['turn:turn.example'], username, credential: 'c' });

beforeEach(() => vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => vi.useRealTimers());

/** A switchboard that gives numbered credentials; `down` for a while. */
function source({ servers = true, relayOnly = false } = {}) {
  const server = { asked: 0, down: false };
  const fetch = async () => {
    if (server.down) throw new SwitchhookError('noNetwork', { reason: 'gone' });
    server.asked += 1;
    return { iceServers: servers ? [relay(String(server.asked))] : [], ttl: TTL };
  };
  const ice = new IceServerSource({ fetch, relayOnly: () => relayOnly });
  const names = async () => (await ice.configuration()).iceServers?.map(({ username }) => username);
  return { server, ice, names };
}

describe('the ICE servers of a line', () => {
  it('are asked for once, however many want them', async () => {
    const { server, names } = source();
    expect(await Promise.all([names(), names()])).toEqual([['1'], ['1']]);
    vi.advanceTimersByTime((TTL / 2) * 1000 - 1);
    expect(await names()).toEqual(['1']);
    expect(server.asked).toBe(1);
  });

  it('are renewed at half of their time, and the call that notices does not wait for it', async () => {
    const { names } = source();
    await names();
    vi.advanceTimersByTime((TTL / 2) * 1000);
    expect(await names()).toEqual(['1']);
    await vi.waitFor(async () => expect(await names()).toEqual(['2']));
  });

  it('are used to their end where they cannot be renewed, and not beyond', async () => {
    const { server, names } = source();
    await names();
    server.down = true;
    vi.advanceTimersByTime(TTL * 1000 - 1);
    expect(await names()).toEqual(['1']);
    vi.advanceTimersByTime(1);
    await expect(names()).rejects.toMatchObject({ code: 'noNetwork' });
  });

  it('are all there is for calls that go through the relay only', async () => {
    expect(await source({ relayOnly: true }).ice.configuration()).toMatchObject({ iceTransportPolicy: 'relay' });
    await expect(source({ relayOnly: true, servers: false }).ice.configuration()).rejects.toMatchObject({
      code: 'noRelay',
    });
  });
});
