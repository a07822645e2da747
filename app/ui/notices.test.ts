import { describe, expect, it } from 'vitest';
import { ask, refusal, settle } from '../../shared/calls/intents.ts';
import { note } from '../../shared/calls/timeline.ts';
import { SwitchhookError } from '../../shared/errors.ts';
import { DEFAULT_SETTINGS } from '../../shared/registry/decide.ts';
import { at, callIn, DIALOG, NOW, uuid, withFacts } from '../../shared/testing/samples.ts';
import { announcements, titleFor } from './announcements.ts';
import { noticesFor } from './notices.ts';

const user = { extension: '101', displayName: 'Ann', avatarUrl: null, userId: 'u101' };

const quiet: Parameters<typeof noticesFor>[0] = {
  link: 'ready',
  session: { user, domain: 'example.test', ringSeconds: 45, relay: false },
  registration: 'registered',
  sound: 'ready',
  notifications: 'granted',
  microphone: 'granted',
  settings: { ...DEFAULT_SETTINGS, language: 'en' },
  calls: [],
  role: 'host',
  elsewhere: [],
  problem: null,
};

const ids = (changes: Partial<typeof quiet>) => noticesFor({ ...quiet, ...changes }).map((notice) => notice.id);

describe('noticesFor', () => {
  it('says nothing while all is well', () => {
    expect(ids({})).toEqual([]);
  });

  it('says where a call is that can be taken here, and whose, in both languages', () => {
    const talking = { ...callIn('active'), dialog: DIALOG };
    expect(ids({ role: 'guest', calls: [talking] })).toEqual(['otherTab']);
    expect(ids({ role: 'host', calls: [talking] })).toEqual([]);
    expect(ids({ role: 'guest', calls: [callIn('ringing')] })).toEqual([]);
    const peer = { handle: '102', displayName: 'Bob' };
    const elsewhere = [{ direction: 'incoming', peer, device: uuid(5), dialog: DIALOG, answeredAt: NOW } as const];
    const told = (language: 'en' | 'vi') =>
      noticesFor({ ...quiet, elsewhere, settings: { ...quiet.settings, language } }).map(({ text, action }) => [
        text,
        action,
      ]);
    expect(told('en')).toEqual([
      ['You are talking to Bob on another device.', { event: 'take-here', label: 'Take the call here' }],
    ]);
    expect(told('vi')).toEqual([
      ['Bạn đang nói chuyện với Bob trên thiết bị khác.', { event: 'take-here', label: 'Nghe tại đây' }],
    ]);
    expect(ids({ elsewhere, calls: [talking] })).toEqual([]);
  });

  it('puts what went wrong first', () => {
    const problem = new SwitchhookError('maxCalls', { reason: 'test' });
    expect(ids({ problem, registration: 'failed', sound: 'blocked', notifications: 'default' })).toEqual([
      'problem',
      'registration',
      'sound',
      'notifications',
    ]);
  });

  it('speaks of the microphone once', () => {
    const problem = new SwitchhookError('microphoneDenied', { reason: 'test' });
    expect(ids({ problem, microphone: 'denied' })).toEqual(['microphone']);
    expect(ids({ problem })).toEqual(['problem']);
  });

  it('does not blame the network while the phone itself is not there', () => {
    expect(ids({ link: 'failed', registration: 'none' })).toEqual(['link']);
  });

  it('asks for nothing before the log-in, and not for notifications during a call', () => {
    expect(ids({ session: null, sound: 'blocked', notifications: 'default', registration: 'none' })).toEqual([]);
    expect(ids({ notifications: 'default', calls: [callIn('active')] })).toEqual([]);
  });

  it('offers to hear a call whose sound the browser blocks, and to turn on sound before there is one', () => {
    const action = (calls: typeof quiet.calls) => noticesFor({ ...quiet, sound: 'blocked', calls })[0];
    expect(action([callIn('connecting')])).toMatchObject({
      level: 'error',
      text: 'Your browser blocks the sound of this call. Tap to hear it.',
      action: { event: 'enable-sound', label: 'Hear the call' },
    });
    expect(action([callIn('ringing')])).toMatchObject({ level: 'hint', action: { label: 'Turn on sound' } });
  });

  it('says what is missed while notifications are off, and offers to turn them on', () => {
    const [notice] = noticesFor({ ...quiet, notifications: 'default' });
    expect(notice?.text).toMatch(/none reach you with this page closed/u);
    expect(notice?.action?.event).toBe('enable-notifications');
  });

  it('does not ask again for notifications that were refused', () => {
    expect(ids({ notifications: 'denied' })).toEqual([]);
  });
});

const CARL = { handle: '103', displayName: 'Carl', avatarUrl: null, userId: null };
const HELD = withFacts(callIn('active', { id: uuid(2) }), { kind: 'attributes', changes: { held: true } });

describe('titleFor', () => {
  it.each([
    [[callIn('ringing')], 0, '(1) Incoming call – Bob'],
    [[callIn('active')], 2, 'Bob – Switchhook'],
    [[callIn('active', { peer: CARL }), HELD], 0, 'Carl – Switchhook'],
    [[HELD, callIn('active', { peer: CARL })], 0, 'Carl – Switchhook'],
    [[], 2, '(2) Switchhook'],
    [[], 0, 'Switchhook'],
  ])('calls %#', (calls, unseen, title) => {
    expect(titleFor({ calls, unseen }, 'en')).toBe(title);
  });
});

const REFUSED = { result: 'failed', at: NOW, code: 'signalling', reason: 'test' } as const;

describe('announcements', () => {
  it('tells each change once', () => {
    const first = announcements(new Map(), { calls: [callIn('ringing')], justEnded: [] }, 'en', NOW);
    expect(first.news).toEqual(['Incoming audio call, Bob']);
    const same = announcements(first.told, { calls: [callIn('ringing')], justEnded: [] }, 'en', NOW);
    expect(same.news).toEqual([]);
    const answered = announcements(same.told, { calls: [callIn('active')], justEnded: [] }, 'en', NOW);
    expect(answered.news).toEqual(['Connected, Bob']);
    const ended = announcements(answered.told, { calls: [], justEnded: [callIn('disconnected')] }, 'en', NOW);
    expect(ended.news).toEqual(['Call ended, Bob']);
  });

  it('does not tell the end of a call that it never told of', () => {
    expect(announcements(new Map(), { calls: [], justEnded: [callIn('disconnected')] }, 'en', NOW).news).toEqual([]);
  });

  it('tells who wanted to answer it why that came too late', () => {
    const over = withFacts(callIn('ringing'), { kind: 'disconnected', response: 'canceled', endCode: null });
    const late = note(over, at(), 'refused', refusal('answer', 'disconnected'));
    const { told, news } = announcements(new Map(), { calls: [], justEnded: [late] }, 'en', NOW);
    expect(news).toEqual(['The caller hung up, Bob. The caller hung up before your answer arrived.']);
    expect(announcements(told, { calls: [], justEnded: [late] }, 'en', NOW).news).toEqual([]);
  });

  it('tells a failure once, and whose call it was', () => {
    const failed = settle(ask(callIn('active'), { id: uuid(7), action: 'hold' }, at()), uuid(7), REFUSED, at());
    const first = announcements(new Map(), { calls: [callIn('active')], justEnded: [] }, 'en', NOW);
    const told = announcements(first.told, { calls: [failed], justEnded: [] }, 'en', NOW);
    expect(told.news).toEqual(['Bob: Hold did not work: The phone network could not do that. Try again.']);
    expect(announcements(told.told, { calls: [failed], justEnded: [] }, 'en', NOW).news).toEqual([]);
  });
});
