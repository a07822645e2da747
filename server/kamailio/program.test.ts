import { expect, test } from 'vitest';
import { Program } from './program.ts';

test('a program that cannot be run is said to be so, and nothing waits for its end', async () => {
  const listeners = process.listenerCount('exit');
  const started = Program.start('/no/such/program', [], { ready: () => Promise.resolve(true), stopSignal: 'SIGTERM' });
  await expect(started).rejects.toMatchObject({ code: 'internal', reason: '/no/such/program cannot be run' });
  expect(process.listenerCount('exit')).toBe(listeners);
});
