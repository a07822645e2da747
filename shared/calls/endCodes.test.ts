import { describe, expect, it } from 'vitest';
import { callIn, withFacts } from '../testing/samples.ts';
import type { DisconnectResponse } from './disconnect.ts';
import { type Disposition, disposition, judgeEnd, type NetworkEnd, parseReason, REJECTIONS } from './endCodes.ts';

const END: NetworkEnd = {
  code: null,
  direction: 'outgoing',
  rang: true,
  answered: false,
  by: 'remote',
  reason: null,
};

/** Codes that are the network's own failure: 403 to 488, 5xx but 503, 850 to 865 (1.2). */
const FAILURES = [
  403,
  404,
  484,
  488,
  500,
  501,
  502,
  504,
  505,
  513,
  580,
  ...Array.from({ length: 16 }, (_, n) => 850 + n),
];
/** Codes that say that nobody took it. */
const NOBODY = [408, 480, 503, 600];

type Row = [what: string, end: Partial<NetworkEnd>, response: DisconnectResponse, disposition: Disposition];

const q850 = (cause: number): NetworkEnd['reason'] => ({ protocol: 'Q.850', cause });
const sip = (cause: number): NetworkEnd['reason'] => ({ protocol: 'SIP', cause });

const OUTGOING: Row[] = [
  ['no code, by us', { by: 'local' }, 'canceled', 'no_answered'],
  ['no code, by them', {}, 'remote', 'no_answered'],
  ['200 by us', { code: 200, by: 'local' }, 'local', 'no_answered'],
  ['200 by them', { code: 200 }, 'remote', 'no_answered'],
  ...FAILURES.map((code): Row => [`${code}`, { code }, 'error', 'failed']),
  ...NOBODY.map((code): Row => [`${code} after ringing`, { code }, 'remote', 'no_answered']),
  ...NOBODY.map((code): Row => [`${code} without ringing`, { code, rang: false }, 'error', 'failed']),
  ['486 without a Reason', { code: 486 }, 'busy', 'busy'],
  ['486 of cause 17', { code: 486, reason: q850(17) }, 'busy', 'busy'],
  ['486 of cause 21', { code: 486, reason: q850(21) }, 'rejected', 'rejected'],
  ['486 with a SIP cause 21, which is no Q.850', { code: 486, reason: sip(21) }, 'busy', 'busy'],
  ['603', { code: 603 }, 'rejected', 'rejected'],
  ['487', { code: 487, by: 'local' }, 'canceled', 'no_answered'],
  ['601', { code: 601 }, 'remote', 'no_answered'],
  ['602', { code: 602 }, 'remote', 'no_answered'],
  ['604 by its class', { code: 604 }, 'rejected', 'rejected'],
  ['420 by its class', { code: 420 }, 'error', 'failed'],
  ['302 by its class', { code: 302 }, 'error', 'failed'],
  ['a provisional, which ends nothing', { code: 183 }, 'unknown', 'failed'],
];

const INCOMING: Row[] = [
  ['no code, by us', { by: 'local' }, 'declined', 'rejected'],
  ['no code, by them', {}, 'canceled', 'no_answered'],
  ['200 by us', { code: 200, by: 'local' }, 'local', 'no_answered'],
  ['200 by them', { code: 200 }, 'remote', 'no_answered'],
  ...FAILURES.map((code): Row => [`${code}`, { code }, 'error', 'failed']),
  ...NOBODY.flatMap((code): Row[] => [
    [`${code}`, { code }, 'missed', 'no_answered'],
    [`${code} before we rang`, { code, rang: false }, 'missed', 'no_answered'],
  ]),
  ['486 of cause 21, that we send', { code: 486, by: 'local', reason: q850(21) }, 'declined', 'rejected'],
  ['486 of cause 17, that we send', { code: 486, by: 'local', reason: q850(17) }, 'busy', 'busy'],
  ['603, that we send', { code: 603, by: 'local' }, 'declined', 'rejected'],
  ['487 without a Reason', { code: 487 }, 'canceled', 'no_answered'],
  ['487 of SIP;cause=200', { code: 487, reason: sip(200) }, 'answeredElsewhere', 'no_answered'],
  ['487 of SIP;cause=603', { code: 487, reason: sip(603) }, 'declinedElsewhere', 'rejected'],
  ['487 of another SIP cause', { code: 487, reason: sip(600) }, 'canceled', 'no_answered'],
  ['487 with a Q.850 cause 200, which is no SIP', { code: 487, reason: q850(200) }, 'canceled', 'no_answered'],
  ['601', { code: 601 }, 'remote', 'no_answered'],
  ['602', { code: 602 }, 'answeredElsewhere', 'no_answered'],
];

