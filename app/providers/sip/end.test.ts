import { describe, expect, it } from 'vitest';
import { endFact, NO_SOUND, type SessionEnd } from './end.ts';

const bye = (reason: string | null, changes: Partial<SessionEnd> = {}): SessionEnd => ({
  originator: 'remote',
  cause: 'Terminated',
  message: { status: null, method: 'BYE', reason, text: null },
  asked: null,
  rejectedWith: null,
  ...changes,
});

describe('a BYE', () => {
  it('is a normal end by the far side', () => {
    expect(endFact(bye(null))).toMatchObject({ kind: 'ended', by: 'remote', code: 200 });
    expect(endFact(bye('Q.850;cause=16'))).toMatchObject({ kind: 'ended', by: 'remote', code: 200 });
  });

  it('that tells of lost media is no hanging up', () => {
    expect(endFact(bye('SIP ;cause=408; text="No media"'))).toEqual(NO_SOUND);
  });
});
