import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { uuid } from '../../shared/testing/samples.ts';
import type { PhoneState } from '../phone/types.ts';
import { deepActiveElement } from './focus.ts';
import { LOGGED_IN } from './testing/fakePhone.ts';
import { find, found, show } from './testing/show.ts';

const MINUTE = 60_000;

const own = { device: LOGGED_IN.device, name: 'Chrome, Linux', online: true, push: true, lastSeen: 0 };
const online = { device: uuid(2), name: 'Firefox, Windows', online: true, push: false, lastSeen: Date.now() };
const away = { device: uuid(3), name: '', online: false, push: true, lastSeen: Date.now() - 5.5 * MINUTE };

async function devices(changes: Partial<PhoneState> = {}) {
  const shown = await show({ devices: [away, own, online], ...changes });
  await userEvent.click(await found('[data-tab=settings]'));
  const list = await found('switchhook-devices');
  await found('[data-device]');
  return { ...shown, list };
}

const row = (device: string) => find(`[data-device="${device}"]`);
const words = (device: string) => row(device)?.textContent?.replace(/\s+/gu, ' ').trim() ?? '';
const focusedAction = () => (deepActiveElement() as HTMLElement | null)?.dataset.action;

beforeEach(() => page.viewport(390, 844));

afterEach(() => {
  document.body.replaceChildren();
  history.replaceState(null, '', location.pathname);
});

describe('my devices', () => {
  it('are asked for when they come on the screen, each time', async () => {
    const { phone } = await devices();
    expect(phone.asked).toEqual([['loadDevices']]);
    await userEvent.click(await found('[data-tab=keypad]'));
    await userEvent.click(await found('[data-tab=settings]'));
    await expect.poll(() => phone.asked).toEqual([['loadDevices'], ['loadDevices']]);
  });

  it('say how each can be reached, this one first', async () => {
    const { list } = await devices();
    const order = [...(list.shadowRoot?.querySelectorAll<HTMLElement>('[data-device]') ?? [])];
    expect(order.map(({ dataset }) => dataset.device)).toEqual([own.device, online.device, away.device]);
    expect(words(own.device)).toBe('This device Chrome, Linux Online · rings with the page closed');
    expect(words(online.device)).toContain('Firefox, Windows Online · rings only while the page is open');
    expect(words(away.device)).toMatch(/^Device without a name Last seen: 5 min\. ago · rings with the page closed/u);
    expect(row(own.device)?.querySelector('button')).toBeNull();
  });

  it('show this one before the list is there, as it knows itself', async () => {
    await devices({ devices: [], push: 'failed', registration: 'failed' });
    expect(words(own.device)).toBe('This device Not connected · rings only while the page is open');
  });

  it('are removed after a second thought only', async () => {
    const { phone } = await devices();
    phone.asked.length = 0;
    row(away.device)?.querySelector<HTMLElement>('[data-action=remove-device]')?.click();
    await expect.poll(focusedAction).toBe('keep-device');
    expect(words(away.device)).toContain('calls no longer ring there');
    await userEvent.keyboard('{Enter}');
    await expect.poll(focusedAction).toBe('remove-device');
    await userEvent.keyboard('{Enter}');
    await expect.poll(focusedAction).toBe('keep-device');
    await userEvent.keyboard('{Escape}');
    await expect.poll(focusedAction).toBe('remove-device');
    expect(phone.asked).toEqual([]);
  });

  it('are removed, which is told, and the focus is not lost', async () => {
    const { phone, list } = await devices();
    phone.asked.length = 0;
    const remove = row(online.device)?.querySelector<HTMLElement>('[data-action=remove-device]');
    expect(remove?.ariaLabel).toBe('Remove Firefox, Windows');
    remove?.click();
    await userEvent.click(await found('[data-action=confirm-remove]'));
    expect(phone.asked).toEqual([['removeDevice', online.device]]);
    await expect.poll(focusedAction).toBe('remove-device');
    phone.set({ devices: [own, away] });
    await expect.poll(() => row(online.device)).toBeNull();
    const status = list.shadowRoot?.querySelector('[role=status]');
    await expect.poll(() => status?.textContent).toBe('Firefox, Windows was removed.');
    expect(deepActiveElement()).toBe(list.shadowRoot?.querySelector('ul'));
  });
});
