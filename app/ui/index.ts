/** Every element of the phone. Importing this file defines them. */
export { SwitchhookBanner } from './banner.ts';
export { SwitchhookCall } from './call.ts';
export { SwitchhookContacts } from './contacts.ts';
export { SwitchhookDevices } from './devices.ts';
export { SwitchhookDialpad } from './dialpad.ts';
export type { EventName, SwitchhookEvents } from './element.ts';
export { SwitchhookEnded } from './ended.ts';
export { type Finding, findings } from './findings.ts';
export { SwitchhookHealth } from './health.ts';
export { SwitchhookIncoming } from './incoming.ts';
export { SwitchhookKeypad } from './keypad.ts';
export { SwitchhookLogin } from './login.ts';
export { type Notice, noticesFor } from './notices.ts';
export { SwitchhookOtherCall } from './otherCall.ts';
export { SwitchhookPhone } from './phone.ts';
export { SwitchhookRecents } from './recents.ts';
export { SwitchhookSettings } from './settings.ts';
export { SwitchhookTimer } from './timer.ts';
