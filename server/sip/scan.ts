/**
 * The few scanners that SIP headers need. Each looks at every character once: no regular expression over input from the
 * network, so the time is linear in its length whatever it holds.
 */
import { SwitchhookError } from '../../shared/errors.ts';

export function malformed(field: string, reason: string): SwitchhookError {
  return new SwitchhookError('invalidArgument', { reason: `${field}: ${reason}`, field });
}

/** The parts of `value` between separators that stand outside quoted strings and angle brackets, trimmed. */
export function splitOutside(value: string, separator: ',' | ';', field: string): string[] {
  const parts: string[] = [];
  let quoted = false;
  let bracketed = false;
  let start = 0;
  for (let i = 0; i < value.length; i++) {
    const c = value[i];
    if (quoted) {
      if (c === '\\') i++;
      else if (c === '"') quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === '<') {
      if (bracketed) throw malformed(field, 'nested angle bracket');
      bracketed = true;
    } else if (c === '>') {
      if (!bracketed) throw malformed(field, 'unmatched angle bracket');
      bracketed = false;
    } else if (c === separator && !bracketed) {
      parts.push(value.slice(start, i).trim());
      start = i + 1;
    }
  }
  if (quoted) throw malformed(field, 'unterminated quoted string');
  if (bracketed) throw malformed(field, 'unterminated angle bracket');
  parts.push(value.slice(start).trim());
  return parts;
}

/** RFC 3261 25.1 token: the characters of header names, methods, parameter names and tags. */
export function isToken(text: string): boolean {
  if (text.length === 0) return false;
  for (let i = 0; i < text.length; i++) if (!isTokenCode(text.charCodeAt(i))) return false;
  return true;
}

const TOKEN_MARKS = new Set([..."-.!%*_+`'~"].map((c) => c.charCodeAt(0)));

function isTokenCode(code: number): boolean {
  return isAlphanumericCode(code) || TOKEN_MARKS.has(code);
}

export function isAlphanumericCode(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}

/** A whole number of at most ten digits, within `max`; undefined when the text is anything else. */
export function parseDigits(text: string, max: number): number | undefined {
  if (text.length === 0 || text.length > 10) return undefined;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) return undefined;
  }
  const value = Number(text);
  return value <= max ? value : undefined;
}

/** The text inside a quoted-string, its escapes undone; anything else as it is. */
export function unquote(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text;
  let out = '';
  for (let i = 1; i < text.length - 1; i++) {
    if (text[i] === '\\' && i + 1 < text.length - 1) i++;
    out += text[i];
  }
  return out;
}

/** A quoted-string (RFC 3261 25.1) that says `text`; control characters become spaces. */
export function quote(text: string): string {
  let out = '"';
  for (const c of text) {
    const code = c.charCodeAt(0);
    if (code < 32 || code === 127) out += ' ';
    else out += c === '"' || c === '\\' ? `\\${c}` : c;
  }
  return `${out}"`;
}

/**
 * `;name=value` parameters. Names are lower-cased, values keep their quotes off; a repeated name is refused, since two
 * readers could disagree on which of them counts.
 */
export function parseParams(parts: readonly string[], field: string): Map<string, string> {
  const params = new Map<string, string>();
  for (const part of parts) {
    const equals = part.indexOf('=');
    const name = (equals < 0 ? part : part.slice(0, equals)).trim().toLowerCase();
    if (!isToken(name)) throw malformed(field, 'parameter name expected');
    if (params.has(name)) throw malformed(field, `parameter ${name} is repeated`);
    params.set(name, equals < 0 ? '' : unquote(part.slice(equals + 1).trim()));
  }
  return params;
}
