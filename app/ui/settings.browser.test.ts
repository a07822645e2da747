import { afterEach, describe, expect, it } from 'vitest';
import { userEvent } from 'vitest/browser';
import { DEFAULT_SETTINGS } from '../../shared/registry/decide.ts';
import type { PhoneState } from '../phone/types.ts';
import { find, found, show } from './testing/show.ts';

async function settings(changes: Partial<PhoneState> = {}) {
  const shown = await show(changes);
  await userEvent.click(await found('[data-tab=settings]'));
  const screen = await found('switchhook-settings');
  await expect.poll(() => shown.phone.asked).toEqual([['loadDevices']]);
  shown.phone.asked.length = 0;
  return { ...shown, screen };
}

const session = {
  user: { extension: '101', displayName: 'Ann', avatarUrl: null, userId: 'u101' },
  domain: 'example.test',
  ringSeconds: 45,
  relay: false,
};

const checked = (selector: string) => (find(selector) as HTMLInputElement | null)?.checked;

afterEach(() => {
  document.body.replaceChildren();
  history.replaceState(null, '', location.pathname);
});

describe('settings', () => {
  it('turns call waiting off and on', async () => {
    const { phone } = await settings();
    expect(checked('[name=callWaiting]')).toBe(true);
    await userEvent.click(await found('[name=callWaiting]'));
    expect(phone.asked).toEqual([['configure', { maxCalls: 1 }]]);
    phone.set({ settings: { ...DEFAULT_SETTINGS, maxCalls: 1 } });
    await expect.poll(() => checked('[name=callWaiting]')).toBe(false);
    await userEvent.click(await found('[name=callWaiting]'));
    expect(phone.asked.at(-1)).toEqual(['configure', { maxCalls: 2 }]);
  });

  it('changes the way of the keypad digits', async () => {
    const { phone } = await settings();
    expect(checked('[name=dtmf][value=rtp]')).toBe(true);
    await userEvent.click(await found('[name=dtmf][value=info]'));
    expect(phone.asked).toEqual([['prefer', { dtmf: 'info' }]]);
  });

  it('offers calls through the relay only where there is one, or where it is chosen already', async () => {
    const { phone } = await settings();
    expect(find('[name=relayOnly]')).toBeNull();
    phone.set({ session: { ...session, relay: true } });
    await userEvent.click(await found('[name=relayOnly]'));
    expect(phone.asked).toEqual([['prefer', { relayOnly: true }]]);
    phone.set({ session, preferences: { ...phone.state.preferences, relayOnly: true } });
    await expect.poll(() => checked('[name=relayOnly]')).toBe(true);
  });

  it.each([
    ['host', false, /carried by\s*This tab.*heard from\s*Another tab/u],
    ['guest', true, /carried by\s*Another tab.*heard from\s*This tab/u],
  ] as const)('says what this tab does: %s, ringer %s', async (role, ringer, line) => {
    const { screen } = await settings({ role, ringer });
    expect(screen.shadowRoot?.textContent?.replace(/\s+/gu, ' ')).toMatch(line);
  });
});
