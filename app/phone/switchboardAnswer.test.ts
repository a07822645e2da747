import { expect, it } from 'vitest';
import type { CallRecord } from '../../shared/calls/record.ts';
import { callIn, uuid, withFacts } from '../../shared/testing/samples.ts';
import { FakePhone } from '../ui/testing/fakePhone.ts';
import { onSwitchboardAnswer, type SwitchboardAnswer } from './switchboardAnswer.ts';

const dialling = callIn('dialing');
const answeredBy = (call: CallRecord, who: string) =>
  withFacts(call, { kind: 'accepted' }, { kind: 'connected' }, { kind: 'answeredBy', who });

function listen(...calls: CallRecord[]) {
  const phone = new FakePhone({ calls });
  const heard: SwitchboardAnswer['data'][] = [];
  const stop = onSwitchboardAnswer(phone, ({ data }) => heard.push(data));
  return { phone, heard, stop };
}

it('tells who has answered, once', () => {
  const { phone, heard } = listen(dialling);
  expect(heard).toEqual([]);
  phone.set({ calls: [answeredBy(dialling, '105')] });
  phone.set({ unseen: 1 });
  expect(heard).toEqual([{ isVideo: false, status: 5, callerNumber: '105', incoming: false, _id: uuid(1) }]);
});

it('tells it again when the call goes on with somebody else', () => {
  const first = answeredBy(dialling, '105');
  const { phone, heard } = listen(first);
  const peer = { handle: '106', displayName: null, avatarUrl: null, userId: null };
  const moved = withFacts(first, { kind: 'moved', providerCallId: 'z', peer });
  phone.set({ calls: [moved] });
  phone.set({ calls: [withFacts(moved, { kind: 'answeredBy', who: '105' })] });
  expect(heard).toMatchObject([{ callerNumber: '105', _id: uuid(1) }]);
});

it('tells nothing of what was so before, nor after it was stopped', () => {
  const { phone, heard, stop } = listen(answeredBy(dialling, '105'));
  phone.set({ unseen: 1 });
  stop();
  phone.set({ calls: [answeredBy(dialling, '106')] });
  expect(heard).toEqual([]);
});
