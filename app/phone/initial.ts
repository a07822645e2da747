import { DEFAULT_SETTINGS } from '../../shared/registry/decide.ts';
import { deviceId, loadPreferences } from './device.ts';
import type { PhoneState } from './types.ts';

/** What is known before anybody has been asked anything. */
export const initialState = (): PhoneState => ({
  link: 'connecting',
  session: undefined,
  demo: [],
  role: 'guest',
  ringer: false,
  registration: 'none',
  calls: [],
  justEnded: [],
  recents: [],
  moreRecents: false,
  unseen: 0,
  contacts: [],
  settings: DEFAULT_SETTINGS,
  preferences: loadPreferences(),
  sound: 'blocked',
  notifications: 'Notification' in globalThis ? Notification.permission : 'unsupported',
  push: 'unknown',
  microphone: 'unknown',
  elsewhere: [],
  devices: [],
  device: deviceId(),
  testRing: 'none',
  problem: null,
});
