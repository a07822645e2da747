/** The way of a change from the worker to a tab, ours and bare; the halves of the benchmark that run inside each tab. */

import type { Load } from '../../e2e/harness/load.ts';
import { CHANNEL } from '../../shared/link/protocol.ts';
import { bareApi, oneCommand } from './benches.ts';

const now = () => performance.timeOrigin + performance.now();

/** ms that each change took to be in this tab's mirror, and that each bare message took to be here. */
export interface Ways {
  ours: number[];
  bare: number[];
}

/** Notes every arrival from now on. */
export function noteArrivals(load: Load): Ways {
  const ways: Ways = { ours: [], bare: [] };
  let sentAt = 0;
  // Created after the link's own channel: its listener has run when the mirror's has, so the time of sending comes first.
  load.link.onBroadcast((message) => {
    if (message.type === 'delta') sentAt = message.at;
  });
  load.mirror.onChange(() => ways.ours.push(now() - sentAt));
  new BroadcastChannel('bare').addEventListener('message', ({ data }: MessageEvent<{ at: number }>) => {
    ways.bare.push(now() - data.at);
  });
  return ways;
}

/** Changes and bare messages of the same size, in turns, each when the one before has long arrived. */
export async function sendChanges(load: Load, count: number): Promise<void> {
  const bare = await bareApi();
  let last: object = {};
  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener('message', ({ data }) => {
    last = data;
  });
  const rest = () => new Promise((resolve) => setTimeout(resolve, 60)); // 20 tabs on two cores take some 20 ms
  for (let index = 0; index < count; index += 1) {
    await oneCommand(load);
    await rest();
    await bare.broadcast(last);
    await rest();
  }
}
