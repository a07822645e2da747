/**
 * Intents that touch two calls, as steps in a fixed order (1.4): hold first, and if that is refused nothing is answered; if
 * the answer fails, the first call is taken back. Everything else is one step.
 */

import type { CallRecord, Intent } from '../../shared/calls/record.ts';
import { isAnswered, isLive } from '../../shared/calls/states.ts';
import { SwitchhookError } from '../../shared/errors.ts';
import type { Provider } from '../providers/provider.ts';
import { carryOut, providerCall } from './intents.ts';
import type { Reports } from './reports.ts';

export interface Stage {
  provider: Provider;
  reports: Pick<Reports, 'fact'>;
  /** The calls as they are now. */
  calls(): Iterable<CallRecord>;
}

export function perform(stage: Stage, call: CallRecord, intent: Intent): Promise<void> {
  switch (intent.action) {
    // Two conversations are never heard at once: whoever dials, answers or takes a call up holds the one that is heard.
    case 'dial':
    case 'answer':
    case 'unhold':
    case 'takeHere':
      return holding(stage, heardBeside(stage, call), () => one(stage, call, intent));
    case 'holdAndAnswer':
      return holding(stage, other(stage, intent), () => stage.provider.answer(providerCall(call)));
    case 'endAndAnswer':
      return endAndAnswer(stage, call, other(stage, intent));
    case 'swap':
      return swap(stage, call, other(stage, intent));
    case 'transfer':
      return handingOn(stage, call, () => one(stage, call, intent));
    case 'attendedTransfer':
      return handingOn(stage, call, () => connect(stage, call, other(stage, intent)));
    default:
      return one(stage, call, intent);
  }
}

const one = ({ provider }: Stage, call: CallRecord, intent: Intent) => carryOut(provider, call, intent);

function heardBeside({ calls }: Stage, call: CallRecord): CallRecord | undefined {
  return [...calls()].find(({ id, state, attributes }) => id !== call.id && isAnswered(state) && !attributes.held);
}

/** The other call, which the intent names; undefined when it has ended meanwhile, and nothing has to be done about it. */
function other({ calls }: Stage, { argument }: Intent): CallRecord | undefined {
  return [...calls()].find(({ id, state }) => id === argument && isLive(state));
}

async function setHeld({ provider, reports }: Stage, call: CallRecord, held: boolean): Promise<void> {
  if (!provider.setHeld) throw new SwitchhookError('notSupported', { reason: 'This line cannot hold calls.' });
  await provider.setHeld(providerCall(call), held);
  await reports.fact({ id: call.id }, { kind: 'attributes', changes: { held } });
}

/** Holds the first call, then goes on; if the hold is refused nothing goes on, if what follows fails the first is taken back. */
async function holding(stage: Stage, first: CallRecord | undefined, then: () => Promise<void>): Promise<void> {
  // A call that only rings, or is being dialled, has nothing to hold.
  const toHold = first && isAnswered(first.state) && !first.attributes.held ? first : undefined;
  if (toHold) await setHeld(stage, toHold, true);
  try {
    await then();
  } catch (error) {
    if (toHold) await setHeld(stage, toHold, false);
    throw error;
  }
}

async function endAndAnswer({ provider }: Stage, ringing: CallRecord, first: CallRecord | undefined): Promise<void> {
  if (first?.state === 'ringing') await provider.reject(providerCall(first), 'here');
  else if (first) await provider.hangUp(providerCall(first));
  await provider.answer(providerCall(ringing));
}

/** Who is handed on waits on hold (RFC 5589 6.1), and is taken back where it fails: unless somebody has hung up meanwhile. */
async function handingOn(stage: Stage, call: CallRecord, then: () => Promise<void>): Promise<void> {
  const toHold = !call.attributes.held && stage.provider.setHeld !== undefined;
  if (toHold) await setHeld(stage, call, true);
  try {
    await then();
  } catch (error) {
    const still = [...stage.calls()].find(({ id }) => id === call.id);
    if (toHold && still && isAnswered(still.state) && !heardBeside(stage, call)) await setHeld(stage, call, false);
    throw error;
  }
}

function connect({ provider }: Stage, call: CallRecord, second: CallRecord | undefined): Promise<void> {
  if (!second) throw new SwitchhookError('callNotFound', { reason: 'The other call is over.' });
  if (!provider.attendedTransfer)
    throw new SwitchhookError('notSupported', { reason: 'This line cannot connect two calls.' });
  return provider.attendedTransfer(providerCall(call), providerCall(second));
}

/** The one that is heard is held first: for a moment neither is heard, never both. */
function swap(stage: Stage, call: CallRecord, second: CallRecord | undefined): Promise<void> {
  const calls = second ? [call, second] : [call];
  const waiting = calls.find(({ attributes }) => attributes.held);
  const takeUp = async () => {
    if (waiting) await setHeld(stage, waiting, false);
  };
  return holding(
    stage,
    calls.find(({ attributes }) => !attributes.held),
    takeUp,
  );
}
