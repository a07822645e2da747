import './ui/page.css';
import './ui/phone.ts';
import { AppPhone } from './phone/phone.ts';
import type { SwitchhookEvents } from './ui/element.ts';

const phone = new AppPhone();
const screen = document.createElement('switchhook-phone');
screen.phone = phone;
// For whoever drives the page from outside: whether the line is up.
phone.subscribe(() => {
  screen.dataset.registration = phone.state.registration;
});
screen.addEventListener('key', (event) => phone.keyTone((event as CustomEvent<SwitchhookEvents['key']>).detail.digit));
document.body.append(screen);
await phone.start();
