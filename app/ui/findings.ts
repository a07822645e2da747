/** Whether a call would be noticed here, point by point: a pure function of the phone's state and of the browser. */
import type { MessageKey } from '../../shared/i18n/messages.ts';
import type { PhoneState } from '../phone/types.ts';
import type { Platform } from './platform.ts';

/** `unknown` is what nobody can say yet; it needs no mending. */
export type FindingState = 'ok' | 'problem' | 'unknown';

/** What can be done at once; `show-notifications` is the phone's own switch, the permission is the browser's. */
export type Remedy = 'enable-notifications' | 'show-notifications' | 'enable-sound' | 'enable-microphone';

type FindingId = 'notifications' | 'push' | 'link' | 'registration' | 'sound' | 'microphone' | 'buttons';

/** Messages without a placeholder. */
type FindingText = Extract<
  MessageKey,
  | `health.${FindingId}.${string}`
  | `registration.${string}`
  | `error.microphone${string}`
  | `settings.${'microphone' | 'notifications'}${string}`
  | 'health.homeScreen'
  | 'banner.connecting'
  | 'banner.linkFailed'
  | 'banner.registering'
  | 'banner.notRegistered'
  | 'banner.sound'
>;

type RemedyText = Extract<
  MessageKey,
  `settings.${'notificationsEnable' | 'notificationsOn' | 'soundEnable' | 'microphoneCheck'}` | 'health.again'
>;

export interface Finding {
  id: FindingId;
  state: FindingState;
  /** What is so, and for a problem what to do about it. */
  text: FindingText;
  remedy: { kind: Remedy; label: RemedyText } | null;
}

export type Checked = Pick<
  PhoneState,
  'notifications' | 'push' | 'link' | 'registration' | 'sound' | 'microphone' | 'settings'
>;

export function findings(state: Checked, platform: Platform): Finding[] {
  return [
    notifications(state, platform),
    push(state, platform),
    link(state),
    registration(state),
    sound(state),
    microphone(state),
    ...buttons(state, platform),
  ];
}

/** Whether calls reach this device with every tab closed: what no text may promise otherwise. */
export function reachedWhenClosed(state: Pick<Checked, 'notifications' | 'push' | 'settings'>): boolean | 'unknown' {
  if (!areShown(state)) return false;
  return state.push === 'unknown' ? 'unknown' : state.push === 'ready';
}

/** A push may not go unseen, so without notifications it rings nothing. */
const areShown = ({ notifications, settings }: Pick<Checked, 'notifications' | 'settings'>): boolean =>
  notifications === 'granted' && settings.notifications;

function notifications({ notifications, settings }: Checked, { needsHomeScreen }: Platform): Finding {
  const id = 'notifications';
  switch (notifications) {
    case 'granted':
      return settings.notifications
        ? ok(id, 'health.notifications.granted')
        : problem(id, 'health.notifications.off', 'show-notifications', 'settings.notificationsOn');
    case 'default':
      return problem(id, 'health.notifications.default', 'enable-notifications', 'settings.notificationsEnable');
    case 'denied':
      return problem(id, 'settings.notificationsDenied');
    case 'unsupported':
      return problem(id, needsHomeScreen ? 'health.homeScreen' : 'health.notifications.unsupported');
  }
}

function push(state: Checked, { needsHomeScreen }: Platform): Finding {
  const id = 'push';
  if (state.notifications === 'unsupported' || state.push === 'unsupported')
    return problem(id, needsHomeScreen ? 'health.homeScreen' : 'health.push.unsupported');
  if (!areShown(state)) return problem(id, 'health.push.needsNotifications');
  switch (state.push) {
    case 'ready':
      return ok(id, 'health.push.ready');
    case 'failed': // with the permission given, enabling subscribes again
      return problem(id, 'health.push.failed', 'enable-notifications', 'health.again');
    case 'unknown':
      return unknown(id, 'health.push.unknown');
  }
}

function link({ link }: Checked): Finding {
  if (link === 'failed') return problem('link', 'banner.linkFailed');
  return link === 'ready' ? ok('link', 'health.link.ready') : unknown('link', 'banner.connecting');
}

function registration({ registration }: Checked): Finding {
  const id = 'registration';
  switch (registration) {
    case 'registered':
      return ok(id, 'health.registration.registered');
    case 'failed':
      return problem(id, 'banner.notRegistered');
    case 'registering':
      return unknown(id, 'banner.registering');
    case 'none':
      return unknown(id, 'registration.none');
  }
}

function sound({ sound }: Checked): Finding {
  return sound === 'ready'
    ? ok('sound', 'health.sound.ready')
    : problem('sound', 'banner.sound', 'enable-sound', 'settings.soundEnable');
}

const MICROPHONE_PROBLEMS = {
  denied: 'error.microphoneDenied',
  absent: 'error.microphoneAbsent',
  inUse: 'error.microphoneInUse',
} as const;

function microphone({ microphone }: Checked): Finding {
  const id = 'microphone';
  if (microphone === 'granted') return ok(id, 'settings.microphoneGranted');
  const remedy = ['enable-microphone', 'settings.microphoneCheck'] as const;
  return microphone === 'unknown' || microphone === 'prompt'
    ? unknown(id, 'settings.microphonePrompt', ...remedy)
    : problem(id, MICROPHONE_PROBLEMS[microphone], ...remedy);
}

/** Not having them is no problem, but good to know; where there are no notifications there is nothing to say. */
function buttons({ notifications }: Checked, { maxActions }: Platform): Finding[] {
  if (notifications === 'unsupported') return [];
  return [ok('buttons', maxActions > 0 ? 'health.buttons.some' : 'health.buttons.none')];
}

const finding =
  (state: FindingState) =>
  (id: FindingId, text: FindingText, kind?: Remedy, label?: RemedyText): Finding => ({
    id,
    state,
    text,
    remedy: kind && label ? { kind, label } : null,
  });

const ok = finding('ok');
const problem = finding('problem');
const unknown = finding('unknown');
