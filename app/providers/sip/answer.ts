import { SwitchhookError } from '../../../shared/errors.ts';
import { withOurConnection } from './peerConnection.ts';
import type { EndEvent, RTCSession } from './ua.ts';

/** Resolves when our answer has been sent. @throws SwitchhookError `signalling` when the session ends first */
export function answer(session: RTCSession, mediaStream: MediaStream, pcConfig: RTCConfiguration): Promise<void> {
  return new Promise((resolve, reject) => {
    const ended = ({ cause }: EndEvent) =>
      reject(new SwitchhookError('signalling', { reason: `The call ended: ${cause}.` }));
    session.on('accepted', () => resolve());
    session.on('failed', ended);
    session.on('ended', ended);
    withOurConnection(() => session.answer({ mediaStream, pcConfig }));
  });
}
