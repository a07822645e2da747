/** The states of a call and the moves between them. Everything else about a call (mute, hold, …) is an attribute. */

export const CALL_STATES = [
  'initiated',
  'ringing',
  'dialing',
  'connecting',
  'active',
  'reconnecting',
  'disconnecting',
  'disconnected',
] as const;

/** `ringing` is incoming only, `dialing` outgoing only; `connecting` is answered with the media still to come. */
export type CallState = (typeof CALL_STATES)[number];

const TRANSITIONS: Readonly<Record<CallState, readonly CallState[]>> = {
  initiated: ['dialing', 'ringing', 'disconnecting', 'disconnected'],
  dialing: ['connecting', 'active', 'disconnecting', 'disconnected'],
  ringing: ['connecting', 'active', 'disconnecting', 'disconnected'],
  connecting: ['active', 'disconnecting', 'disconnected'],
  active: ['reconnecting', 'disconnecting', 'disconnected'],
  reconnecting: ['active', 'disconnecting', 'disconnected'],
  disconnecting: ['disconnected'],
  disconnected: [],
};

/** The states in which a call may come into being: ours, reported incoming, reported ongoing, taken over here. */
export const ENTRY_STATES = ['initiated', 'ringing', 'active', 'connecting'] as const satisfies readonly CallState[];
export type EntryState = (typeof ENTRY_STATES)[number];

export function canMove(from: CallState, to: CallState): boolean {
  return TRANSITIONS[from].includes(to);
}

/** Terminal: nothing follows. */
export function isOver(state: CallState): boolean {
  return state === 'disconnected';
}

/** Live: a person can still do something with it; not being torn down, not over. */
export function isLive(state: CallState): boolean {
  return state !== 'disconnecting' && state !== 'disconnected';
}

/** Whether the call has been answered and not ended: the states in which there is, or is about to be, media. */
export function isAnswered(state: CallState): boolean {
  return state === 'connecting' || state === 'active' || state === 'reconnecting';
}
