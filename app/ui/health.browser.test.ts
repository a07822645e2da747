import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { DEFAULT_SETTINGS } from '../../shared/registry/decide.ts';
import { incoming } from '../../shared/testing/samples.ts';
import type { PhoneState } from '../phone/types.ts';
import { deepActiveElement } from './focus.ts';
import { LOGGED_IN } from './testing/fakePhone.ts';
import { find, found, show } from './testing/show.ts';

async function settings(changes: Partial<PhoneState> = {}) {
  const shown = await show(changes);
  await userEvent.click(await found('[data-tab=settings]'));
  const screen = await found('switchhook-settings');
  await expect.poll(() => shown.phone.asked).toEqual([['loadDevices']]);
  shown.phone.asked.length = 0;
  return { ...shown, screen };
}

async function health(changes: Partial<PhoneState> = {}) {
  const shown = await settings(changes);
  await userEvent.click(await found('[data-action=health]'));
  return { ...shown, screen: await found('[data-screen=health]') };
}

const words = (selector: string) => find(selector)?.textContent?.replace(/\s+/gu, ' ').trim() ?? '';
const actionOf = (id: string) =>
  find(`[data-finding=${id}]`)?.querySelector<HTMLElement>('[data-action]')?.dataset.action;

beforeEach(() => page.viewport(390, 844));

afterEach(() => {
  document.body.replaceChildren();
  history.replaceState(null, '', location.pathname);
});

describe('"Will I ring?"', () => {
  it('is opened and left with the keyboard, and the focus goes along', async () => {
    const { screen } = await settings();
    const open = await found('[data-action=health]');
    open.focus();
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => deepActiveElement()?.textContent).toBe('Will I ring?');
    await userEvent.keyboard('{Shift>}{Tab}{/Shift}{Enter}');
    await expect.poll(() => (deepActiveElement() as HTMLElement | null)?.dataset.action).toBe('health');
    expect(find('[data-screen=health]')).toBeNull();
    expect(screen.isConnected).toBe(true);
  });

  it('says of each point in words whether it is well', async () => {
    await health();
    expect(find('[data-finding=push]')?.dataset.state).toBe('ok');
    expect(words('[data-finding=push] .state')).toBe('OK');
    expect(find('switchhook-health')?.shadowRoot?.textContent).toContain('Nothing stands in the way');
  });

  it('counts the problems and mends them', async () => {
    const { phone } = await health({ notifications: 'default', push: 'unknown', sound: 'blocked' });
    expect(find('switchhook-health')?.shadowRoot?.textContent).toContain('3 problems to mend');
    expect(words('[data-finding=notifications] .state')).toBe('Problem');
    expect(actionOf('push')).toBeUndefined();
    for (const id of ['notifications', 'sound']) find(`[data-finding=${id}]`)?.querySelector('button')?.click();
    expect(phone.asked).toEqual([['enableNotifications'], ['enableSound']]);
    phone.set(LOGGED_IN);
    await expect.poll(() => find('[data-finding=notifications]')?.dataset.state).toBe('ok');
  });

  it('turns on the notifications that were switched off in the phone itself', async () => {
    const { phone } = await health({ settings: { ...DEFAULT_SETTINGS, notifications: false } });
    find('[data-finding=notifications]')?.querySelector('button')?.click();
    expect(phone.asked).toEqual([['configure', { notifications: true }]]);
  });

  it('rings on request, once at a time, and tells what came of it in a live region', async () => {
    const { phone } = await health();
    const status = await found('[data-test-ring]');
    expect(status.getAttribute('role')).toBe('status');
    expect(status.textContent?.trim()).toBe('');
    await userEvent.click(await found('[data-action=test-push]'));
    expect(phone.asked).toEqual([['testPush']]);
    phone.set({ testRing: 'sent' });
    await expect.poll(() => words('[data-test-ring]')).toContain('Waiting');
    find('[data-action=test-push]')?.click();
    expect(phone.asked).toEqual([['testPush']]);
    phone.set({ testRing: 'rang' });
    await expect.poll(() => words('[data-test-ring=rang]')).toContain('It rang');
    phone.set({ testRing: 'failed' });
    await expect.poll(() => words('[data-test-ring=failed]')).toContain('No ring came');
    expect(await found('[data-test-ring]')).toBe(status);
  });

  it('offers the mere sound where there is no push', async () => {
    const { phone } = await health({ push: 'unsupported' });
    await userEvent.click(await found('[data-action=test-ring]'));
    expect(phone.asked).toEqual([['testRing']]);
  });

  it('stays open while the test rings', async () => {
    const { phone, screen } = await health();
    phone.set({ testRing: 'rang', calls: [incoming()] });
    await found('[data-action=answer]');
    phone.set({ calls: [] });
    await expect.poll(() => find('[data-action=answer]')).toBeNull();
    expect(find('[data-screen=health]')).toBe(screen);
    expect(screen.checkVisibility()).toBe(true);
    expect(words('[data-test-ring]')).toContain('It rang');
  });

  it.each(['en', 'vi'] as const)('fits 320 px: %s', async (language) => {
    await page.viewport(320, 700);
    const { screen } = await health({
      settings: { ...DEFAULT_SETTINGS, language },
      notifications: 'denied',
      push: 'failed',
      registration: 'failed',
      microphone: 'denied',
      testRing: 'failed',
    });
    expect(screen.scrollWidth).toBeLessThanOrEqual(screen.clientWidth);
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(320);
  });
});

describe('what the settings promise of a closed page', () => {
  it.each([
    [{}, /calls reach you too/u],
    [{ push: 'failed' }, /calls do not reach you/u],
    [{ notifications: 'default', push: 'unknown' }, /calls do not reach you/u],
  ] as const)('%o: %s', async (changes, promise) => {
    const { screen } = await settings(changes);
    expect(screen.shadowRoot?.textContent?.replace(/\s+/gu, ' ')).toMatch(promise);
  });
});
