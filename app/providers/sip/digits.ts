/** Keypad digits: in the media (RFC 4733), which tells nothing of their fate, or by INFO, which the far side answers. */

import { SwitchhookError } from '../../../shared/errors.ts';
import { insideOf, type RTCSession, sendTones } from './ua.ts';

/** ms of a tone. RFC 4733 asks for 40 at least; towards 8 kHz peers Chromium sends shorter ones than 400 wrongly. */
const TONE = 400;

/** ms an answer may take: a person who gets none presses again, and is told before the intent itself times out (5 s). */
const PATIENCE = 4_000;

/**
 * One INFO after the other: JsSIP's own tell nobody that they got lost.
 * @throws SwitchhookError `signalling`: the rest is not sent either
 */
export async function sendDigits(session: RTCSession, digits: string, transport: 'rtp' | 'info'): Promise<void> {
  if (transport === 'rtp') return sendTones(session, digits, TONE);
  for (const digit of digits) await inform(session, digit);
}

/** The form that Cisco began with, `application/dtmf-relay`: there is no RFC of it. */
function inform(session: RTCSession, digit: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => {
      clearTimeout(timer);
      reject(new SwitchhookError('signalling', { reason }));
    };
    const timer = setTimeout(() => fail('The far side did not answer.'), PATIENCE);
    insideOf(session).sendRequest('INFO', {
      extraHeaders: ['Content-Type: application/dtmf-relay'],
      body: `Signal=${digit}\r\nDuration=${TONE}`,
      eventHandlers: {
        onSuccessResponse: () => {
          clearTimeout(timer);
          resolve();
        },
        onErrorResponse: (response) => fail(`The far side answered ${response?.status_code}.`),
        onTransportError: () => fail('The connection to the switchboard was lost.'),
        onRequestTimeout: () => fail('The far side did not answer.'),
        onDialogError: (response) => fail(`The far side answered ${response?.status_code}.`),
      },
    });
  });
}
