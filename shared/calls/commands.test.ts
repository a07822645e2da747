import { describe, expect, it } from 'vitest';
import { ACTIONS, actionFromWire, DTMF_DIGITS } from './commands.ts';

/** The wire strings of 1.4: notifications that are on screens use them, so they never change. */
const WIRE = {
  none: 'none',
  answer: 'answer',
  decline: 'decline',
  hangUp: 'hang-up',
  dismiss: 'dismiss',
  callback: 'callback',
  switchVideo: 'switch-video',
  switchAudio: 'switch-audio',
  switchScreenShare: 'switch-screenshare',
  mute: 'mute',
  unmute: 'unmute',
  hold: 'hold',
  unhold: 'unhold',
  silence: 'silence',
  disableVideo: 'disable-video',
  enableVideo: 'enable-video',
  holdAndAnswer: 'hold-and-answer',
  endAndAnswer: 'end-and-answer',
  swap: 'swap',
  answerWithVideo: 'answer-with-video',
  declineEverywhere: 'decline-everywhere',
};

describe('wire strings (1.4)', () => {
  it('are those of the specification', () => expect(ACTIONS).toEqual(WIRE));

  it.each(Object.entries(WIRE))('%s reads back from %s', (action, wire) => expect(actionFromWire(wire)).toBe(action));

  it.each(['', 'Answer', 'hangUp', 'toString', '__proto__', 'answer '])('%j is none of ours', (wire) =>
    expect(actionFromWire(wire)).toBeNull(),
  );
});

describe('DTMF digits (RFC 4733)', () => {
  it.each(['0', '123456789*#', 'ABCD', '1'.repeat(32)])('%s', (digits) => expect(digits).toMatch(DTMF_DIGITS));

  it.each(['', 'E', 'a', '1 2', '1,2', '1\n', '1'.repeat(33), '１'])('%j is not', (digits) =>
    expect(digits).not.toMatch(DTMF_DIGITS),
  );
});
