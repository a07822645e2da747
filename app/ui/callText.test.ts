import { describe, expect, it } from 'vitest';
import { ask } from '../../shared/calls/intents.ts';
import { applyOutcome } from '../../shared/calls/reduce.ts';
import { at, callIn, uuid, withFacts } from '../../shared/testing/samples.ts';
import { endedBecause } from './callText.ts';

const FAILED = { kind: 'disconnected', response: 'error', endCode: null } as const;

describe('why a call ended', () => {
  it('says what kept it from being dialled', () => {
    const asked = ask(callIn('initiated'), { id: uuid(9), action: 'dial' }, at());
    const outcome = { result: 'failed', at: at().now, code: 'noRelay', reason: 'none' } as const;
    const failed = withFacts(applyOutcome(asked, uuid(9), outcome, at()), FAILED);
    expect(endedBecause(failed, 'en')).toMatch(/through the relay only/u);
    expect(endedBecause(failed, 'vi')).toMatch(/máy chủ chuyển tiếp/u);
  });

  it('says nothing where nobody knows more', () => {
    expect(endedBecause(withFacts(callIn('active'), FAILED), 'en')).toBeNull();
    expect(endedBecause(callIn('disconnected'), 'en')).toBeNull();
  });
});
