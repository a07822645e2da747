/** What a person can ask of a call. Notifications and buttons ask in the same words. */

/** Every action, by its wire string (the `action` of a notification button, the argument of `perform`). */
export const ACTIONS = {
  none: 'none',
  answer: 'answer',
  decline: 'decline',
  hangUp: 'hang-up',
  dismiss: 'dismiss',
  callback: 'callback',
  switchVideo: 'switch-video',
  switchAudio: 'switch-audio',
  switchScreenShare: 'switch-screenshare',
  mute: 'mute',
  unmute: 'unmute',
  hold: 'hold',
  unhold: 'unhold',
  silence: 'silence',
  disableVideo: 'disable-video',
  enableVideo: 'enable-video',
  holdAndAnswer: 'hold-and-answer',
  endAndAnswer: 'end-and-answer',
  swap: 'swap',
  answerWithVideo: 'answer-with-video',
  declineEverywhere: 'decline-everywhere',
} as const;

export type CallAction = keyof typeof ACTIONS;
export type WireAction = (typeof ACTIONS)[CallAction];

const BY_WIRE = new Map<string, CallAction>(Object.entries(ACTIONS).map(([name, wire]) => [wire, name as CallAction]));

/** The action of a wire string; null for a string that is none of ours. */
export function actionFromWire(wire: string): CallAction | null {
  return BY_WIRE.get(wire) ?? null;
}

/** Actions on one call that take no argument. */
export type SimpleAction = Exclude<CallAction, 'none'>;

/** A command: an action on a call, or something that needs more than the call. */
export type CallCommand =
  | { kind: SimpleAction }
  | { kind: 'dtmf'; digits: string }
  | { kind: 'transfer'; target: string }
  | { kind: 'attendedTransfer'; with: string }
  | { kind: 'merge'; with: string }
  | { kind: 'takeHere' }
  | { kind: 'switchCamera' };

export type CommandKind = CallCommand['kind'];

/** Numbers that can be dialled, as the directory has them (`extension` in shared/http/api.ts). */
export const DIALABLE = /^[0-9*#+]{1,32}$/u;

/** DTMF as telephones send it: RFC 4733 3.2 events 0 to 15. */
export const DTMF_DIGITS = /^[0-9*#A-D]{1,32}$/u;
