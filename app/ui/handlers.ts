import type { Phone } from '../phone/types.ts';
import type { EventName, SwitchhookEvents } from './element.ts';

export type Handlers = {
  [Name in EventName]?: (phone: Phone, detail: SwitchhookEvents[Name]) => unknown;
};

/** What the elements ask for, as the phone's methods; what they return is waited for. */
export const HANDLERS: Handlers = {
  dial: (phone, { number }) => phone.dial(number),
  command: (phone, { callId, command }) => phone.perform(callId, command),
  'log-out': (phone) => phone.logOut(),
  'load-more': (phone) => phone.loadMoreRecents(),
  seen: (phone) => phone.markSeen(),
  configure: (phone, { settings }) => phone.configure(settings),
  prefer: (phone, { preferences }) => phone.prefer(preferences),
  'enable-sound': (phone) => phone.enableSound(),
  'enable-notifications': (phone) => phone.enableNotifications(),
  'enable-microphone': (phone) => phone.enableMicrophone(),
  'take-here': (phone) => phone.takeHere(),
  'test-ring': (phone) => phone.testRing(),
  'test-push': (phone) => phone.testPush(),
  'load-devices': (phone) => phone.loadDevices(),
  'remove-device': (phone, { device }) => phone.removeDevice(device),
};
