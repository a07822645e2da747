import { afterEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { ask } from '../../shared/calls/intents.ts';
import type { CallRecord } from '../../shared/calls/record.ts';
import { SwitchhookError } from '../../shared/errors.ts';
import { at, callIn, incoming, uuid, withFacts } from '../../shared/testing/samples.ts';
import { deepActiveElement } from './focus.ts';
import { find, found, show } from './testing/show.ts';

const asked = (call: CallRecord, action: 'hold' | 'answer' | 'mute') => ask(call, { id: uuid(7), action }, at());

afterEach(() => {
  document.body.replaceChildren();
  history.replaceState(null, '', location.pathname);
});

describe('logging in', () => {
  it('asks with what was typed and says why it failed', async () => {
    const { phone } = await show({ session: null });
    phone.refusal = new SwitchhookError('wrongCredentials', { reason: 'test' });
    await userEvent.fill(await found('[name=username]'), 'ann');
    await userEvent.fill(await found('[name=password]'), 'secret');
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => find('[role=alert]')?.textContent).toContain('wrong');
    expect(phone.asked).toEqual([['logIn', 'ann', 'secret']]);
  });

  it('takes a demo account with one click', async () => {
    const { phone } = await show({ session: null, demo: [{ username: '101', password: 'p', displayName: 'Ann' }] });
    await userEvent.click(await found('[data-demo="101"]'));
    expect(phone.asked).toEqual([['logIn', '101', 'p']]);
  });
});

describe('dialling', () => {
  it('dials what was typed and pressed, and nothing else', async () => {
    const { phone, screen } = await show();
    const keys: string[] = [];
    screen.addEventListener('key', (event) => keys.push((event as CustomEvent<{ digit: string }>).detail.digit));
    await userEvent.type(await found('[name=number]'), '1x0');
    await userEvent.click(await found('[data-key="2"]'));
    await userEvent.click(await found('[data-action=dial]'));
    expect(phone.asked).toEqual([['dial', '102']]);
    expect(keys).toEqual(['1', '0', '2']);
  });

  it('calls a person who was searched for without diacritics', async () => {
    const { phone } = await show();
    await userEvent.click(await found('[data-tab=contacts]'));
    await userEvent.fill(await found('[name=search]'), 'do ha');
    await expect.poll(() => find('[data-number="102"]')).toBeNull();
    await userEvent.click(await found('[data-number="103"]'));
    expect(phone.asked).toEqual([['dial', '103']]);
  });
});

describe('an incoming call', () => {
  it('takes the place, the title and the focus', async () => {
    const { phone } = await show();
    phone.set({ calls: [incoming()] });
    const answer = await found('[data-action=answer]');
    await expect.poll(() => deepActiveElement()).toBe(answer);
    expect(document.title).toBe('(1) Incoming call – Bob');
    expect(
      find('[role=status]', document.querySelector('switchhook-phone')?.shadowRoot ?? document)?.textContent,
    ).toContain('Incoming audio call, Bob');
  });

  it('is not answered by a key that was meant for something else', async () => {
    const { phone } = await show();
    phone.set({ calls: [incoming()] });
    const answer = await found('[data-action=answer]');
    await expect.poll(() => deepActiveElement()).toBe(answer);
    await userEvent.keyboard('{Enter} ');
    expect(phone.asked).toEqual([]);
    await expect
      .poll(async () => {
        await userEvent.keyboard('{Enter}');
        return phone.asked[0];
      })
      .toEqual(['perform', incoming().id, { kind: 'answer' }]);
  });

  it('leaves the focus to somebody who types, where there is room for both', async () => {
    await page.viewport(1280, 800);
    const { phone } = await show();
    await userEvent.click(await found('[data-tab=contacts]'));
    const search = await found('[name=search]');
    search.focus();
    phone.set({ calls: [incoming()] });
    await found('[data-action=answer]');
    expect(deepActiveElement()).toBe(search);
    await page.viewport(390, 844);
  });

  it('shows that it is being answered, and keeps the focus', async () => {
    const { phone } = await show({ calls: [incoming()] });
    const answer = await found('[data-action=answer]');
    answer.focus();
    phone.set({ calls: [asked(incoming(), 'answer')] });
    await expect.poll(() => answer.getAttribute('aria-busy')).toBe('true');
    expect(answer.textContent).toContain('Answering…');
    expect(deepActiveElement()).toBe(answer);
    answer.click();
    expect(phone.asked).toEqual([]);
  });
});

