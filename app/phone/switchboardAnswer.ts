import { numericState } from '../../shared/calls/callInfo.ts';
import type { CallRecord } from '../../shared/calls/record.ts';
import type { Phone } from './types.ts';

/** The network has said who picked up; in the form that integrators know from OMICALL. */
export interface SwitchboardAnswer {
  actionName: 'onSwitchboardAnswer';
  data: {
    isVideo: boolean;
    status: ReturnType<typeof numericState>;
    /** Who has answered, which need not be who was called: a group, a secretary. */
    callerNumber: string;
    incoming: boolean;
    _id: string;
  };
}

/** Tells each time that somebody has answered a call of this phone's, or that it goes on with somebody else. @returns stops it */
export function onSwitchboardAnswer(
  phone: Pick<Phone, 'state' | 'subscribe'>,
  listener: (answer: SwitchboardAnswer) => void,
): () => void {
  const answererOf = (calls: readonly CallRecord[]) => new Map(calls.map(({ id, answeredBy }) => [id, answeredBy]));
  let known = answererOf(phone.state.calls);
  return phone.subscribe(() => {
    const { calls } = phone.state;
    const news = calls.filter(({ id, answeredBy }) => answeredBy !== null && known.get(id) !== answeredBy);
    known = answererOf(calls);
    for (const call of news) listener(answerOf(call));
  });
}

function answerOf(call: CallRecord): SwitchboardAnswer {
  const { id, type, direction, answeredBy } = call;
  return {
    actionName: 'onSwitchboardAnswer',
    data: {
      isVideo: type === 'video',
      status: numericState(call),
      callerNumber: answeredBy ?? '',
      incoming: direction === 'incoming',
      _id: id,
    },
  };
}
