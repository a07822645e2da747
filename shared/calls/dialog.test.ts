import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callIn, DIALOG } from '../testing/samples.ts';
import {
  afterAttempt,
  type CallDialog,
  canMove,
  FAR_RELOAD,
  isMeant,
  RESUME_BUDGET,
  RESUME_EVERY,
  type ResumeAttempt,
  replaces,
} from './dialog.ts';

/** The same dialog from the other end. */
const seenFromThere = (dialog: CallDialog): CallDialog => ({
  ...dialog,
  localTag: dialog.remoteTag,
  remoteTag: dialog.localTag,
});

describe('a Replaces', () => {
  it('names the tags as the one sees them who gets it (RFC 3891 6.1)', () => {
    expect(replaces(DIALOG)).toBe('abc@example.test;to-tag=theirs;from-tag=ours');
  });

  it('is recognised by the other end of the dialog, and by no other dialog', () => {
    expect(isMeant(seenFromThere(DIALOG), replaces(DIALOG))).toBe(true);
    expect(isMeant(DIALOG, replaces(DIALOG))).toBe(false);
    expect(isMeant({ ...seenFromThere(DIALOG), callId: 'other' }, replaces(DIALOG))).toBe(false);
  });
});

describe('calls go to another tab', () => {
  const talking = { ...callIn('active'), dialog: DIALOG };

  it.each([
    ['one in conversation', [talking], true],
    ['beside one that rings', [talking, callIn('ringing')], true],
    ['beside one that is over', [talking, callIn('disconnected')], true],
    ['beside one that is being dialled', [talking, callIn('dialing')], false],
    ['one that nobody could take up', [callIn('active')], false],
    ['one that only rings: it rings at every host', [callIn('ringing')], false],
    ['none', [], false],
  ])('%s: %#', (_, calls, expected) => expect(canMove(calls)).toBe(expected));
});

const FIRST: ResumeAttempt = { by: 'replaces', status: 481, dialled: true, elapsed: 30, unknownFor: 0 };
const next = (changes: Partial<ResumeAttempt>) => afterAttempt({ ...FIRST, ...changes }, RESUME_BUDGET);

describe('after an attempt to take a call up', () => {
  it('a far side that knows no such dialog is called again by whoever once dialled, and waited for by the other', () => {
    expect(next({})).toEqual({ do: 'ask', by: 'header', after: 0 });
    expect(next({ by: 'header' })).toEqual({ do: 'ask', by: 'header', after: RESUME_EVERY });
    expect(next({ dialled: false })).toEqual({ do: 'ask', by: 'replaces', after: RESUME_EVERY });
    for (const dialled of [true, false]) expect(next({ dialled, unknownFor: FAR_RELOAD })).toEqual({ do: 'giveUp' });
  });

  it.each([null, 404, 408, 480, 503])('%s: it may be coming back', (status) => {
    expect(next({ status })).toEqual({ do: 'ask', by: 'replaces', after: RESUME_EVERY });
    expect(next({ status, elapsed: RESUME_BUDGET })).toEqual({ do: 'giveUp' });
  });

  it('is refused for good, but for the moment before its own answer was acknowledged', () => {
    expect(next({ status: 403 })).toEqual({ do: 'ask', by: 'replaces', after: RESUME_EVERY });
    expect(next({ status: 403, elapsed: 600 })).toEqual({ do: 'giveUp' });
    for (const status of [420, 486, 488, 603]) expect(next({ status })).toEqual({ do: 'giveUp' });
  });

  it('ends within the budget whatever comes', () => {
    const status = fc.option(fc.integer({ min: 300, max: 699 }));
    const attempt = fc.record({ status, dialled: fc.boolean(), took: fc.nat(2_000) });
    fc.assert(
      fc.property(fc.infiniteStream(attempt), (attempts) => {
        let [elapsed, by, unknownSince] = [0, 'replaces' as ResumeAttempt['by'], null as number | null];
        for (const { took, ...given } of attempts) {
          elapsed += took + 1; // nothing is answered in no time
          if (given.status === 481) unknownSince ??= elapsed;
          const unknownFor = unknownSince === null ? null : elapsed - unknownSince;
          const step = afterAttempt({ ...given, by, elapsed, unknownFor }, RESUME_BUDGET);
          if (step.do === 'giveUp') return;
          ({ by } = step);
          elapsed += step.after;
          expect(elapsed).toBeLessThan(RESUME_BUDGET + 2_500);
        }
      }),
    );
  });
});
