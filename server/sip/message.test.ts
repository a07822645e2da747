import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SwitchhookError } from '../../shared/errors.ts';
import { headerValue, headerValues, type SipRequest } from './headers.ts';
import { parseMessage, readForRefusal, serialize } from './message.ts';

const INVITE = [
  'INVITE sip:102@switchhook.local SIP/2.0',
  'v: SIP/2.0/WS a.invalid;branch=z9hG4bK1, SIP/2.0/TLS [2001:db8::1]:5061;branch=z9hG4bK2',
  'Max-Forwards: 70',
  'f: "Mai, \\"the <boss>\\"" <sip:101@switchhook.local>;tag=a',
  't: sip:102@switchhook.local;x=y',
  'i: call-1',
  'CSeq:  7   INVITE',
  'm: <sip:a@a.invalid;transport=ws>;expires=5 , "b, c" <sip:b@b.invalid>',
  'Subject: folded',
  ' over two',
  '\tlines',
  'X-Strange: ',
  'l: 5',
  '',
  'hello',
].join('\r\n');

const change = (from: string | RegExp, to: string): string => INVITE.replace(from, to);

describe('parseMessage', () => {
  test('reads compact forms, folded lines, lists and quoted strings', () => {
    const message = parseMessage(INVITE) as SipRequest & ReturnType<typeof parseMessage>;
    expect(message).toMatchObject({ kind: 'request', method: 'INVITE', body: 'hello' });
    expect(message.envelope).toMatchObject({
      callId: 'call-1',
      cseq: { number: 7, method: 'INVITE' },
      from: { displayName: 'Mai, "the <boss>"', uri: 'sip:101@switchhook.local' },
      to: { uri: 'sip:102@switchhook.local' },
      via: { host: 'a.invalid', branch: 'z9hG4bK1', transport: 'WS' },
    });
    expect(headerValues(message, 'via')).toHaveLength(2);
    expect(headerValues(message, 'contact')).toEqual([
      '<sip:a@a.invalid;transport=ws>;expires=5',
      '"b, c" <sip:b@b.invalid>',
    ]);
    expect(headerValue(message, 'subject')).toBe('folded over two lines');
  });

  test('is undone by serialize', () => {
    const message = parseMessage(INVITE);
    expect(parseMessage(serialize(message))).toEqual({ ...message, headers: expect.any(Array) });
    expect(serialize(parseMessage(serialize(message)))).toBe(serialize(message));
  });

  test('counts the body in bytes, and lets Content-Length be absent', () => {
    expect(parseMessage(change('l: 5\r\n', '').replace('hello', 'Trần')).body).toBe('Trần');
    expect(parseMessage(change('l: 5', 'l: 6').replace('hello', 'Trần')).body).toBe('Trần');
  });

  test.each<[string, string, string]>([
    ['no empty line', 'INVITE sip:a SIP/2.0\r\n', 'message'],
    ['another protocol', change('SIP/2.0\r\n', 'HTTP/1.1\r\n'), 'request line'],
    ['a method in lower case', change('INVITE', 'invite'), 'method'],
    ['a space too many', change('INVITE ', 'INVITE  '), 'request line'],
    ['a status of two digits', change(/^INVITE.*?\r\n/u, 'SIP/2.0 20 OK\r\n'), 'status'],
    ['a status of 700', change(/^INVITE.*?\r\n/u, 'SIP/2.0 700 OK\r\n'), 'status'],
    ['a bare line feed', change('Subject: folded', 'Subject: a\nVia: b'), 'header'],
    ['a null character', change('folded', 'fol\0ded'), 'header'],
    ['a header without a name', change('Subject', ''), 'header'],
    ['a header name with a space', change('Subject', 'Sub ject'), 'header'],
    ['a continuation first', change(/SIP\/2\.0\r\n/u, 'SIP/2.0\r\n folded\r\n'), 'header'],
    ['a wrong length', change('l: 5', 'l: 4'), 'Content-Length'],
    ['a negative length', change('l: 5', 'l: -1'), 'Content-Length'],
    ['two lengths', change('l: 5', 'l: 5\r\nContent-Length: 5'), 'content-length'],
    ['two Call-IDs', change('i: call-1', 'i: call-1\r\nCall-ID: call-2'), 'call-id'],
    ['no From', change(/f: .*?\r\n/u, ''), 'from'],
    ['a From without a tag', change(';tag=a', ''), 'From'],
    ['a tag that is no token', change(';tag=a', ';tag="a b"'), 'tag'],
    ['an unterminated quote', change('"b, c"', '"b, c'), 'Contact'],
    ['a nested bracket', change('<sip:b@', '<<sip:b@'), 'Contact'],
    ['an empty list value', change(' , "b', ', , "b'), 'Contact'],
    ['a CSeq of another method', change('7   INVITE', '7 BYE'), 'CSeq'],
    ['a CSeq out of range', change('7   INVITE', '2147483648 INVITE'), 'CSeq'],
    ['a Via of RFC 2543', change('z9hG4bK1', '1'), 'Via'],
    ['a Via without a host', change('WS a.invalid', 'WS ;a=b'), 'Via'],
    ['too many headers', change('Subject: folded', 'A: b\r\n'.repeat(200)), 'header'],
    ['too many values', change('Subject: folded', `Route: ${'<sip:a>,'.repeat(200)}<sip:a>`), 'header'],
    ['too long a line', change('folded', 'x'.repeat(9000)), 'header'],
    ['too long a folded line', change('folded', `a${'\r\n bbbbbbbbbb'.repeat(1000)}`), 'header'],
  ])('refuses %s', (_what, text, field) => {
    expect(() => parseMessage(text)).toThrow(expect.objectContaining({ code: 'invalidArgument', field }));
  });
});