const ANSWERED: Row[] = [
  ['200 by us', { code: 200, by: 'local' }, 'local', 'answered'],
  ['200 by them', { code: 200 }, 'remote', 'answered'],
  ['no code, by us', { by: 'local' }, 'local', 'answered'],
  ['no code, by them', {}, 'remote', 'answered'],
  ['601', { code: 601 }, 'remote', 'answered'],
  ['602', { code: 602 }, 'remote', 'answered'],
  ['302: it goes on on another device', { code: 302 }, 'remote', 'answered'],
  ...[408, 481, 500, 851, 856].map((code): Row => [`${code}`, { code }, 'error', 'answered']),
];

describe('what a code means (1.2)', () => {
  it.each(OUTGOING)('outgoing: %s', (_, end, response, expected) => {
    expect(judgeEnd({ ...END, ...end })).toEqual({ response, disposition: expected });
  });

  it.each(INCOMING)('incoming: %s', (_, end, response, expected) => {
    expect(judgeEnd({ ...END, direction: 'incoming', ...end })).toEqual({ response, disposition: expected });
  });

  it.each(ANSWERED)('answered: %s', (_, end, response, expected) => {
    for (const direction of ['incoming', 'outgoing'] as const)
      expect(judgeEnd({ ...END, direction, answered: true, ...end })).toEqual({ response, disposition: expected });
  });
});

describe('an answer that came too late', () => {
  const connecting = callIn('connecting');
  const ended = { kind: 'ended', by: 'remote', text: null } as const;

  it.each([
    [487, sip(200), 'answeredElsewhere'],
    [487, sip(603), 'declinedElsewhere'],
    [487, null, 'canceled'],
    [602, null, 'answeredElsewhere'],
  ] as const)('%d %o after our answer, before the media: %s', (code, reason, response) => {
    expect(withFacts(connecting, { ...ended, code, reason }).disconnect).toMatchObject({ response, endCode: code });
  });

  it('is judged so by no other code', () => {
    expect(withFacts(connecting, { ...ended, code: 480, reason: null }).disconnect?.response).toBe('error');
  });
});

describe('what we send', () => {
  it.each([
    ['here', 486, { protocol: 'Q.850', cause: 21 }, 'declined'],
    ['everywhere', 603, null, 'declined'],
    ['busy', 486, { protocol: 'Q.850', cause: 17 }, 'busy'],
  ] as const)('%s is %d, and reads back as what it is', (kind, code, reason, response) => {
    const sent = REJECTIONS[kind];
    expect(sent.code).toBe(code);
    expect(parseReason(sent.reason)).toEqual(reason);
    expect(judgeEnd({ ...END, code, reason, direction: 'incoming', by: 'local' }).response).toBe(response);
  });
});

describe('disposition', () => {
  it('is answered for an answered call, however it ended', () => {
    expect(disposition('error', true)).toBe('answered');
    expect(disposition('error', false)).toBe('failed');
  });
});

describe('parseReason (RFC 3326)', () => {
  it.each([
    ['SIP;cause=200', sip(200)],
    ['SIP ;cause=200 ;text="Call completed elsewhere"', sip(200)],
    ['sip; Cause = 603', sip(603)],
    ['Q.850;cause=16;text="Terminated"', q850(16)],
    ['Q.850;text="first";cause=17', q850(17)],
    ['SIP;cause=200, Q.850;cause=16', sip(200)],
    ['Q.850;text="a,b";cause=17', q850(17)],
    ['Q.850;cause=17;text=";cause=21"', q850(17)],
    ['Q.850;text="\\";cause=21";cause=17', q850(17)],
    ['Q.850;cause=17;cause=21', q850(17)],
  ])('reads %s', (header, reason) => expect(parseReason(header)).toEqual(reason));

  it.each([
    null,
    undefined,
    '',
    'SIP',
    'SIP;text="no cause"',
    'SIP;cause=',
    'SIP;cause=abc',
    'SIP;cause=-1',
    'SIP;cause=200x',
    'SIP;cause=99999',
    'SIPS;cause=200',
    'Q1850;cause=17',
    'preemption;cause=1',
    'SIP;text="unclosed;cause=200',
    'SIP;text="ends in a backslash\\',
    'SIP,;cause=200',
    'X-SIP;cause=200',
    '\u0000;cause=1',
  ])('finds none in %j', (header) => expect(parseReason(header)).toBeNull());

  // Linear work on 100,000 characters takes a millisecond; quadratic would take minutes.
  it.each([';', ' ', '"', '\\', '"\\', ';cause', ';cause=', 'SIP;', ';cause=1 '])(
    'is not slowed down by 100,000 times %j',
    { timeout: 1_000 },
    (part) => {
      expect(parseReason(`SIP;${part.repeat(100_000)}x`)?.cause ?? 1).toBe(1);
      expect(parseReason(`SIP${part.repeat(100_000)}x`)?.cause ?? 1).toBe(1);
    },
  );
});
