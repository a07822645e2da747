/** What a person should know about the phone now: a pure function of its state, the most important first. */
import { canMove } from '../../shared/calls/dialog.ts';
import { isAnswered } from '../../shared/calls/states.ts';
import type { ErrorCode, SwitchhookError } from '../../shared/errors.ts';
import { errorText, type MessageKey, text } from '../../shared/i18n/messages.ts';
import { actionText } from '../../shared/i18n/notifications.ts';
import type { PhoneState } from '../phone/types.ts';
import type { PlainEvent } from './element.ts';

export interface Notice {
  /** The same for the same thing: it can be sent away by this name. */
  id: string;
  level: 'progress' | 'hint' | 'error';
  text: string;
  action: { event: PlainEvent; label: string } | null;
  dismissable: boolean;
}

type Seen = Pick<
  PhoneState,
  | 'link'
  | 'session'
  | 'registration'
  | 'sound'
  | 'notifications'
  | 'microphone'
  | 'settings'
  | 'calls'
  | 'role'
  | 'elsewhere'
> & { problem: SwitchhookError | null };

export function noticesFor(state: Seen): Notice[] {
  const found = [problem(state), link(state)];
  if (state.session)
    found.push(elsewhere(state), registration(state), microphone(state), sound(state), notifications(state));
  return found.filter((notice) => notice !== null);
}

const MICROPHONE_CODES = {
  denied: 'microphoneDenied',
  absent: 'microphoneAbsent',
  inUse: 'microphoneInUse',
} as const satisfies Partial<Record<PhoneState['microphone'], ErrorCode>>;

function microphoneCode({ microphone }: Seen): ErrorCode | null {
  return microphone === 'denied' || microphone === 'absent' || microphone === 'inUse'
    ? MICROPHONE_CODES[microphone]
    : null;
}

function problem(state: Seen): Notice | null {
  const code = state.problem?.code;
  // The microphone has a notice of its own, which stays until it works.
  if (!code || code === microphoneCode(state)) return null;
  const { language } = state.settings;
  return { id: 'problem', level: 'error', text: errorText(language, code), action: null, dismissable: true };
}

function link({ link, settings }: Seen): Notice | null {
  if (link === 'ready') return null;
  const failed = link === 'failed';
  return plain('link', failed ? 'error' : 'progress', settings, failed ? 'banner.linkFailed' : 'banner.connecting');
}

function registration({ registration, settings, link }: Seen): Notice | null {
  if (registration === 'registered' || link !== 'ready') return null;
  const lost = registration === 'failed';
  return plain(
    'registration',
    lost ? 'error' : 'progress',
    settings,
    lost ? 'banner.notRegistered' : 'banner.registering',
  );
}

function microphone(state: Seen): Notice | null {
  const code = microphoneCode(state);
  if (!code) return null;
  const { language } = state.settings;
  const label = text(language, 'banner.checkMicrophone');
  const action = { event: 'enable-microphone', label } as const;
  return { id: 'microphone', level: 'error', text: errorText(language, code), action, dismissable: true };
}

function sound({ sound, settings, calls }: Seen): Notice | null {
  if (sound === 'ready') return null;
  const talking = calls.some(({ state }) => isAnswered(state));
  const label = text(settings.language, talking ? 'banner.hear' : 'banner.enableSound');
  const said = plain('sound', talking ? 'error' : 'hint', settings, talking ? 'banner.soundOfCall' : 'banner.sound');
  return { ...said, action: { event: 'enable-sound', label } };
}

/** A call that another tab holds, or another device, can be taken here. */
function elsewhere({ calls, role, elsewhere: [other], settings }: Seen): Notice | null {
  const { language } = settings;
  const action = { event: 'take-here', label: actionText(language, 'takeHere') } as const;
  if (role === 'guest' && canMove(calls)) return { ...plain('otherTab', 'hint', settings, 'banner.otherTab'), action };
  if (!other || calls.length > 0) return null;
  const name = other.peer.displayName || other.peer.handle;
  const words = text(language, 'banner.otherDevice', { name });
  return { id: `device ${other.dialog.callId}`, level: 'hint', text: words, action, dismissable: true };
}

/** Asked for in quiet moments only, and not again once it was refused: the settings tell how to mend that. */
function notifications({ notifications, settings, calls }: Seen): Notice | null {
  if (notifications !== 'default' || calls.length > 0) return null;
  const label = text(settings.language, 'banner.enableNotifications');
  const action = { event: 'enable-notifications', label } as const;
  return { ...plain('notifications', 'hint', settings, 'banner.notifications'), action, dismissable: true };
}

function plain(
  id: string,
  level: Notice['level'],
  { language }: PhoneState['settings'],
  key: Extract<MessageKey, `banner.${string}`>,
): Notice {
  return { id, level, text: text(language, key), action: null, dismissable: false };
}
