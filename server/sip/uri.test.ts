import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SwitchhookError } from '../../shared/errors.ts';
import { quote, unquote } from './scan.ts';
import { parseNameAddr, parseUri } from './uri.ts';

describe('parseUri', () => {
  test('reads user, host, port and parameters', () => {
    const uri = parseUri('SIP:10%31:secret@Switchhook.Local:5060;transport=ws;gr=urn:uuid:1%32;lr?x=y');
    expect(uri).toMatchObject({ scheme: 'sip', user: '101', host: 'switchhook.local', port: 5060 });
    expect([...uri.params]).toEqual([
      ['transport', 'ws'],
      ['gr', 'urn:uuid:12'],
      ['lr', ''],
    ]);
  });

  test('keeps a semicolon in the user apart from the parameters', () => {
    expect(parseUri('sip:a;b=c@d.example;e')).toMatchObject({ user: 'a;b=c', host: 'd.example' });
  });

  test('reads an IPv6 host', () => {
    expect(parseUri('sip:[2001:DB8::1]:5060')).toMatchObject({ host: '[2001:db8::1]', port: 5060, user: '' });
  });

  test.each([
    'tel:101',
    'sip:',
    'sip:@a',
    'sip:a@b@c',
    'sip:a b@c',
    'sip:a@[::1',
    'sip:a@b:port',
    'sip:a@b:99999',
    'sip:%0d%0a@b',
    'sip:%zz@b',
    'sip:a@b;x=1;x=2',
    'sip:é@b',
    'sip:a@b"',
    'sip:a@b;=',
  ])('refuses %s', (text) => {
    expect(() => parseUri(text)).toThrow(expect.objectContaining({ code: 'invalidArgument' }));
  });

  test('gives a URI or the typed error for anything', () => {
    const part = fc.constantFrom('sip:', '@', ':', ';', '=', '%', '[', ']', '?', 'a', '9', '.', '"', '\0');
    fc.assert(
      fc.property(
        fc.array(part).map((parts) => `sip:${parts.join('')}`),
        (text) => {
          try {
            parseUri(text);
            parseNameAddr(text, 'From');
          } catch (error) {
            expect(error).toBeInstanceOf(SwitchhookError);
          }
        },
      ),
    );
  });
});

describe('parseNameAddr', () => {
  test.each([
    ['<sip:a@b>;tag=1', '', 'sip:a@b', '1'],
    ['"A \\"<B>; C" <sip:a@b;x=y>;tag=2', 'A "<B>; C', 'sip:a@b;x=y', '2'],
    ['Alice <sip:a@b> ; tag=3', 'Alice', 'sip:a@b', '3'],
    ['sip:a@b;tag=4', '', 'sip:a@b', '4'],
  ])('reads %s', (text, displayName, uri, tag) => {
    const found = parseNameAddr(text, 'From');
    expect(found).toMatchObject({ displayName, uri });
    expect(found.params.get('tag')).toBe(tag);
  });

  test.each(['', '<>', 'a>', '"a"', '<sip:a', '<sip:a@b>;tag=1;tag=2', '<sip:a@b>;;'])('refuses %j', (text) => {
    expect(() => parseNameAddr(text, 'From')).toThrow(expect.objectContaining({ field: 'From' }));
  });
});

test('quote and unquote are inverse for visible text, and a quoted name cannot end its header', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(unquote(quote(text))).toBe(text);
    }),
  );
  expect(quote('a\r\nVia: b')).toBe('"a  Via: b"');
});
