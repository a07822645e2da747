import './ui/page.css';
import './ui/phone.ts';
import { AppPhone } from './phone/phone.ts';

const phone = new AppPhone();
const screen = document.createElement('switchhook-phone');
screen.phone = phone;
document.body.append(screen);
await phone.start();
