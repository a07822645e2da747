import * as v from 'valibot';
import { parse } from '../../shared/validate.ts';

/** What another gateway has to know to go on with a call: a row of pbx_calls holds it as JSON. */
const pbxFacts = v.object({
  from: v.string(),
  to: v.string(),
  device: v.optional(v.string()),
  only: v.optional(v.string()),
  video: v.boolean(),
  /** Milliseconds since the epoch. */
  createdAt: v.number(),
  expiresAt: v.number(),
  /** Of its call record. */
  recordId: v.string(),
  /** Somebody has claimed it: nobody else is to be woken. */
  claimed: v.boolean(),
});

export type PbxFacts = v.InferOutput<typeof pbxFacts>;

const fromJson = v.pipe(v.string(), v.parseJson(), pbxFacts);

/** @throws SwitchhookError `invalidArgument` */
export function readFacts(json: string): PbxFacts {
  return parse(fromJson, json, 'facts');
}
