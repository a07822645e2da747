import { expect, it } from 'vitest';
import { SwitchhookError } from '../../shared/errors.ts';
import type { Session } from '../../shared/http/api.ts';
import { SessionFinder } from './session.ts';

const user = { userId: '1', username: '101', displayName: 'Mai', extension: '101', avatarUrl: null };
const SESSION: Session = { user, domain: 'example.com', ringSeconds: 45, relay: false };

/** A switchboard that answers each question when the test says so. */
function switchboard() {
  const answers: { resolve(session: Session | null): void; reject(error: SwitchhookError): void }[] = [];
  const ask = () => new Promise<Session | null>((resolve, reject) => answers.push({ resolve, reject }));
  const finder = new SessionFinder({ state: { problem: null }, set: () => undefined } as never, ask);
  return { finder, answers };
}

it('is said once, though it was asked for by two, in whatever order the answers come', async () => {
  const { finder, answers } = switchboard();
  const [first, second] = [finder.find(), finder.find()];
  answers[1]?.resolve(SESSION);
  answers[0]?.resolve(SESSION);
  expect(await Promise.all([first, second])).toEqual([undefined, SESSION]);
});

it('is no question any more once somebody has logged in, whatever the answer', async () => {
  const { finder, answers } = switchboard();
  const [answered, refused] = [finder.find(), finder.find()];
  finder.stop();
  answers[0]?.resolve(null);
  answers[1]?.reject(new SwitchhookError('internal', { reason: 'gone' }));
  expect(await Promise.all([answered, refused])).toEqual([undefined, undefined]);
});

it('is null where nobody is, and what the switchboard refuses is thrown', async () => {
  const { finder, answers } = switchboard();
  const nobody = finder.find();
  answers[0]?.resolve(null);
  expect(await nobody).toBeNull();
  const refused = finder.find();
  answers[1]?.reject(new SwitchhookError('notAllowed', { reason: 'no' }));
  await expect(refused).rejects.toMatchObject({ code: 'notAllowed' });
});
