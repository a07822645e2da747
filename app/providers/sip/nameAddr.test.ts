import { expect, test } from 'vitest';
import { parseNameAddr } from './ua.ts';

test.each([
  ['<sip:104@pbx.example>', 'sip:104@pbx.example', null],
  ['"Ben Okafor" <sip:104@pbx.example;gr=a>;x=y', 'sip:104@pbx.example;gr=a', 'Ben Okafor'],
  // As baresip writes Refer-To (RFC 3515 2.1 allows both forms).
  ['sip:104@pbx.example', 'sip:104@pbx.example', null],
  [' sip:104@pbx.example;x=y', 'sip:104@pbx.example', null],
])('%s', (value, uri, displayName) => {
  const parsed = parseNameAddr(value);
  expect({ uri: parsed?.uri.toString(), displayName: parsed?.displayName }).toEqual({ uri, displayName });
});

test.each(['', '<>', 'Ben', '<sip:104@pbx.example'])('nothing: %j', (value) => {
  expect(parseNameAddr(value)).toBeNull();
});
