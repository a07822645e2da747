import * as v from 'valibot';
import { SwitchhookError } from './errors.ts';

/**
 * The value as the schema describes it.
 * @throws SwitchhookError `invalidArgument`, with `field` naming the first thing that was wrong; the value itself is
 * not quoted, it may hold a secret.
 */
export function parse<S extends v.GenericSchema>(schema: S, value: unknown, what: string): v.InferOutput<S> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const issue = result.issues[0];
  const field = v.getDotPath(issue) ?? '';
  throw new SwitchhookError('invalidArgument', {
    reason: `${what}${field ? `.${field}` : ''}: expected ${issue.expected ?? issue.type}, got ${kindOf(issue.input)}`,
    field: field || what,
  });
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}
