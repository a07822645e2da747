import { describe, expect, it } from 'vitest';
import { DISCONNECT_RESPONSES } from '../calls/disconnect.ts';
import { disconnectText, endReason } from './endReasons.ts';

/** The codes of the table in spec 1.2. */
const CODES = [200, 403, 404, 408, 480, 486, 487, 500, 503, 600, 601, 602, 603];
const OPERATOR = Array.from({ length: 16 }, (_, index) => 850 + index);
const UNKNOWN = endReason(999, 'en');

describe('endReason', () => {
  it.each([...CODES, ...OPERATOR])('%d has its own words in both languages', (code) => {
    expect(endReason(code, 'en')).not.toBe(UNKNOWN);
    expect(endReason(code, 'vi')).not.toBe(endReason(code, 'en'));
  });

  it('tells the operator codes apart', () => {
    expect(new Set(OPERATOR.map((code) => endReason(code, 'en'))).size).toBe(OPERATOR.length);
    expect(new Set(OPERATOR.map((code) => endReason(code, 'vi'))).size).toBe(OPERATOR.length);
  });

  it.each([
    [302, 'The number has moved.'],
    [420, 'The network could not set up the call.'],
    [504, 'The phone network had an error. Try again later.'],
    [606, 'The call was refused.'],
    [0, UNKNOWN],
    [866, UNKNOWN],
  ])('%d, which has no words of its own, is judged by its class', (code, words) => {
    expect(endReason(code, 'en')).toBe(words);
  });
});

describe('disconnectText', () => {
  it.each([
    ['remote', 'outgoing', false, 'No answer'],
    ['remote', 'outgoing', true, 'Call ended'],
    ['local', 'outgoing', false, 'Canceled'],
    ['local', 'incoming', true, 'Call ended'],
    ['busy', 'outgoing', false, 'Busy'],
    ['rejected', 'outgoing', false, 'Declined'],
    ['declined', 'incoming', false, 'You declined'],
    ['canceled', 'incoming', false, 'The caller hung up'],
    ['missed', 'incoming', false, 'Missed call'],
    ['busy', 'incoming', false, 'Missed while you were busy'],
    ['answeredElsewhere', 'incoming', false, 'Answered on another device'],
    ['declinedElsewhere', 'incoming', false, 'Declined on another device'],
    ['error', 'outgoing', true, 'The call failed'],
  ] as const)('%s, %s, answered %s: %s', (response, direction, answered, words) => {
    expect(disconnectText('en', { response, direction, answered })).toBe(words);
  });

  it('has words for everything in Vietnamese too', () => {
    for (const response of DISCONNECT_RESPONSES) {
      for (const direction of ['incoming', 'outgoing'] as const) {
        const ending = { response, direction, answered: false };
        expect(disconnectText('vi', ending)).not.toBe(disconnectText('en', ending));
      }
    }
  });
});