describe('readForRefusal', () => {
  test('finds what a 400 repeats, and nothing where there must be no answer', () => {
    expect(readForRefusal(change('l: 5', 'l: 4'))?.method).toBe('INVITE');
    expect(readForRefusal(change(/f: .*?\r\n/u, ''))).toBeUndefined();
    expect(readForRefusal(change(/^INVITE.*?\r\n/u, 'SIP/2.0 200 OK\r\n'))).toBeUndefined();
    expect(readForRefusal(INVITE.replaceAll('INVITE', 'ACK'))).toBeUndefined();
  });
});

/** Parses, and lets through only what the contract allows. */
function outcome(text: string): 'read' | 'refused' {
  readForRefusal(text);
  try {
    const message = parseMessage(text);
    expect(parseMessage(serialize(message)).envelope).toEqual(message.envelope);
    return 'read';
  } catch (error) {
    if (error instanceof SwitchhookError && error.code === 'invalidArgument') return 'refused';
    throw error;
  }
}

describe('any input', () => {
  test('random text gives a message or the typed error', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'\r\n\t :;,<>"\\@=') })),
        (text) => {
          outcome(text);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('a valid message with pieces cut, doubled, replaced or put in gives a message or the typed error', () => {
    const piece = fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.constantFrom(
        '\r\n',
        '\r',
        '\n',
        '"',
        '<',
        '>',
        ';',
        ',',
        '\\',
        '\0',
        '%',
        '%zz',
        'sip:',
        ' ',
        ':',
        '@',
        '[',
        'é',
      ),
    );
    const edit = fc.record({ at: fc.nat(INVITE.length), drop: fc.nat(12), piece });
    let read = 0;
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        const text = edits.reduce((t, e) => t.slice(0, e.at) + e.piece + t.slice(e.at + e.drop), INVITE);
        if (outcome(text) === 'read') read += 1;
      }),
      { numRuns: 1000 },
    );
    // If nothing ever passed, the mutations would test the first check only.
    expect(read).toBeGreaterThan(0);
  });

  test.each([
    ['commas', (n: number) => `Contact: ${','.repeat(n)}`],
    ['quotes', (n: number) => `Contact: ${'"'.repeat(n)}`],
    ['escapes', (n: number) => `Contact: "${'\\'.repeat(n)}`],
    ['semicolons', (n: number) => `From: <sip:a@b>${';'.repeat(n)}`],
    ['brackets', (n: number) => `Via: ${'<'.repeat(n)}`],
    ['spaces', (n: number) => `CSeq: ${' '.repeat(n)}1 INVITE`],
    ['continuations', (n: number) => `A: b${'\r\n '.repeat(n / 3)}`],
    ['header lines', (n: number) => 'a:b\r\n'.repeat(n / 5)],
    ['percent signs', (n: number) => `To: <sip:${'%'.repeat(n)}@b>`],
  ])('64 KiB of %s takes no longer than 64 KiB should', (_what, make) => {
    const text = INVITE.replace('Subject: folded', make(65_000));
    const started = process.hrtime.bigint();
    expect(outcome(text)).toBe('refused');
    // Linear work on 64 KiB is a few milliseconds; quadratic work would be four thousand million steps.
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(2000);
  });
});
