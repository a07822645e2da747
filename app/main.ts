import './ui/page.css';
import './ui/phone.ts';
import { AppPhone } from './phone/phone.ts';
import { onSwitchboardAnswer } from './phone/switchboardAnswer.ts';
import type { SwitchhookEvents } from './ui/element.ts';

const phone = new AppPhone();
const screen = document.createElement('switchhook-phone');
screen.phone = phone;
// For whoever drives the page from outside: whether the line is up, and what this tab does.
phone.subscribe(() => {
  const { registration, role, ringer, push } = phone.state;
  Object.assign(screen.dataset, { registration, role, ringer, push });
});
onSwitchboardAnswer(phone, (detail) => screen.dispatchEvent(new CustomEvent('switchboard-answer', { detail })));
screen.addEventListener('key', (event) => phone.keyTone((event as CustomEvent<SwitchhookEvents['key']>).detail.digit));
// A live call is on the screen wherever one is; a missed one is among the recents.
phone.onOpened = ({ kind }) => {
  if (kind === 'missed') location.hash = '#/recents';
};
document.body.append(screen);
await phone.start();