describe('a call', () => {
  it('has the buttons that it allows and sends keys', async () => {
    const call = callIn('active');
    const { phone } = await show({ calls: [call] });
    const inCall = await found('switchhook-call');
    expect(inCall.dataset.state).toBe('active');
    await userEvent.click(await found('[data-action=dtmf]'));
    await userEvent.click(await found('[data-key="5"]', inCall.shadowRoot ?? document));
    await userEvent.keyboard('#{Escape}7');
    await userEvent.click(await found('[data-action=mute]'));
    await userEvent.click(await found('[data-action=hangUp]'));
    expect(phone.asked.map(([, , command]) => command)).toEqual([
      { kind: 'dtmf', digits: '5' },
      { kind: 'dtmf', digits: '#' },
      { kind: 'mute' },
      { kind: 'hangUp' },
    ]);
  });

  it('keeps the focus on mute when it becomes unmute', async () => {
    const { phone } = await show({ calls: [callIn('active')] });
    const button = await found('[data-action=mute]');
    button.focus();
    phone.set({ calls: [asked(callIn('active'), 'mute')] });
    await expect.poll(() => button.textContent).toContain('Muting…');
    phone.set({ calls: [withFacts(callIn('active'), { kind: 'attributes', changes: { muted: true } })] });
    await expect.poll(() => button.dataset.action).toBe('unmute');
    expect(deepActiveElement()).toBe(button);
  });

  it('has no buttons while it is being torn down', async () => {
    await show({ calls: [callIn('disconnecting')] });
    await expect.poll(() => find('switchhook-call')?.shadowRoot?.textContent).toContain('Ending…');
    expect(find('[data-action=hangUp]')).toBeNull();
  });

  it('says why it ended and calls back', async () => {
    const call = callIn('disconnected');
    const { phone } = await show({ justEnded: [call] });
    await userEvent.click(await found('[data-action=callback]'));
    expect(phone.asked).toEqual([['perform', call.id, { kind: 'callback' }]]);
  });
});

describe('what goes wrong', () => {
  it('shows a failure that the phone has not recorded, until it is sent away', async () => {
    const { phone } = await show();
    await userEvent.click(await found('[data-tab=settings]'));
    phone.refusal = new SwitchhookError('storage', { reason: 'test' });
    await userEvent.click(await found('input[value=vi]'));
    await expect.poll(() => find('[data-notice=problem]')?.textContent).toContain('could not save');
    await userEvent.click(await found('[data-notice=problem] button'));
    await expect.poll(() => find('[data-notice=problem]')).toBeNull();
  });
});

describe('recents', () => {
  it('tells that missed calls were seen, and marks them in words', async () => {
    const missed = {
      ...withFacts(incoming(), { kind: 'disconnected', response: 'missed', endCode: null }),
      unseen: true,
    };
    const { phone } = await show({ recents: [missed], unseen: 1 });
    expect((await found('[data-tab=recents]')).getAttribute('aria-label')).toBe('Recents, 1 missed call');
    expect(phone.asked).toEqual([]);
    await userEvent.click(await found('[data-tab=recents]'));
    await expect.poll(() => phone.asked).toEqual([['markSeen']]);
    expect(find('switchhook-recents')?.shadowRoot?.textContent).toContain('Missed');
  });
});
