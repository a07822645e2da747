/**
 * The phone as the screens see it: read-only state and the few things a person can do. Screens never reach behind it, and
 * whoever builds a screen of their own needs nothing else.
 */

import type { CallCommand, CommandKind } from '../../shared/calls/commands.ts';
import type { CallRecord } from '../../shared/calls/record.ts';
import type { SwitchhookError } from '../../shared/errors.ts';
import type { DemoAccounts, Session, User } from '../../shared/http/api.ts';
import type { LiveCall } from '../../shared/http/calls.ts';
import type { Devices } from '../../shared/http/push.ts';
import type { Settings } from '../../shared/registry/input.ts';

export type RegistrationState = 'none' | 'registering' | 'registered' | 'failed';
export type MicrophoneState = 'unknown' | 'prompt' | 'granted' | 'denied' | 'absent' | 'inUse';

/** What a person prefers on this device; kept by the browser, not by the account. */
export interface Preferences {
  /** 0 to 1. */
  ringVolume: number;
  /** Echo cancellation, noise suppression and automatic gain: on for loudspeakers, off for studio headsets. */
  voiceProcessing: boolean;
  /** How keypad digits travel: in the media (RFC 4733), or beside it (SIP INFO) for exchanges that hear no others. */
  dtmf: DtmfTransport;
  /** Calls go through the relay only: the far side does not learn this device's address. */
  relayOnly: boolean;
}

export type DtmfTransport = 'rtp' | 'info';

export interface PhoneState {
  /** The way to the service worker. */
  link: 'connecting' | 'ready' | 'failed';
  /** undefined: not asked yet; null: nobody is logged in. */
  session: Session | null | undefined;
  /** Accounts to try the phone with; empty away from a loopback address. */
  demo: DemoAccounts['accounts'];
  /** Whether this tab holds the connection and the media. */
  role: 'host' | 'guest';
  /** Whether this tab makes the sounds: of all that are open, one. */
  ringer: boolean;
  registration: RegistrationState;
  /** Calls that are not over, newest first. */
  calls: readonly CallRecord[];
  /** Calls whose end is still worth a moment on the screen (why it ended); the newest first. */
  justEnded: readonly CallRecord[];
  /** Finished calls, newest first: the pages loaded so far. */
  recents: readonly CallRecord[];
  moreRecents: boolean;
  /** Missed calls that the person has not looked at. */
  unseen: number;
  contacts: readonly User[];
  settings: Settings;
  preferences: Preferences;
  /** Browsers block sound until a click: then the phone cannot ring, and says so. */
  sound: 'ready' | 'blocked';
  notifications: NotificationPermission | 'unsupported';
  /** Whether calls reach this device with every tab closed. */
  push: 'unknown' | 'ready' | 'failed' | 'unsupported';
  microphone: MicrophoneState;
  /** Calls that are going on on other devices of mine, the newest first; looked for while this page is seen and idle. */
  elsewhere: readonly LiveCall[];
  /** My devices, once {@link Phone.loadDevices} has asked. */
  devices: Devices['devices'];
  /** This one's id. */
  device: string;
  /** What became of the last test ring: it comes by push, as a real call would. */
  testRing: 'none' | 'sent' | 'rang' | 'failed';
  /** The last thing that went wrong and has not been sent away. */
  problem: SwitchhookError | null;
}

export interface Phone {
  readonly state: PhoneState;
  /** Called after every change of the state, at most once a microtask. @returns stops it. */
  subscribe(listener: () => void): () => void;
  /** The commands that a call allows now: what the buttons are made of. */
  allowed(call: CallRecord): ReadonlySet<CommandKind>;
  /** @throws SwitchhookError `wrongCredentials`, `lockedOut`, `rateLimited`, `noNetwork` */
  logIn(username: string, password: string): Promise<void>;
  logOut(): Promise<void>;
  /** A new outgoing call. @returns its id. @throws SwitchhookError `maxCalls`, `notAllowed`, `notLoggedIn`, microphone… */
  dial(number: string): Promise<string>;
  /** Asks something of a call; settles when the network has done it. Failures are also shown as `problem`. */
  perform(callId: string, command: CallCommand): Promise<void>;
  /**
   * Takes here what goes on elsewhere: the calls of the tab that holds them, or the newest one of another device of mine.
   * @throws SwitchhookError `notAllowed` where a call would be lost by it
   */
  takeHere(): Promise<void>;
  /**
   * The call that this page was opened for, if any: a notification of it was clicked with no tab open. One that is to be answered
   * is answered without more ado, one that is called back is the new call; one that is over says why in `disconnect` and `intents`.
   * @throws SwitchhookError `storage`
   */
  getInitialCall(): Promise<CallRecord | null>;
  loadMoreRecents(): Promise<void>;
  /** The missed calls have been looked at. */
  markSeen(): Promise<void>;
  /** Unlocks sound; must be called from a click or a key. */
  enableSound(): Promise<void>;
  /** Asks for the permission; must be called from a click or a key. */
  enableNotifications(): Promise<void>;
  /** Asks for the microphone once, so that the first call does not have to. */
  enableMicrophone(): Promise<void>;
  configure(settings: Partial<Settings>): Promise<void>;
  prefer(preferences: Partial<Preferences>): void;
  loadDevices(): Promise<void>;
  /** Logs a device of mine out: its subscription and its line go. */
  removeDevice(device: string): Promise<void>;
  /** Has the switchboard ring this device by a genuine push; `state.testRing` says what came of it. */
  testPush(): Promise<void>;
  /** Plays a short ring, so that the volume can be judged. */
  testRing(): void;
  dismissProblem(): void;
}
