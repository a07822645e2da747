import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../shared/registry/decide.ts';
import { type Checked, findings, reachedWhenClosed } from './findings.ts';
import { type Platform, platformOf } from './platform.ts';

const WELL: Checked = {
  notifications: 'granted',
  push: 'ready',
  link: 'ready',
  registration: 'registered',
  sound: 'ready',
  microphone: 'granted',
  settings: DEFAULT_SETTINGS,
};

const OFF = { ...DEFAULT_SETTINGS, notifications: false };
const COMPUTER: Platform = { maxActions: 2, needsHomeScreen: false };
const IPHONE_TAB: Platform = { maxActions: 0, needsHomeScreen: true };

/** One finding as a line: its state, what it says, and what it offers. */
function line(id: string, changes: Partial<Checked>, platform = COMPUTER): string | undefined {
  const found = findings({ ...WELL, ...changes }, platform).find((each) => each.id === id);
  return found && [found.state, found.text, found.remedy?.kind].filter(Boolean).join(' ');
}

describe('findings', () => {
  it('finds all well, in the order in which it matters', () => {
    const found = findings(WELL, COMPUTER);
    expect(found.map(({ id }) => id)).toEqual([
      'notifications',
      'push',
      'link',
      'registration',
      'sound',
      'microphone',
      'buttons',
    ]);
    expect(new Set(found.map(({ state }) => state))).toEqual(new Set(['ok']));
    expect(found.filter(({ remedy }) => remedy)).toEqual([]);
  });

  it.each([
    [{}, 'ok health.notifications.granted'],
    [{ settings: OFF }, 'problem health.notifications.off show-notifications'],
    [{ notifications: 'default' }, 'problem health.notifications.default enable-notifications'],
    [{ notifications: 'default', settings: OFF }, 'problem health.notifications.default enable-notifications'],
    [{ notifications: 'denied' }, 'problem settings.notificationsDenied'],
    [{ notifications: 'unsupported' }, 'problem health.notifications.unsupported'],
  ] as const)('notifications %o: %s', (changes, expected) => {
    expect(line('notifications', changes)).toBe(expected);
  });

  it.each([
    [{}, 'ok health.push.ready'],
    [{ push: 'unknown' }, 'unknown health.push.unknown'],
    [{ push: 'failed' }, 'problem health.push.failed enable-notifications'],
    [{ push: 'unsupported' }, 'problem health.push.unsupported'],
    [{ notifications: 'unsupported', push: 'unknown' }, 'problem health.push.unsupported'],
    [{ notifications: 'default', push: 'unknown' }, 'problem health.push.needsNotifications'],
    [{ notifications: 'denied', push: 'ready' }, 'problem health.push.needsNotifications'],
    [{ settings: OFF }, 'problem health.push.needsNotifications'],
  ] as const)('push %o: %s', (changes, expected) => {
    expect(line('push', changes)).toBe(expected);
  });

  it('sends an iPhone to its home screen, for notifications and for push', () => {
    const tab = { notifications: 'unsupported', push: 'unknown' } as const;
    expect(line('notifications', tab, IPHONE_TAB)).toBe('problem health.homeScreen');
    expect(line('push', tab, IPHONE_TAB)).toBe('problem health.homeScreen');
    expect(line('push', { push: 'unsupported' }, IPHONE_TAB)).toBe('problem health.homeScreen');
  });

  it.each([
    ['link', { link: 'connecting' }, 'unknown banner.connecting'],
    ['link', { link: 'failed' }, 'problem banner.linkFailed'],
    ['registration', { registration: 'none' }, 'unknown registration.none'],
    ['registration', { registration: 'registering' }, 'unknown banner.registering'],
    ['registration', { registration: 'failed' }, 'problem banner.notRegistered'],
    ['sound', { sound: 'blocked' }, 'problem banner.sound enable-sound'],
    ['microphone', { microphone: 'unknown' }, 'unknown settings.microphonePrompt enable-microphone'],
    ['microphone', { microphone: 'prompt' }, 'unknown settings.microphonePrompt enable-microphone'],
    ['microphone', { microphone: 'denied' }, 'problem error.microphoneDenied enable-microphone'],
    ['microphone', { microphone: 'absent' }, 'problem error.microphoneAbsent enable-microphone'],
    ['microphone', { microphone: 'inUse' }, 'problem error.microphoneInUse enable-microphone'],
  ] as const)('%s %o: %s', (id, changes, expected) => {
    expect(line(id, changes)).toBe(expected);
  });

  it('tells what a tap does where notifications have no buttons, and nothing where there are none', () => {
    expect(line('buttons', {})).toBe('ok health.buttons.some');
    expect(line('buttons', {}, { ...COMPUTER, maxActions: 0 })).toBe('ok health.buttons.none');
    expect(line('buttons', { notifications: 'unsupported' })).toBeUndefined();
  });
});

describe('reachedWhenClosed', () => {
  it.each([
    [{}, true],
    [{ push: 'unknown' }, 'unknown'],
    [{ push: 'failed' }, false],
    [{ push: 'unsupported' }, false],
    [{ notifications: 'default', push: 'unknown' }, false],
    [{ notifications: 'denied' }, false],
    [{ settings: OFF }, false],
  ] as const)('%o: %s', (changes, expected) => {
    expect(reachedWhenClosed({ ...WELL, ...changes })).toBe(expected);
  });
});

describe('platformOf', () => {
  const iPhone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1';
  const macintosh = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Safari/605.1.15';
  const linux = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36';

  it.each([
    ['an iPhone tab', iPhone, 5, false, true],
    ['an iPhone app of the home screen', iPhone, 5, true, false],
    ['an iPad, which says Macintosh', macintosh, 5, false, true],
    ['a Macintosh', macintosh, 0, false, false],
    ['a touch screen with Linux', linux, 10, false, false],
  ])('%s', (_, userAgent, maxTouchPoints, standalone, needsHomeScreen) => {
    expect(platformOf({ userAgent, maxTouchPoints, standalone, maxActions: 2 })).toEqual({
      maxActions: 2,
      needsHomeScreen,
    });
  });

  it('takes no word on buttons for none', () => {
    const seen = { userAgent: linux, maxTouchPoints: 0, standalone: false, maxActions: undefined };
    expect(platformOf(seen).maxActions).toBe(0);
  });
});
