import { missedInputs, missedSince } from '../../shared/push/missed.ts';
import type { RegistryReader } from '../link/reader.ts';
import * as api from '../phone/api.ts';
import type { Commands } from '../phone/commands.ts';

/** Calls that came while everything was off, push included: asked for, and recorded as missed, once. */
export async function catchUpMissed(
  line: { account: string; device: string },
  { commands, reader }: { commands: Commands; reader: RegistryReader },
): Promise<void> {
  const { account, device } = line;
  const { settings } = await reader.snapshot();
  const missed = await api.missedCalls(missedSince(settings.caughtUp, account), device);
  const clock = { now: Date.now(), offset: settings.clockOffset };
  const inputs = missedInputs(missed, { account, clock, newId: () => crypto.randomUUID() });
  for (const input of inputs) await commands.submit(input);
}
