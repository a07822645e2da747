/** What a lost host leaves of a call, for the next one to take up. */

import { isPending, survivesHost } from '../calls/intents.ts';
import type { CallRecord, Intent } from '../calls/record.ts';
import { applyOutcome, end, move } from '../calls/reduce.ts';
import { note, type Origin } from '../calls/timeline.ts';
import { abandonTransfer } from '../calls/transfer.ts';

const HOST_LOST = 'The tab that held the call was closed.';

export function handOver(call: CallRecord, origin: Origin): CallRecord {
  // Without a host: an integrator's own call, or one that no host has taken on yet.
  if (call.host === null) return call;
  const handed = call.intents
    .filter(isPending)
    // What became of a transfer the lost host would have heard.
    .reduce((current, intent) => handOverIntent(current, intent, origin), abandonTransfer(call));
  if (call.state === 'ringing') return { ...note(handed, origin, 'fact', 'host lost; rings on'), host: null };
  // It is over for the person; the network may still have to be told. If the next host cannot, the deadline ends it.
  if (call.state === 'disconnecting') return { ...note(handed, origin, 'fact', 'host lost'), host: null };
  // Answered, its media still to come: with a dialog the next host takes that up as well, within the same time.
  if (call.state === 'connecting' && call.dialog) return { ...note(handed, origin, 'fact', 'host lost'), host: null };
  // There is media somewhere that the next host may be able to take up; whether it can, it says at once (2.3).
  if (call.state === 'active') return { ...move(handed, 'reconnecting', origin), host: null };
  if (call.state === 'reconnecting') return { ...note(handed, origin, 'fact', 'host lost'), host: null };
  return end(handed, { response: 'error', endCode: null, reason: HOST_LOST }, origin);
}

function handOverIntent(call: CallRecord, intent: Intent, origin: Origin): CallRecord {
  if (intent.epoch === null) return call;
  if (!survivesHost(intent.action)) {
    return applyOutcome(
      call,
      intent.id,
      { result: 'failed', at: origin.now, code: 'hostLost', reason: HOST_LOST },
      origin,
    );
  }
  const intents = call.intents.map((other) => (other.id === intent.id ? { ...other, epoch: null } : other));
  return { ...call, intents };
}
